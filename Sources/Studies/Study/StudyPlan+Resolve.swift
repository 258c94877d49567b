// StudyPlan+Resolve.swift -- from an experiment and a store to split sets and cells.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

extension StudyPlan {
  /// Groups of an experiment that anybody would wait for.
  private static let mostGroups = 2_000
  /// Classifications that anybody would wait for.
  private static let mostCells = 50_000

  /// Adds the split sets and the cells of an experiment.
  mutating func resolve(
    _ experiment: StudyExperiment, _ snapshot: Snapshot, _ work: WorkContext
  ) throws(EngramError) {
    let limits = QueryLimits(work: work)
    if !experiment.trainFractions.isEmpty { return try resolveFractions(of: experiment, snapshot, work) }
    guard !experiment.each.isEmpty else {
      let name = try setName(of: experiment, key: [])
      let set = try splitSet(name, experiment.splits, snapshot, work)
      return try addCells(of: experiment, group: [], set, snapshot)
    }
    let groups = try snapshot.groups(by: experiment.each, where: experiment.splits.filter, limits: limits)
    guard (2...Self.mostGroups).contains(groups.count) else {
      throw EngramError(
        .invalidData, "there are too few or too many groups by \(experiment.each.joined(separator: ", "))",
        expected: "2 to \(Self.mostGroups)", found: "\(groups.count) here")
    }
    let keys = groups.map(\.key)
    let specifications = keys.map { key in
      var splits = experiment.splits
      let condition = zip(experiment.each, key).map { "\(Self.quoted($0)) IS \(Self.literal($1))" }
        .joined(separator: " AND ")
      splits.filter = experiment.splits.filter.map { "(\($0)\n) AND \(condition)" } ?? condition
      return splits
    }
    let names = try setNames(of: experiment, keys, specifications, snapshot)
    var (failures, made): ([EngramError], Int) = ([], 0)
    for (place, key) in keys.enumerated() {
      do throws(EngramError) {
        let set = try splitSet(names[place], specifications[place], snapshot, work)
        try addCells(of: experiment, group: key, set, snapshot)
        made += 1
      } catch {
        guard [.invalidData, .notFound].contains(error.code) else { throw error }
        failures.append(error)
      }
    }
    if let first = failures.first {
      guard made > 1 else { throw first }
      remarks[experiment.name, default: []].append(
        "\(failures.count) of \(groups.count) groups are left out: \(first.message)")
    }
  }

  /// Adds the split sets and the cells of an experiment that learns from shares of the train side.
  private mutating func resolveFractions(
    of experiment: StudyExperiment, _ snapshot: Snapshot, _ work: WorkContext
  ) throws(EngramError) {
    guard case .groupShuffle(let whole) = experiment.splits.kind else { return }
    var failures: [EngramError] = []
    for fraction in experiment.trainFractions {
      var (splits, plan) = (experiment.splits, whole)
      plan.train = .fraction(fraction)
      splits.kind = .groupShuffle(plan)
      do throws(EngramError) {
        let set = try splitSet(try setName(of: experiment, key: [.real(fraction)]), splits, snapshot, work)
        var counts: [Int] = []
        for split in set.splits {
          let classes = try snapshot.labels(of: splits.label, for: split.train.union(split.test)).classes.count
          let learned = try snapshot.labels(of: splits.label, for: split.train).classes.count
          guard learned == classes else {
            throw EngramError(.invalidData, "a split has no example of some class to learn from")
          }
          counts.append(try snapshot.labels(of: "run_id", for: split.train).classes.count)
        }
        trainingRuns[set.name] = Double(counts.reduce(0, +)) / Double(max(1, counts.count))
        try addCells(of: experiment, group: [.real(fraction)], set, snapshot)
      } catch {
        guard [.invalidData, .notFound].contains(error.code) else { throw error }
        failures.append(error)
      }
    }
    guard let first = failures.first else { return }
    guard failures.count < experiment.trainFractions.count else { throw first }
    note("\(failures.count) of \(experiment.trainFractions.count) shares are left out: \(first.message)", experiment)
  }

