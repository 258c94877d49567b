// PlanRunner.swift -- runs of a plan, several at a time, each independent of the others.

package import Base
import Synchronization
import TrajectoryModel
import TrajectoryStore

/// Trains runs of a plan, several at a time.
///
/// Workers are threads: a network computes on one of them alone, so that its numbers do not depend on how many there are, and all
/// share the images. Several processes may train the same plan into the same store; a run that another one trains is left to it.
package struct PlanRunner {
  /// The trainer of each run.
  package let trainer: Trainer
  /// Runs that are trained at a time.
  package let workers: Int
  /// Where data sets lie.
  package let data: String?

  /// Makes a runner.
  package init(_ trainer: Trainer, workers: Int, data: String? = nil) {
    self.trainer = trainer
    self.workers = max(1, workers)
    self.data = data
  }

  /// The runs of one share of several.
  package static func shard(_ runs: [TrainingSettings], _ index: Int, of count: Int) -> [TrainingSettings] {
    runs.enumerated().filter { $0.offset % max(1, count) == index }.map(\.element)
  }

  /// Whether any of some runs needs a data set that is not bundled.
  package static func needData(_ runs: [TrainingSettings]) -> Bool { runs.contains { TaskCatalogue.needsData($0) } }

  /// Trains runs.
  ///
  /// - Parameters:
  ///   - runs: The runs, begun in this order.
  ///   - work: Whether to stop, and whom it tells how much of all work is done.
  ///   - finished: Told of each run when it is done, from any thread, one at a time.
  /// - Returns: What became of each, in the order of `runs`; a run that failed does not stop the others.
  /// - Throws: ``EngramError`` with code `cancelled`, and what is wrong with a task, or that there is no GPU, before any run is
  ///   begun.
  package func train(
    _ runs: [TrainingSettings], work: WorkContext, finished: @Sendable (TrainingReport) -> Void = { _ in }
  ) throws(EngramError) -> [TrainingReport] {
    var tasks = TaskCatalogue(data: data)
    for run in runs {
      try TaskCatalogue.check(run)
      try tasks.prepare(run)
    }
    if trainer.onGPU, try TensorLibrary.gpuCount() == 0 {
      throw EngramError(
        .usage, "there is no GPU that the tensor library can use", expected: "a GPU, and a libtorch built for it",
        found: "libtorch \(try TensorLibrary.version())", mend: "train on the processor, or set up another libtorch")
    }
    do throws(EngramError) {
      var reports = try train(runs, on: tasks, work: work, finished: finished)
      // Of the data sets, which all runs share, once.
      if !reports.isEmpty { reports[0].notes = tasks.notes + reports[0].notes }
      return reports
    } catch {
      guard error.code == .cancelled else { throw error }
      throw EngramError(.cancelled, "the training was stopped; the same command goes on from the last checkpoint")
    }
  }

  private func train(
    _ runs: [TrainingSettings], on tasks: TaskCatalogue, work: WorkContext,
    finished: @Sendable (TrainingReport) -> Void
  ) throws(EngramError) -> [TrainingReport] {
    let costs = try runs.map { (run) throws(EngramError) in try Self.cost(run, try tasks.task(of: run)) }
    let total = max(1, costs.reduce(0, +))
    let isStored = try runs.map { (run) throws(EngramError) in
      try Trainer.isStored(run, of: try tasks.task(of: run), in: trainer.store)
    }
    let networks = try StoredNetworks(in: trainer.store)
    let ids = runs.map { networks.run($0) }
    let epochs = try networks.trainedEpochs(of: Set(ids.compactMap { $0 }))
    let stored = Dictionary(uniqueKeysWithValues: runs.indices.filter { isStored[$0] }.map { ($0, costs[$0]) })
    // Work of all runs: of those that are done, of those that are being trained, and what an earlier call had done of either.
    let progress = Mutex<(finished: Double, running: [Int: Double], found: [Int: Double])>(
      (stored.values.reduce(0, +), [:], stored))
    let reports = Mutex<[TrainingReport?]>(Array(repeating: nil, count: runs.count))
    let stage = runs.count == 1 ? "training" : "training \(runs.count) runs"
    var loop = work
    loop.threads = min(workers, runs.count)
    try parallelFor(count: runs.count, work: loop) { (index, _) throws(EngramError) in
      var own = work.limited(toThreads: trainer.threads)
      own.progress = { inner in
        let (share, found) = progress.withLock { state in
          state.running[index] = inner.share * costs[index]
          state.found[index] = inner.foundShare * costs[index]
          return (
            (state.finished + state.running.values.reduce(0, +)) / total, state.found.values.reduce(0, +) / total
          )
        }
        work.progress(
          WorkContext.Progress(
            stage: stage, done: Int(share * 10_000), found: Int(found * 10_000), total: 10_000, unit: .share))
      }
      var report: TrainingReport
      do throws(EngramError) {
        report = try trainer.train(runs[index], on: try tasks.task(of: runs[index]), work: own)
        if report.outcome == .present, let id = ids[index], let found = epochs[id] {
          try Self.requireWhole(runs[index], as: id, found, trainer.store.path)
        }
        // Of a plan, settings for all are for those that have a use for them.
        if runs.count == 1 { report.notes += try Self.remarks(runs[index], of: try tasks.task(of: runs[index])) }
      } catch {
        if error.code == .cancelled { throw error }
        report = TrainingReport(runs[index], .failed)
        report.error = error
      }
      progress.withLock { state in
        state.running[index] = nil
        if !isStored[index] { state.finished += costs[index] }
        if [.present, .busy].contains(report.outcome) { state.found[index] = costs[index] }
      }
      reports.withLock { all in
        all[index] = report
        finished(report)
      }
    }
    return reports.withLock { $0.compactMap { $0 } }
  }

  /// Refuses to take a run for one that is stored at other epochs than those of its checkpoints.
  private static func requireWhole(
    _ run: TrainingSettings, as id: Int64, _ found: [Double], _ path: String
  ) throws(EngramError) {
    let planned = run.checkpoints.map(Double.init)
    if found == planned { return }
    throw EngramError(
      .exists, "the store has the run at other epochs than those of its checkpoints", file: path, place: "run \(id)",
      expected: EpochSelection.text(planned), found: EpochSelection.text(found),
      mend: """
        if its network was measured before it was trained to its end, hide and purge the run and train again; if it was trained \
        under other settings, give these another name, such as another recipe
        """)
  }

  /// Bytes of the networks of some runs at all their checkpoints, the heads of files apart.
  ///
  /// - Throws: What is wrong with a task or an architecture.
  package func keptByteCount(_ runs: [TrainingSettings]) throws(EngramError) -> Int {
    var catalogue = TaskCatalogue(data: data)
    var bytes = 0
    for run in runs {
      try catalogue.prepare(run)
      let task = try catalogue.task(of: run)
      let network = try run.architecture.network(image: task.image, head: task.head, size: run.size)
      var numbers = network.parameterCount + 2 * network.normalisedCount
      numbers += network.feedbackCount(of: try TensorLibrary.rule(run.rule))
      bytes += 4 * numbers * run.checkpoints.count
    }
    return bytes
  }

  /// Lines about settings of a run that do other than one may think.
  private static func remarks(_ run: TrainingSettings, of task: any TrainingTask) throws(EngramError) -> [String] {
    try unused(run, of: task) + rounded(run, of: task)
  }

  /// A line about settings that change nothing of a run, but are part of what it is told by.
  private static func unused(_ run: TrainingSettings, of task: any TrainingTask) throws(EngramError) -> [String] {
    let names = run.unused(head: task.head, rule: try TensorLibrary.rule(run.rule))
    if names.isEmpty { return [] }
    // What is drawn from a seed of none is drawn from all settings.
    let isDrawn = run.modelSeed == nil || run.datasetSeed == nil
    return [
      "\(run.title): nothing of the run depends on \(names.joined(separator: ", ")), which \(names.count == 1 ? "is" : "are") set"
        + (isDrawn ? ", but a seed of none is drawn from all settings" : "")
    ]
  }

  /// A line about an epoch that is not as long as was set, for it is whole batches.
  private static func rounded(_ run: TrainingSettings, of task: any TrainingTask) -> [String] {
    guard let images = run.epochImages else { return [] }
    let batch = min(run.batchSize, task.trainingCount)
    let learned = max(1, images / run.batchSize) * batch
    // That it is more is said of every run.
    if learned >= images { return [] }
    return [
      "\(run.title): an epoch is whole batches, so it is \(learned) of the \(images) stimuli of epoch_images"
    ]
  }

  /// About how much work a run is: what its layers multiply, three times as often while it learns as while it is measured.
  private static func cost(_ run: TrainingSettings, _ task: any TrainingTask) throws(EngramError) -> Double {
    let network = try run.architecture.network(image: task.image, head: task.head, size: run.size)
    // Small operations cost as much as so many multiplications by the mere number of them.
    let stimulus = Double(network.multiplyAdds) + 20_000 * Double(network.operations.count) / Double(run.batchSize)
    let epoch = run.epochImages ?? task.trainingCount
    return stimulus * (3 * Double(epoch * run.epochs) + Double(task.validationCount * run.checkpoints.count))
  }
}
