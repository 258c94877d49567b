// RunMetricTests.swift -- loss, top-1 and other scalars of runs in the catalog.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

@Suite struct RunMetricTests {
  static func add(_ catalog: Catalog, _ metrics: [(run: Int64, metric: String, epoch: Double, value: Double)]) throws {
    try catalog.commit("metrics", "\(metrics.count) values") { writer throws in
      for metric in metrics {
        let isNew = try writer.addMetric(
          RunMetric(run: metric.run, MetricValue(metric.metric, epoch: metric.epoch, metric.value)))
        #expect(isNew)
      }
    }
  }

  static func all(_ catalog: Catalog, _ name: String? = nil, asOf commit: Int64? = nil) throws -> [RunMetric] {
    try catalog.look { reader throws in
      var found: [RunMetric] = []
      try reader.metrics(name, asOf: commit) { metric in found.append(metric) }
      return found
    }
  }

  @Test func `every Float64 comes back with its bits, NaN payloads and the sign of zero too`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let bits: [UInt64] = [
      0, 0x8000_0000_0000_0000, 0x7ff8_0000_0000_0000, 0xfff8_dead_beef_0001, 0x7ff0_0000_0000_0001,
      0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 1, 0x3ff0_0000_0000_0000, 0x7fef_ffff_ffff_ffff,
    ]
    try Self.add(
      catalog, bits.enumerated().map { (1, "m", Double($0.offset), Double(bitPattern: $0.element)) })
    #expect(try Self.all(catalog).map(\.value.value.bitPattern) == bits)
    #expect(try catalog.look { try $0.check().problems } == [])
    // In SQL a NaN is NULL, which no comparison selects; what is not there has no row.
    #expect(try catalog.rows("SELECT count(*), count(value) FROM run_metric") == [[.integer(10), .integer(7)]])
  }

  @Test func `a filter reads metrics at the level of runs, and those of its commit only`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)  // commits 1 and 2; runs 1, 2, 3 and 4
    try Self.add(catalog, [(1, "top1", 0, 0.2), (1, "top1", 90, 0.7), (2, "top1", 0, 0.9), (2, "top1", 90, 0.3)])
    try Self.add(catalog, [(4, "top1", 90, 0.8), (3, "top1", 90, .nan), (2, "top1", 100, 0.95)])
    let last = "run_id IN (SELECT run_id FROM run_metric_last WHERE metric = 'top1' AND value >= 0.6)"
    #expect(try catalog.ids(last) == [0, 1, 2, 3, 4, 5, 8, 9])
    #expect(try catalog.ids(last, asOf: 3) == [0, 1, 2])
    #expect(try catalog.ids(last, asOf: 2) == [])
    let any =
      "run_id IN (SELECT run_id FROM run_metric WHERE metric = 'top1' AND value > 0.85) AND layer_position = 'deep'"
    #expect(try catalog.ids(any) == [5])
    let nan = "run_id IN (SELECT run_id FROM run_metric_last WHERE value IS NULL)"
    #expect(try catalog.ids(nan) == [6, 7])
    #expect(try catalog.ids(nan, asOf: 3) == [])
  }

  @Test func `a value that is there stays, and one commit is all or nothing`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    try Self.add(catalog, [(1, "loss", 5, 1)])
    try catalog.commit("metrics", "again") { writer throws in
      #expect(try !writer.addMetric(RunMetric(run: 1, MetricValue("loss", epoch: 5, 2))))
      #expect(try writer.addMetric(RunMetric(run: 1, MetricValue("loss", epoch: -0.0, 3))))
      #expect(try !writer.addMetric(RunMetric(run: 1, MetricValue("loss", epoch: 0, 4))))
    }
    #expect(try Self.all(catalog).map(\.value.value) == [3, 1])
    #expect(throws: EngramError.self) {
      try Self.add(catalog, [(1, "loss", 10, 1), (5, "loss", 5, 1)])
    }
    #expect(try Self.all(catalog).count == 2)
  }

  @Test(
    arguments: [
      (0, "m", 0.0, EngramError.Code.notFound), (5, "m", 0, .notFound), (1, "", 0, .invalidData),
      (1, "a\0b", 0, .invalidData), (1, "m", .nan, .invalidData), (1, "m", .infinity, .invalidData),
      (1, String(repeating: "x", count: 201), 0, .invalidData),
    ] as [(Int64, String, Double, EngramError.Code)])
  func `an impossible metric is refused`(run: Int64, name: String, epoch: Double, code: EngramError.Code) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) {
      try Self.add(catalog, [(run, name, epoch, 1)])
    }
    #expect(error?.code == code)
  }

  @Test func `counts say how much there is of each metric`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    try Self.add(catalog, [(1, "top1", 0, 0.2), (1, "loss", 0, .nan), (1, "loss", 5, 1), (2, "loss", 90, 3)])
    let counts = try catalog.look { try $0.metricCounts(asOf: nil) }
    #expect(
      counts.map { "\($0)" } == [
        #"(name: "loss", runs: 2, values: 3, nans: 1, first: 0.0, last: 90.0)"#,
        #"(name: "top1", runs: 1, values: 1, nans: 0, first: 0.0, last: 0.0)"#,
      ])
  }

  @Test(arguments: [
    ("UPDATE run_metric SET value = NULL, bits = 5", "a metric without a value must have the bits of a NaN"),
    ("UPDATE run_metric SET run_id = 77", "a row refers to a row of run that is not there"),
    ("UPDATE run_metric SET commit_id = 77", "a row refers to a row of commit_log that is not there"),
    (
      "DROP VIEW run_metric_last; CREATE VIEW run_metric_last AS SELECT 1",
      "an object of the schema is not as it must be"
    ),
    ("DROP TABLE run_metric", "an object of the schema is missing"),
  ])
  func `damage to metrics is found`(sql: String, message: String) throws {
    let scratch = TemporaryFolder()
    try Self.add(try Sample.filled(scratch), [(1, "m", 0, 1)])
    tamper(scratch.catalog, sql)
    let problems = try CheckTests.problems(scratch)
    #expect(problems.first?.message == message)
    #expect(problems.first?.code == .corrupt)
  }
}
