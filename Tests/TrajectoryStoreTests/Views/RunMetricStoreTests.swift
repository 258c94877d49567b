// RunMetricStoreTests.swift -- metrics of runs through the store: with recordings, later, after compaction and merge.

import Base
import Testing
import TrajectoryModel
import TrajectoryStore

struct RunMetricStoreTests {
  /// Three runs of three layers; runs 1 and 2 have metrics.
  static func made() throws -> ViewsStore {
    let made = try ViewsStore()
    let recordings = (0..<3).map { run in
      Recording(
        metadata: ["learning_rule": .text(["adam", "sgdm", "adam"][run])], layers: ViewsStore.layers,
        values: .float32([Float](repeating: 0, count: 3 * 2)),
        metrics: run == 2
          ? []
          : [
            MetricValue("top1", epoch: 0, 0.1), MetricValue("top1", epoch: 90, 0.5 + Double(run) / 10),
            MetricValue("top1", epoch: 45, 0.9), MetricValue("loss", epoch: 90, run == 0 ? .nan : 2.5),
          ])
    }
    _ = try made.store.append(recordings, epochs: [0, 90], statistics: ["a"])
    return made
  }

  @Test(arguments: [
    (MetricMoment.last, [0.5, 0.6]), (.highest, [0.9, 0.9]), (.best, [0.9, 0.9]), (.lowest, [0.1, 0.1]),
    (.epoch(90), [0.5, 0.6]), (.epoch(45), [0.9, 0.9]),
  ])
  func `a metric stands for a run at the moment that is asked for`(moment: MetricMoment, values: [Double]) throws {
    let snapshot = try Self.made().store.snapshot()
    let found = try snapshot.metric("top1", at: moment)
    #expect(found.map(\.run) == [1, 2])
    #expect(found.map(\.examples) == [ExampleSet(0..<3), ExampleSet(3..<6)])
    #expect(found.map(\.value) == values)
    #expect(try MetricMoment(parsing: moment.text) == moment)
  }

  @Test func `NaN is a value of its own, and the best of numbers beside it`() throws {
    let made = try Self.made()
    let first = try made.store.snapshot()
    #expect(try first.metric("loss", at: .last).map(\.value.isNaN) == [true, false])
    _ = try made.store.addMetrics([
      RunMetric(run: 1, MetricValue("loss", epoch: 45, 7)), RunMetric(run: 1, MetricValue("loss", epoch: 40, 6)),
    ])
    #expect(try made.store.snapshot().metric("loss", at: .best).map(\.value) == [6, 2.5])
    #expect(try made.store.snapshot().metric("loss", at: .highest).map(\.value) == [7, 2.5])
    // A snapshot does not change.
    #expect(try first.metric("loss", at: .best).map(\.value.isNaN) == [true, false])
    #expect(try first.metrics().map(\.values) == [2, 6])
  }

  @Test func `a metric that is absent is refused with those there are`() throws {
    let made = try Self.made()
    let snapshot = try made.store.snapshot()
    let unknown = #expect(throws: EngramError.self) { try snapshot.metric("top-1") }
    #expect(unknown?.code == .notFound)
    #expect(unknown?.expected == "one of loss, top1")
    #expect(unknown?.mend == "did you mean 'top1'?")
    let early = #expect(throws: EngramError.self) { try snapshot.metric("loss", at: .epoch(3)) }
    #expect(early?.expected == "an epoch from 90 to 90")
    let none = #expect(throws: EngramError.self) { try ViewsStore().store.snapshot().metric("top1") }
    #expect(none?.expected == "none is stored yet")
    #expect(throws: EngramError.self) { try MetricMoment(parsing: "median") }
  }

  @Test func `a value that is stored is not replaced, and one that comes twice in a recording is refused`() throws {
    let made = try Self.made()
    let error = #expect(throws: EngramError.self) {
      try made.store.addMetrics([
        RunMetric(run: 3, MetricValue("top1", epoch: 0, 1)), RunMetric(run: 1, MetricValue("top1", epoch: 90, 1)),
      ])
    }
    #expect(error?.code == .exists)
    #expect(error?.place == "value 1")
    #expect(try made.store.snapshot().metric("top1").count == 2)
    let twice = #expect(throws: EngramError.self) {
      try made.store.append(
        [
          Recording(
            metadata: [:], layers: ViewsStore.layers, values: .float32([0, 0, 0]),
            metrics: [MetricValue("m", epoch: 1, 1), MetricValue("m", epoch: 1, 2)])
        ], epochs: [0], statistics: ["a"])
    }
    #expect(twice?.code == .invalidData)
    #expect(try made.store.snapshot().exampleCount == 9)
  }

  @Test func `metrics stay through a compaction and come along with a merge`() throws {
    let made = try Self.made()
    let before = try made.store.snapshot().metric("top1")
    _ = try made.store.compact()
    #expect(try made.store.snapshot().metric("top1") == before)
    let other = try Self.made()
    _ = try other.store.compact()
    _ = try made.store.merge([other.store.path])
    let merged = try made.store.snapshot().metric("top1")
    #expect(merged.map(\.run) == [1, 2, 4, 5])
    #expect(merged.map(\.examples) == [0, 3, 9, 12].map { ExampleSet($0..<($0 + 3)) })
    #expect(merged.map(\.value) == [0.5, 0.6, 0.5, 0.6])
    #expect(try made.store.snapshot().metric("loss").map(\.value.isNaN) == [true, false, true, false])
    let filter = "run_id IN (SELECT run_id FROM run_metric_last WHERE metric = 'top1' AND value > 0.55)"
    #expect(try made.store.snapshot().examples(where: filter).ids == [3, 4, 5, 12, 13, 14])
    #expect(try made.store.snapshot().summary().metrics.map(\.name) == ["loss", "top1"])
  }
}
