// ChosenEpochTests.swift -- an epoch of each run, its own, against the same found by hand.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct ChosenEpochTests {
  /// Runs of lengths of their own, with a metric at some epochs.
  private struct Run {
    let epochs: [Double]
    let metric: [Double: Double]
    let layers: Int
    /// [layer][epoch][statistic].
    let values: [Double]
  }

  private static func runs(_ random: inout SeededGenerator) -> [Run] {
    (0..<12).map { number in
      let epochs = Array(stride(from: number % 3 == 0 ? 5.0 : 0, through: Double(10 + 5 * (number % 4)), by: 5))
      var metric: [Double: Double] = [:]
      for epoch in epochs where number != 7 {
        metric[epoch] = [Double.nan, 0.1, 0.5, 0.5, 0.9].randomElement(using: &random)
      }
      let layers = 1 + number % 3
      let values = (0..<(layers * epochs.count * 2)).map { Double(number * 1_000 + $0) }
      return Run(epochs: epochs, metric: metric, layers: layers, values: values)
    }
  }

  private static func store(_ path: String, _ runs: [Run], isSegment: Bool) throws -> TrajectoryStore {
    let store = try TrajectoryStore.create(at: path)
    for (number, run) in runs.enumerated() {
      _ = try store.append(
        [
          Recording(
            metadata: ["model_seed": .integer(Int64(number))],
            layers: (0..<run.layers).map { Layer(name: "l\($0)", position: nil) }, values: .float64(run.values),
            metrics: run.metric.sorted { $0.key < $1.key }.map { MetricValue("top1", epoch: $0.key, $0.value) })
        ], epochs: run.epochs, statistics: ["a", "b"])
    }
    if isSegment { _ = try store.compact(everything: true) }
    return store
  }

  /// The epoch by hand.
  private static func expected(_ choice: EpochChoice, _ run: Run, from first: Double = -.infinity) -> Double? {
    let epochs = run.epochs.filter { $0 >= first }
    switch choice {
    case .first: return epochs.first
    case .last: return epochs.last
    case .atMost(let most): return epochs.last { $0 <= most }
    case .best(_, let isLowest):
      let known = epochs.filter { run.metric[$0].map { !$0.isNaN } ?? false }
      let values = known.compactMap { run.metric[$0] }
      guard let best = isLowest ? values.min() : values.max() else { return nil }
      return known.first { run.metric[$0] == best }
    }
  }

  private static func values(_ run: Run, layer: Int, at epoch: Double?) -> [Double] {
    guard let epoch, let place = run.epochs.firstIndex(of: epoch) else { return [.nan, .nan] }
    let start = (layer * run.epochs.count + place) * 2
    return Array(run.values[start..<(start + 2)])
  }

  @Test(
    arguments: [false, true], ["first", "last", "at-most:12", "best:top1", "best:top1:min", "epochs:10:100+first"])
  func `each run gives its own epoch at the same column`(isSegment: Bool, text: String) throws {
    var random = SeededGenerator(seed: 5)
    let runs = Self.runs(&random)
    let folder = TemporaryFolder()
    let snapshot = try Self.store(folder["s.engram"], runs, isSegment: isSegment).snapshot()
    let view = try TrajectoryView(parsing: text)
    let choice = try #require(view.choice)
    let first = text.hasPrefix("epochs") ? 10.0 : -.infinity
    let wanted = runs.map { Self.expected(choice, $0, from: first) }
    let lacking = wanted.contains(nil)
    if lacking {
      let error = refusal(.notFound) { _ = try snapshot.select(snapshot.allExamples, statistics: .all, view: view) }
      #expect(error?.mend?.description.contains("`missing: drop`") == true)
    }
    for missing in [MissingPolicy.drop, .fill] {
      let selection = try snapshot.select(snapshot.allExamples, statistics: .all, view: view, missing: missing)
      #expect(selection.columns.names == ["a@\(choice.text)", "b@\(choice.text)"])
      #expect(selection.remarks.first?.contains("of each run") == true)
      var rows: [[Double]] = []
      for (run, epoch) in zip(runs, wanted) where epoch != nil || missing == .fill {
        for layer in 0..<run.layers { rows.append(Self.values(run, layer: layer, at: epoch)) }
      }
      for layout in MatrixLayout.allCases {
        for columns in [selection.columns, selection.columns.recorded] {
          var matrix = Matrix(elementType: .float64, layout: layout)
          try snapshot.materialize(selection.examples, columns, into: &matrix)
          #expect(matrix.rows == rows.count)
          for (row, values) in rows.enumerated() where row < matrix.rows {
            let found = (0..<2).map { matrix[row, $0] }
            #expect("\(found)" == "\(values)", "row \(row)")
          }
        }
      }
    }
  }

  @Test func `a view with a choice survives its text and JSON, and comes on top of no other sampling`() throws {
    for text in ["last", "epochs:0:50+first+mean+positions", "at-most:7.5", "best:val_loss:min+zscore"] {
      let view = try TrajectoryView(parsing: text)
      #expect(view.text == text)
      #expect(try TrajectoryView(json: JSONValue(parsing: try view.json.text())) == view)
    }
    for text in ["last+first", "last+portion:1/3", "best", "at-most", "last:3"] {
      refusal(.usage) { _ = try TrajectoryView(parsing: text) }
    }
    refusal(.usage) { _ = try TrajectoryView(json: ["version": 1, "choice": "sometime"]) }
    refusal(.usage) {
      _ = try TrajectoryView(json: ["version": 1, "choice": "last", "portion": ["index": 0, "count": 3]])
    }
  }

  @Test func `what is not finite elsewhere is admissible, and a metric that nobody has is named`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    for (seed, values) in [[Double.nan, 1, 2, .nan], [3, .nan, .infinity, 4]].enumerated() {
      _ = try store.append(
        [
          Recording(
            metadata: ["model_seed": .integer(Int64(seed))], layers: [Layer(name: "l", position: nil)],
            values: .float64(values))
        ], epochs: [0, 1], statistics: ["a", "b"])
    }
    let snapshot = try store.snapshot()
    // At the first epoch: a is NaN and 3, b is 1 and NaN; at the last: a is 2 and inf, b is NaN and 4.
    refusal(.invalidData) {
      _ = try snapshot.select(snapshot.allExamples, view: TrajectoryView(samples: .choice(.last)))
    }
    let one = try snapshot.select(ExampleSet(0..<1), view: TrajectoryView(samples: .choice(.last)))
    #expect(one.columns.statistics == ["a"])
    let error = refusal(.notFound) {
      _ = try snapshot.select(
        snapshot.allExamples, view: TrajectoryView(samples: .choice(.best(metric: "top1", isLowest: false))))
    }
    #expect(error?.message.contains("'top1'") == true)
  }
}
