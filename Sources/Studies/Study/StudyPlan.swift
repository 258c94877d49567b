// StudyPlan.swift -- a study on a store: which splits, which classifications, which tasks, and what cannot be done.

package import Base
package import Classifiers
package import Splits
package import TrajectoryModel
package import TrajectoryStore

/// One classification of a study: an experiment, one of its groups, statistics, views and one classifier.
package struct StudyCell: Sendable, Hashable {
  /// The name of the experiment.
  package let experiment: String
  /// The values of the columns for each of which the experiment is done; empty where it is done once.
  package let group: [MetadataValue]
  /// The statistics, as the study names them.
  package let statistics: StatisticSelection
  /// How trajectories are looked at when learning.
  package let view: TrajectoryView
  /// How those of the test side are looked at, where that differs.
  package let testView: TrajectoryView?
  /// What learns.
  package let kind: ClassifierKind
  /// What is computed.
  package let plan: ClassificationPlan
}

/// What can be done by itself: one split, learned once, and tested by every cell that learns the same.
package struct StudyTask: Sendable, Hashable {
  /// 16 hexadecimal digits, a hash of what is learned.
  package let id: String
  /// The cells, all of which learn the same.
  package let cells: [StudyCell]
  /// The name of the split set.
  package let splitSet: String
  /// The number of the split, and its name.
  package let ordinal: Int, splitName: String
  /// Whether every result is in the store.
  package let isDone: Bool
  /// About how long it takes beside others, see ``StudyCost``.
  let weight: Int
}

/// A study on a store.
package struct StudyPlan: Sendable {
  /// The study.
  package let study: Study
  /// The candidates where the study names none.
  package let grid: StudyGrid
  /// The split sets by name, also those that are not stored yet.
  package internal(set) var sets: [String: SplitSet] = [:]
  /// The names of those that are stored.
  package internal(set) var storedSets: Set<String> = []
  /// Why stored split sets would be others if they were made today, by their names.
  package internal(set) var staleSets: [String: Staleness] = [:]
  /// Everything that is computed, in the order of the study.
  package internal(set) var cells: [StudyCell] = []
  /// The mean number of runs that the splits of a set learn from, where an experiment learns from shares of them.
  package internal(set) var trainingRuns: [String: Double] = [:]
  /// The number of columns that classifiers see, by what is learned.
  var widths: [ClassificationPlan: Int] = [:]
  /// Experiments that cannot be done on the store, and why.
  package internal(set) var impossible: [String: String] = [:]
  /// Why experiments cannot be done that a user can make possible: their split sets are stored and are others.
  package internal(set) var conflicts: [EngramError] = []
  /// What is left out of experiments that can be done, in sentences without a full stop.
  package internal(set) var remarks: [String: [String]] = [:]

  /// Looks at what a study means on a store; nothing is written.
  ///
  /// - Parameters:
  ///   - study: The study.
  ///   - grid: The candidates where the study names none.
  ///   - experiments: Which experiments are looked at; nil for all.
  ///   - store: The store.
  ///   - work: Who may stop it.
  /// - Throws: What reading the store throws; `cancelled`. What the store lacks is no error.
  package init(
    _ study: Study, grid: StudyGrid, experiments: Set<String>? = nil, on store: TrajectoryStore,
    work: WorkContext = WorkContext()
  ) throws(EngramError) {
    self.study = study
    self.grid = grid
    let snapshot = try store.snapshot()
    storedSets = Set(try store.splitSets().map(\.name))
    for experiment in study.experiments where experiments?.contains(experiment.name) ?? true {
      try work.checkCancelled("stopped while the study was planned")
      do throws(EngramError) {
        try resolve(experiment, snapshot, work)
      } catch {
        // What the store lacks makes one experiment impossible; a store that cannot be read makes everything so.
        guard [.invalidData, .notFound, .usage, .exists].contains(error.code) else { throw error }
        impossible[experiment.name] = Self.reason(error, experiment)
        if error.code == .exists, !conflicts.contains(error) { conflicts.append(error) }
      }
    }
  }

  private static func reason(_ error: EngramError, _ experiment: StudyExperiment) -> String {
    let found = error.found.map { " (\(error.message): \($0))" } ?? " (\(error.message))"
    return experiment.needs.isEmpty ? error.message : "needs \(experiment.needs)\(found)"
  }

  /// The cells of which a figure is drawn, those of its reference included.
  package func cells(of figure: StudyFigure) -> [StudyCell] {
    cells.filter { cell in
      (figure.statistics?.contains(cell.statistics) ?? true) && (figure.classifiers?.contains(cell.kind) ?? true)
        && (figure.experiments.contains(cell.experiment) || cell.experiment == figure.reference)
    }
  }

  /// Why a figure cannot be drawn; nil when any of its experiments can be done.
  package func whyImpossible(_ figure: StudyFigure) -> String? {
    let reasons = figure.experiments.compactMap { impossible[$0] }
    guard reasons.count == figure.experiments.count else { return nil }
    var seen: Set<String> = []
    return reasons.filter { seen.insert($0).inserted }.joined(separator: "; or ")
  }

  /// What has to be done for figures, each task once, in the order of the figures.
  ///
  /// - Parameters:
  ///   - figures: The figures.
  ///   - store: Where finished results are looked for.
  /// - Returns: All tasks, also those whose results are there.
  /// - Throws: What reading the catalog throws.
  package func tasks(for figures: [StudyFigure], in store: TrajectoryStore) throws(EngramError) -> [StudyTask] {
    var wanted: [StudyCell] = []
    var seen: Set<StudyCell> = []
    for figure in figures { for cell in cells(of: figure) where seen.insert(cell).inserted { wanted.append(cell) } }
    var order: [ClassificationPlan] = []
    var groups: [ClassificationPlan: [StudyCell]] = [:]
    for cell in wanted {
      let learning = cell.plan.learning
      if groups[learning] == nil { order.append(learning) }
      groups[learning, default: []].append(cell)
    }
    var tasks: [StudyTask] = []
    for learning in order {
      guard let members = groups[learning], let set = sets[learning.splitSet] else { continue }
      var done = Set(set.splits.indices)
      for cell in members where !done.isEmpty {
        let isStored = storedSets.contains(set.name)
        done.formIntersection(
          isStored ? try ClassificationTask(cell.plan, set, in: store, ClassifyOptions()).finishedSplits() : [])
      }
      for (ordinal, name) in set.splits.names.enumerated() {
        tasks.append(
          StudyTask(
            id: try Self.identifier(learning, set, ordinal), cells: members, splitSet: set.name, ordinal: ordinal,
            splitName: name, isDone: done.contains(ordinal),
            weight: StudyCost.milliseconds(
              of: learning, rows: set.splits[ordinal].train.count, columns: widths[learning] ?? 1)))
      }
    }
    return tasks
  }

  /// A hash of what a task learns: the same whichever figures ask for it, and so whichever tests it makes.
  ///
  /// The commit is not part of it, for it changes with every result that is kept.
  private static func identifier(
    _ learning: ClassificationPlan, _ set: SplitSet, _ ordinal: Int
  ) throws(EngramError) -> String {
    var object = JSONObject()
    object["splits"] = set.specification.json
    object["ordinal"] = .count(ordinal)
    object["statistics"] = .string(learning.features.statistics.text)
    object["view"] = learning.features.view.json
    object["grid"] = learning.grid.json
    object["identify"] = learning.identifies ? .bool(true) : nil
    let text = try JSONValue.object(object).text()
    return String(XXH3.hash128(unsafe Array(text.utf8).span.bytes).prefix(16))
  }
}
