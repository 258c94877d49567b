// SelectTests.swift -- which statistics and epochs a request means, and what lacks them.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct SelectTests {
  /// Three appends with other axes: runs 1, 2 and 3 of 4 examples each.
  private static func uneven(_ folder: TemporaryFolder) throws -> Snapshot {
    let store = try TrajectoryStore.create(at: folder["u.engram"])
    try Made.append(4, to: store, seed: 1)
    try Made.append(4, to: store, Axes(epochs: [0, 5, 10, 20], statistics: ["mine", "weightabs_mean"]), seed: 2)
    try Made.append(
      4, to: store, Axes(epochs: [5, 10], statistics: ["weightabs_mean", "actraw_var", "mine"]), seed: 3)
    return try store.snapshot()
  }

  @Test func `all and admissible mean what every selected example has, in recorded order`() throws {
    let folder = TemporaryFolder()
    let snapshot = try Self.uneven(folder)
    let both = try snapshot.select(snapshot.allExamples, statistics: .all)
    #expect(both.columns == FeatureColumns(statistics: ["weightabs_mean", "mine"], epochs: [5, 10]))
    #expect(try snapshot.select(ExampleSet(4..<8)).columns.statistics == ["mine", "weightabs_mean"])
    #expect(try snapshot.select(ExampleSet(0..<4)).columns.statistics == Axes().statistics)
    for (family, names) in [
      (StatisticFamily.weight, ["weightabs_mean"]), (.activation, ["actraw_var"]), (.layerwise, ["gradavgabs_id"]),
    ] {
      #expect(try snapshot.select(ExampleSet(0..<4), statistics: .family(family)).columns.statistics == names)
    }
    refusal(.invalidData) { _ = try snapshot.select(ExampleSet(4..<8), statistics: .family(.layerwise)) }
    refusal(.notFound) { _ = try snapshot.select(ExampleSet()) }
    refusal(.notFound) { _ = try snapshot.select(ExampleSet(0..<13)) }
  }

  @Test func `statistics that no example has together are said to be so, and not to be unknown`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["u.engram"])
    try Made.append(2, to: store, Axes(statistics: ["x"]), seed: 1)
    try Made.append(2, to: store, Axes(statistics: ["y"]), seed: 2)
    let snapshot = try store.snapshot()
    let apart = refusal(.notFound) {
      _ = try snapshot.select(snapshot.allExamples, statistics: .names(["x", "y"]), missing: .drop)
    }
    #expect(apart?.message == "no selected example has all of these statistics")
    #expect(apart?.expected == "at least one example that has x,y")
  }

  @Test func `a statistic that some examples lack is refused by run, dropped or filled`() throws {
    let folder = TemporaryFolder()
    let snapshot = try Self.uneven(folder)
    let wanted = StatisticSelection.names(["actraw_var", "mine"])
    let error = refusal(.notFound) { _ = try snapshot.select(snapshot.allExamples, statistics: wanted) }
    #expect(error?.place == "runs 2" && error?.message.contains("'actraw_var'") == true)
    #expect(error?.mend?.description.contains("`missing: drop`") == true)
    let dropped = try snapshot.select(snapshot.allExamples, statistics: wanted, missing: .drop)
    #expect(dropped.examples.ranges == [0..<4, 8..<12] && dropped.columns.epochs == [5, 10])
    let filled = try snapshot.select(
      snapshot.allExamples, statistics: wanted, view: TrajectoryView(epochs: .list([0, 5])), missing: .fill)
    #expect(filled.examples.count == 12 && filled.columns.count == 4)
    var matrix = Matrix()
    try snapshot.materialize(filled.examples, filled.columns, into: &matrix)
    for row in 0..<12 {
      // Columns: actraw_var@0, actraw_var@5, mine@0, mine@5.
      let absent = [row / 4 != 0, row / 4 == 1, row / 4 == 2, false]
      for column in 0..<4 { #expect(matrix[row, column].isNaN == absent[column], "row \(row), column \(column)") }
    }
    for policy in MissingPolicy.allCases {
      let unknown = refusal(.notFound) {
        _ = try snapshot.select(snapshot.allExamples, statistics: .names(["wieghtabs_mean"]), missing: policy)
      }
      #expect(unknown?.mend == "did you mean 'weightabs_mean'?")
    }
  }

  @Test func `an epoch that some examples lack is refused by run, dropped or filled`() throws {
    let folder = TemporaryFolder()
    let snapshot = try Self.uneven(folder)
    for epochs in [EpochSelection.list([0, 5]), .stride(first: 0, last: 5, stride: 5)] {
      let error = refusal(.notFound) {
        _ = try snapshot.select(snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: epochs))
      }
      #expect(error?.place == "runs 3" && error?.message.contains("epoch 0") == true, "\(error as Any)")
      #expect(error?.mend?.description.contains("`missing: drop`") == true)
      let dropped = try snapshot.select(
        snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: epochs), missing: .drop)
      #expect(dropped.examples.ranges == [0..<8] && dropped.columns.epochs == [0, 5])
      let filled = try snapshot.select(
        snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: epochs), missing: .fill)
      #expect(filled.examples.count == 12 && filled.columns.epochs == [0, 5])
    }
    for policy in MissingPolicy.allCases {
      let nowhere = refusal(.notFound) {
        _ = try snapshot.select(
          snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: .list([5, 7])), missing: policy)
      }
      #expect(nowhere?.found == "7" && nowhere?.place == nil)
    }
    #expect(
      try snapshot.select(
        snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: .range(first: 1, last: 7))
      ).columns.epochs == [
        5
      ])
    refusal(.notFound) {
      _ = try snapshot.select(
        snapshot.allExamples, statistics: .all, view: TrajectoryView(epochs: .range(first: 6, last: 9)))
    }
  }

  @Test func `statistics are read from text`() throws {
    #expect(try StatisticSelection(parsing: "all") == .all)
    #expect(try StatisticSelection(parsing: "layerwise") == .family(.layerwise))
    #expect(try StatisticSelection(parsing: "a, b") == .names(["a", "b"]))
    for text in ["", "a,,b", "a,a", "a,all", "weight,a"] {
      refusal(.usage) { _ = try StatisticSelection(parsing: text) }
    }
  }

  @Test(arguments: [false, true])
  func `admissible looks at the selected examples only, though others of their row group are not finite`(
    staged: Bool
  ) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let axes = Axes()
    let layers = staged ? 900 : 2_500
    var generator = SeededGenerator(seed: 4)
    var recording = Made.recording(layers, using: &generator)
    guard case .float32(var values) = recording.values else { return }
    /// Where one value is not finite: example, epoch, statistic.
    let spoilt = [(10, 0, 0), (staged ? 890 : 1_500, 2, 1), (staged ? 891 : 2_499, 1, 3)]
    for (number, place) in spoilt.enumerated() {
      values[(place.0 * axes.epochs.count + place.1) * axes.statistics.count + place.2] =
        [.nan, .infinity, -.infinity][number]
    }
    recording.values = .float32(values)
    _ = try store.append([recording], epochs: axes.epochs, statistics: axes.statistics)
    let snapshot = try store.snapshot()
    let names = axes.statistics
    #expect(try snapshot.finiteStatistics(of: snapshot.allExamples) == [names[2]])
    for (example, _, statistic) in spoilt {
      let id = Int64(example)
      #expect(try snapshot.finiteStatistics(of: ExampleSet(id..<(id + 1))) == names.filter { $0 != names[statistic] })
      let others = snapshot.allExamples.subtracting(
        ExampleSet(ids: spoilt.filter { $0.2 == statistic }.map { Int64($0.0) }))
      #expect(try snapshot.finiteStatistics(of: others).contains(names[statistic]))
    }
    #expect(try snapshot.finiteStatistics(of: ExampleSet([0..<10, 11..<40])) == names)
    // What is not read makes no statistic inadmissible: the NaN stands at the first epoch.
    func admissible(_ epochs: EpochSelection) throws -> [String] {
      try snapshot.select(ExampleSet(0..<20), view: TrajectoryView(epochs: epochs)).columns.statistics
    }
    #expect(try admissible(.list([5])) == names)
    #expect(try admissible(.list([axes.epochs[0]])) == Array(names.dropFirst()))
    #expect(try admissible(.all) == Array(names.dropFirst()))
  }

  @Test func `labels are small integers, and null is a class of its own`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for (step, rule) in [MetadataValue.text("sgdm"), .null, .text("adam"), .text("sgdm")].enumerated() {
      try Made.append(
        2, to: store, metadata: ["learning_rule": rule, "width": .integer(Int64(step / 2))], seed: UInt64(step))
    }
    let snapshot = try store.snapshot()
    let labels = try snapshot.labels(of: "learning_rule", for: snapshot.allExamples)
    #expect(labels.classes == [.null, .text("adam"), .text("sgdm")])
    #expect(labels.codes == [2, 2, 0, 0, 1, 1, 2, 2])
    let some = try snapshot.labels(of: "learning_rule", for: ExampleSet([1..<2, 5..<7]))
    #expect(some.classes == [.text("adam"), .text("sgdm")] && some.codes == [1, 0, 1])
    #expect(try snapshot.labels(of: "width", for: snapshot.allExamples).classes == [.integer(0), .integer(1)])
    #expect(
      try snapshot.labels(of: "layer_position", for: ExampleSet(0..<2)).classes == [.text("early"), .text("middle")])
    #expect(try snapshot.labels(of: "width", for: ExampleSet()).codes.isEmpty)
    let unknown = refusal(.usage) { _ = try snapshot.labels(of: "learning_role", for: snapshot.allExamples) }
    #expect(unknown?.mend == "did you mean 'learning_rule'?")
  }
}