  /// The name of the split set of an experiment: experiments of equal splits share one, and with it what is learned.
  private func setName(of experiment: StudyExperiment, key: [MetadataValue]) throws(EngramError) -> String {
    let equal = study.experiments.filter { $0.hasSplits(of: experiment) }
    var first = equal.first { $0.owner != nil } ?? equal.first ?? experiment
    var home = study
    if let owner = first.owner, let shared = try Study.builtIn(owner) {
      home = shared
      first = shared.experiments.first { $0.hasSplits(of: first) } ?? first
    }
    let name = "\(home.name).\(first.name)"
    if key.isEmpty { return name }
    let words = key.map { value in
      String(
        value.description.unicodeScalars.map { scalar in
          let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
          return isPlain || scalar == "." ? Character(scalar) : "_"
        })
    }
    return String("\(name).\(words.joined(separator: "-"))".prefix(Self.longestName))
  }

  /// Characters of the longest name of a split set of a study.
  private static let longestName = 200

  /// The names of the split sets of groups, each of another name.
  ///
  /// Of groups whose values differ only in what a name cannot hold, the one whose set is stored under the name has it, or the first
  /// where none is; the others have a number behind it that follows from their values.
  private func setNames(
    of experiment: StudyExperiment, _ keys: [[MetadataValue]], _ specifications: [SplitSpecification],
    _ snapshot: Snapshot
  ) throws(EngramError) -> [String] {
    let names = try keys.map { (key) throws(EngramError) in try setName(of: experiment, key: key) }
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    var owners = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (name, count) in counts where count > 1 && storedSets.contains(name) {
      let stored = try snapshot.store.splitSet(name).specification
      owners[name] = names.indices.first { names[$0] == name && specifications[$0] == stored }
    }
    return names.enumerated().map { place, name in
      if owners[name] == place { return name }
      let values = keys[place].map(Self.literal).joined(separator: ",")
      let number = String(XXH3.hash64(Array(values.utf8)), radix: 16)
      return "\(name.prefix(Self.longestName - 1 - number.count))-\(number)"
    }
  }

  /// The split set of a name: as it is stored, where it is; else as it would be.
  private mutating func splitSet(
    _ name: String, _ specification: SplitSpecification, _ snapshot: Snapshot, _ work: WorkContext
  ) throws(EngramError) -> SplitSet {
    let set: SplitSet
    if let known = sets[name] {
      guard known.specification == specification else {
        throw EngramError(
          .exists, "two experiments would have split sets of one name and different specifications",
          place: "split set '\(name)'", mend: "give one of the experiments another name")
      }
      return known
    } else if storedSets.contains(name) {
      set = try snapshot.store.splitSet(name)
      guard set.specification == specification else {
        throw EngramError(
          .exists, "the split set '\(name)' is stored and is of another specification", file: snapshot.store.path,
          expected: "that of the study", found: set.specification.kind.name,
          mend: "give the study another name, or remove the split set")
      }
    } else {
      set = try specification.splitSet(named: name, of: snapshot, work: work)
    }
    sets[name] = set
    return set
  }

  /// Adds the cells of an experiment on one split set.
  private mutating func addCells(
    of experiment: StudyExperiment, group: [MetadataValue], _ set: SplitSet, _ snapshot: Snapshot
  ) throws(EngramError) {
    let newest = snapshot
    let snapshot = newest.commit == set.commit ? newest : try newest.store.snapshot(asOf: set.commit)
    if snapshot.allExamples != newest.allExamples {
      note(
        "the splits are of commit \(set.commit), and examples came or went since; without the split set '\(set.name)' they "
          + "are made anew", experiment)
    }
    // Of examples that came or went since, the note above speaks.
    if storedSets.contains(set.name), let staleness = try newest.store.staleness(of: set), !staleness.fields.isEmpty {
      staleSets[set.name] = staleness
      note(
        "the split set '\(set.name)' is stale: \(staleness.sentence); without it the splits are made anew", experiment)
    }
    var examples = ExampleSet()
    for split in set.splits { examples = examples.union(split.train).union(split.test) }
    examples = examples.subtracting(try snapshot.unlabelled(by: set.specification.label))
    let classes = try snapshot.labels(of: set.specification.label, for: examples).classes
    guard classes.count > 1 else {
      throw EngramError(
        .invalidData, "there are too few classes of \(set.specification.label)", expected: "two or more",
        found: classes.isEmpty ? "none" : "'\(classes[0])' only")
    }
    // Identification is also asked of classes that nobody learned; its figures count them.
    if !experiment.identifies { try noteUnlearned(of: set, examples, snapshot, experiment) }
    let hasPositions = try Self.hasPositions(examples, snapshot)
    if !hasPositions { note("the positions of some layers are unknown, so no column says them", experiment) }
    var failures: [EngramError] = []
    let before = cells.count
    for statistics in experiment.statistics {
      do throws(EngramError) {
        let whole = try FeatureRequest(statistics: statistics).select(examples, in: snapshot)
        for remark in whole.remarks { note(remark, experiment) }
        try addCells(of: experiment, group, set, statistics, whole.columns, hasPositions)
      } catch {
        guard [.invalidData, .notFound, .usage].contains(error.code) else { throw error }
        failures.append(error)
        note("\(statistics.text) is left out: \(error.message)", experiment)
      }
    }
    if cells.count == before, let first = failures.first { throw first }
  }

