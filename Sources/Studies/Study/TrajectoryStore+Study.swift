// TrajectoryStore+Study.swift -- doing the tasks of a study, each result kept as soon as it is there.

package import Base
import Classifiers
package import Splits
import Synchronization
package import TrajectoryStore

/// What became of the tasks of a study.
package struct StudyOutcome: Sendable {
  /// The tasks that were done now.
  package var done = 0
  /// The tasks whose results were there.
  package var known = 0
  /// Those that failed, and why; the others do not depend on them.
  package var failures: [(task: StudyTask, error: EngramError)] = []
}

extension TrajectoryStore {
  /// Does tasks of a study and keeps every result as soon as it is there.
  ///
  /// A stop or a kill loses what was being computed; the same call goes on from there. A task that fails takes nothing from the
  /// others.
  ///
  /// - Parameters:
  ///   - tasks: The tasks; those whose results are there are passed over.
  ///   - plan: The study on this store.
  ///   - workers: How many tasks are done at a time, sharing the threads of the work.
  ///   - options: How it is done; progress is told for all tasks together.
  /// - Returns: What became of them.
  /// - Throws: ``EngramError`` with code `cancelled`, and whatever keeps results from being stored.
  package func run(
    _ tasks: [StudyTask], of plan: StudyPlan, workers: Int = 1, options: ClassifyOptions = ClassifyOptions()
  ) throws(EngramError) -> StudyOutcome {
    let open = tasks.filter { !$0.isDone }
    var outcome = StudyOutcome()
    outcome.known = tasks.count - open.count
    if open.isEmpty { return outcome }
    let sets = try storeSplitSets(of: open, plan, options)
    let failures = Mutex<[(Int, EngramError)]>([])
    let progress = StudyProgress(open.map(\.weight), name: plan.study.name, options.work)
    let count = max(1, min(workers, open.count))
    var outer = options.work
    outer.threads = count
    let threads = max(1, options.work.threads / count)
    try parallelFor(count: open.count, work: outer) { (index, _) throws(EngramError) in
      let task = open[index]
      guard let set = sets[task.splitSet] else { return }
      var own = options
      own.keepsPredictions = task.cells.contains { plan.study.keepsPredictions(of: $0) }
      own.work = progress.work(of: index, threads: threads)
      do throws(EngramError) {
        try classify(split: task.ordinal, by: task.cells.map(\.plan), of: set, options: own)
      } catch {
        guard [.invalidData, .usage, .notFound, .limit].contains(error.code) else { throw error }
        failures.withLock { $0.append((index, error)) }
      }
      progress.finish(index)
    }
    let failed = failures.withLock { $0 }.sorted { $0.0 < $1.0 }
    outcome.failures = failed.map { (open[$0.0], $0.1) }
    outcome.done = open.count - failed.count
    return outcome
  }

  /// Stores the split sets of tasks that are not stored yet; another process may have done it meanwhile.
  ///
  /// - Returns: The split sets of the tasks by name.
  /// - Throws: ``EngramError`` with code `notFound` where results go elsewhere and the store lacks a split set: it is only read then.
  @discardableResult
  package func storeSplitSets(
    of tasks: [StudyTask], _ plan: StudyPlan, _ options: ClassifyOptions
  ) throws(EngramError) -> [String: SplitSet] {
    var sets: [String: SplitSet] = [:]
    for name in Set(tasks.map(\.splitSet)).sorted() {
      guard let set = plan.sets[name] else { continue }
      if plan.storedSets.contains(name) {
        sets[name] = set
        continue
      }
      guard options.resultStore == nil else {
        throw EngramError(
          .notFound, "the splits of this task are not in the store, which is only read", file: path,
          expected: "the split set '\(name)'", found: "none of that name",
          mend: "make the splits of the study in the store first")
      }
      do throws(EngramError) {
        sets[name] = try createSplitSet(
          name, set.specification, options: WriteOptions(waitSeconds: options.waitSeconds, work: options.work.silent))
      } catch {
        guard error.code == .exists else { throw error }
        sets[name] = try splitSet(name)
      }
    }
    return sets
  }

  /// The numbers of results that were kept without the predictions that their experiments ask for, ascending.
  ///
  /// Earlier versions kept none where an experiment that asks for none had learned the same before.
  ///
  /// - Parameters:
  ///   - tasks: The tasks; those whose results are not there are passed over.
  ///   - plan: The study on this store.
  /// - Returns: The numbers, as `engram results` takes them.
  /// - Throws: What reading the results throws.
  package func resultsWithoutPredictions(
    of tasks: [StudyTask], in plan: StudyPlan
  ) throws(EngramError) -> [Int64] {
    var asked: Set<StudyCell> = []
    for cell in tasks.filter(\.isDone).flatMap(\.cells) where cell.plan == cell.plan.learning {
      if plan.study.experiment(cell.experiment)?.keepsPredictions ?? false { asked.insert(cell) }
    }
    var numbers: [Int64] = []
    for cell in asked {
      guard let set = plan.sets[cell.plan.splitSet] else { continue }
      let task = try ClassificationTask(cell.plan, set, in: self, ClassifyOptions())
      if let number = try task.numberWithoutPredictions(), !numbers.contains(number) { numbers.append(number) }
    }
    return numbers.sorted()
  }

  /// The results of cells of a study, as far as they are there.
  package func results(
    of cells: [StudyCell], in plan: StudyPlan
  ) throws(EngramError) -> [StudyCell: Classification] {
    var found: [StudyCell: Classification] = [:]
    for cell in cells {
      guard let set = plan.sets[cell.plan.splitSet], plan.storedSets.contains(set.name) else { continue }
      let task = try ClassificationTask(cell.plan, set, in: self, ClassifyOptions())
      if try task.finishedSplits().isEmpty { continue }
      found[cell] = try task.results()
    }
    return found
  }
}

/// How far several tasks at a time have come, told as one.
private final class StudyProgress: Sendable {
  private let weights: [Int]
  private let total: Double
  private let stage: String
  private let whole: WorkContext
  /// Of each task what is done, and what of that was found done.
  private let shares: Mutex<[(done: Double, found: Double)]>

  init(_ weights: [Int], name: String, _ work: WorkContext) {
    self.weights = weights
    total = Double(max(1, weights.reduce(0, +)))
    stage = "study \(name)"
    whole = work
    shares = Mutex(Array(repeating: (0, 0), count: weights.count))
  }

  /// The context of one task: what it tells becomes a part of the whole.
  func work(of index: Int, threads: Int) -> WorkContext {
    WorkContext(threads: threads, isCancelled: whole.isCancelled) { [self] progress in
      tell(index, progress.share, found: progress.foundShare)
    }
  }

  func finish(_ index: Int) { tell(index, 1, found: 0) }

  private func tell(_ index: Int, _ share: Double, found: Double) {
    let (done, found) = shares.withLock { shares in
      shares[index] = (max(shares[index].done, share), max(shares[index].found, found))
      return zip(shares, weights).reduce((0.0, 0.0)) { sums, task in
        (sums.0 + task.0.done * Double(task.1), sums.1 + task.0.found * Double(task.1))
      }
    }
    /// Fine enough for one line of progress.
    let parts = 10_000
    whole.progress(
      WorkContext.Progress(
        stage: stage, done: Int(done / total * Double(parts)), found: Int(found / total * Double(parts)), total: parts,
        unit: .share))
  }
}