  private mutating func addCells(
    of experiment: StudyExperiment, _ group: [MetadataValue], _ set: SplitSet, _ statistics: StatisticSelection,
    _ whole: FeatureColumns, _ hasPositions: Bool
  ) throws(EngramError) {
    for text in experiment.views {
      let views = try StudyViews(parsing: text).views(onAxis: whole.epochs, positions: hasPositions)
      var columns: [FeatureColumns] = []
      for view in views {
        columns.append(try FeatureColumns(statistics: whole.statistics, epochs: whole.epochs, view: view))
      }
      let rows = set.splits.lazy.map(\.train.count).min() ?? 0
      // What is learned at some epochs and tested at others must be finite at all of them.
      let seen = experiment.isCrossed ? StatisticSelection.names(whole.statistics) : statistics
      for (view, columns) in zip(views, columns) {
        for classifier in experiment.classifiers {
          var plan = ClassificationPlan(
            splitSet: set.name, features: FeatureRequest(statistics: seen, view: view),
            grid: classifier.grid(grid, samples: columns.samplesPerStatistic, rows: rows))
          plan.identifies = experiment.identifies
          widths[plan.learning] = columns.count
          if classifier.kind == .randomForest { plan.permutationRepeats = experiment.permutationRepeats }
          try add(experiment, group, statistics, view, nil, classifier.kind, plan)
          for other in experiment.isCrossed ? views.filter({ $0 != view }) : [] {
            plan.testView = other
            try add(experiment, group, statistics, view, other, classifier.kind, plan)
          }
        }
      }
    }
  }

  private mutating func add(
    _ experiment: StudyExperiment, _ group: [MetadataValue], _ statistics: StatisticSelection, _ view: TrajectoryView,
    _ testView: TrajectoryView?, _ kind: ClassifierKind, _ plan: ClassificationPlan
  ) throws(EngramError) {
    guard cells.count < Self.mostCells else {
      throw EngramError(
        .limit, "the study asks for too many classifications", place: "experiment '\(experiment.name)'",
        expected: "at most \(Self.mostCells)", mend: "give fewer views, statistics or classifiers")
    }
    cells.append(
      StudyCell(
        experiment: experiment.name, group: group, statistics: statistics, view: view, testView: testView, kind: kind,
        plan: plan))
  }

  private mutating func note(_ text: String, _ experiment: StudyExperiment) {
    if !(remarks[experiment.name] ?? []).contains(text) { remarks[experiment.name, default: []].append(text) }
  }

  /// Notes the splits that test a class of which they learn from no example.
  private mutating func noteUnlearned(
    of set: SplitSet, _ examples: ExampleSet, _ snapshot: Snapshot, _ experiment: StudyExperiment
  ) throws(EngramError) {
    let classes = try snapshot.groups(by: [set.specification.label]).map {
      (name: $0.key[0].description, examples: $0.examples.intersection(examples))
    }
    let found = set.splits.compactMap { (split: Split) -> String? in
      let names = classes.filter {
        $0.examples.isDisjoint(with: split.train) && !$0.examples.isDisjoint(with: split.test)
      }.map { $0.name }
      if names.isEmpty { return nil }
      return "split \(split.name): \(names.joined(separator: ", ")) cannot be learnt, for it is not in train"
    }
    guard let first = found.first else { return }
    note(found.count > 1 ? "\(first) (the like is so of \(found.count - 1) more splits)" : first, experiment)
  }

  private static func hasPositions(_ examples: ExampleSet, _ snapshot: Snapshot) throws(EngramError) -> Bool {
    try snapshot.labels(of: "layer_position", for: examples).classes.allSatisfy {
      LayerPosition(rawValue: $0.description) != nil
    }
  }

  /// A column as SQL names it.
  private static func quoted(_ column: String) -> String {
    "\"\(column.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }

  /// A value as SQL writes it.
  private static func literal(_ value: MetadataValue) -> String {
    switch value {
    case .null: "NULL"
    case .integer(let number): String(number)
    case .real(let number): "\(number)"
    case .text(let text):
      "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
    }
  }
}
