// FilterTests.swift -- what filters select, and what they may not do.

import Base
import Catalog
import SQLite
import TestSupport
import Testing
import TrajectoryModel

struct FilterTests {
  @Test(arguments: [
    // Asked once per observation.
    ("task = 'cifar10'", [0, 1, 2, 8, 9] as [Int64]), ("task IS NULL", [6, 7]),
    ("TASK = 'cifar10' AND batch_size > 200", [8, 9]),
    ("task <> 'cifar10'", [3, 4, 5]), ("run_id IN (1, 4)", [0, 1, 2, 8, 9]),
    ("model_seed = 0 OR task IS NULL", [0, 1, 2, 6, 7, 8, 9]),
    ("example.architecture = 'resnet18'", [3, 4, 5]), ("0", []), ("NULL", []), ("1", Array(0..<10)),
    ("unit_fraction < 1", []), ("task = 'cifar10' -- a comment", [0, 1, 2, 8, 9]), ("/* a */ run_id = 2", [3, 4, 5]),
    // Asked once per layer of each layer set.
    ("layer_position = 'deep'", [2, 5, 9]), ("layer_position IS NULL", [7]), ("layer_ordinal = 0", [0, 3, 6, 8]),
    ("layer_name IN ('probe', 'fc')", [2, 5, 7, 9]),
    // Asked once per example.
    ("layer_position = 'deep' AND task = 'cifar10'", [2, 9]),
    ("layer_position = 'early' OR run_id = 1", [0, 1, 2, 3, 6, 8]),
    ("example_id BETWEEN 3 AND 6", [3, 4, 5, 6]), ("example_id % 5 = 0", [0, 5]),
    ("example_id = 7 OR architecture = 'resnet18'", [3, 4, 5, 7]),
    // Subqueries.
    ("run_id = (SELECT max(run_id) FROM example)", [8, 9]),
    ("task = (SELECT task FROM run WHERE run_id = 4)", [0, 1, 2, 8, 9]),
    ("(SELECT count(*) FROM example AS e WHERE e.observation_id = example.observation_id) = 2", [6, 7, 8, 9]),
  ])
  func `a filter selects the examples for which it is true`(filter: String, ids: [Int64]) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    #expect(try catalog.ids(filter) == ids)
  }

  @Test(arguments: [
    ("(task = 'cifar10'", "a parenthesis that is not closed" as String?),
    ("((run_id = 1) OR (run_id = 2", "2 parentheses that are not closed"),
    ("run_id = 1)", "a parenthesis that closes none"), ("1 ORDER BY run_id", nil), ("run_id = 1, run_id", nil),
    ("run_id = 1 /* x", "a comment that is not closed"), ("1 /* x", "a comment that is not closed"),
    ("run_id = 1;", "a semicolon"), ("nosuch = 'a)' /* ( */ -- (\n)", "a parenthesis that closes none"),
  ])
  func `a text that is not one condition is told as it was written`(filter: String, found: String?) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = refusal(.usage) { _ = try catalog.ids(filter) }
    #expect(
      error?.message == "the filter is not one condition" && error?.found == found, "\(String(describing: error))")
  }

  @Test func `a filter as of a commit sees that commit, in its subqueries too`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    for filter in [
      "run_id = (SELECT max(run_id) FROM example)", "run_id = (SELECT max(run_id) FROM run)",
      "run_id = (SELECT max(run_id) FROM observation)", "run_id = (SELECT max(run_id) FROM run_observation)",
      "example_id >= (SELECT max(example_id) - 1 FROM example)",
    ] {
      #expect(try catalog.ids(filter, asOf: 1) == [6, 7], "\(filter)")
      #expect(try catalog.ids(filter, asOf: 2) == [8, 9], "\(filter)")
    }
    #expect(try catalog.ids("task = 'cifar10'", asOf: 1) == [0, 1, 2])
    let error = #expect(throws: EngramError.self) { try catalog.ids("1", asOf: 9) }
    #expect(error?.code == .notFound)
  }

  @Test(arguments: [
    "1) OR (1", "1); DROP TABLE run; --", "1; DROP TABLE run", "1;", "1 FROM run", "1 FROM run --", "1 AS x", "*",
    "example.*",
    "1, 1", "DISTINCT 1", "ALL 1", "1 /*", "1 */", "1 --\n)", "", "   ", "-- nothing", "'", "\"", "1 UNION SELECT 1",
    "1 LIMIT 1", "1 ORDER BY 1", "1) UNION SELECT 1, 1, 1 FROM run WHERE (1", "SELECT 1", "task = ?1", "task = :a",
    "count(*) > 1", "row_number() OVER () = 1", "1\u{0}", "random() > 0", "strftime('%s') > 0",
    "current_timestamp > 'a'",
    "load_extension('x')", "EXISTS (SELECT 1 FROM sqlite_schema)", "1 IN (SELECT count(*) FROM sqlite_master)",
    "EXISTS (SELECT * FROM pragma_table_info('run'))", "EXISTS (SELECT 1 FROM commit_log)", "no_such_function(1)",
    "EXISTS (SELECT 1 FROM no_such_table)", "task = \"cifar10\"", "zeroblob(10) = 1", "randomblob(4) = x'00'",
  ])
  func `a text that is not one condition over the data is refused`(filter: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) { try catalog.ids(filter) }
    #expect(error?.code == .usage, "\(String(describing: error))")
    #expect(try catalog.ids(nil).count == 10)
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
  }

  @Test func `a deep or long filter is refused or answered, and never crashes`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    for depth in [10, 150, 1_000, 100_000] {
      let filter = String(repeating: "(", count: depth) + "1" + String(repeating: ")", count: depth)
      if depth == 10 {
        #expect(try catalog.ids(filter).count == 10)
      } else if depth >= 1_000 {
        #expect(throws: EngramError.self) { try catalog.ids(filter) }
      }
    }
    let list = (0..<50_000).map(String.init).joined(separator: ",")
    #expect(try catalog.ids("run_id IN (\(list))").count == 10)
    let long = String(repeating: "1 OR ", count: 400_000) + "1"
    #expect(throws: EngramError.self) { try catalog.ids(long) }
  }

  @Test(arguments: [
    ("taks = 'cifar10'", "taks", "did you mean 'task'?"),
    ("architecure = 'knet'", "architecure", "did you mean 'architecture'?"),
    ("task = \"cifar10\"", "cifar10", "a text is written in single quotes, 'cifar10'"),
    ("layer_nam = 'a' AND task = 'b'", "layer_nam", "did you mean 'layer_name'?"),
  ])
  func `an unknown column is named, with the columns there are and the one that was meant`(
    filter: String, column: String, mend: String
  ) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = try #require(#expect(throws: EngramError.self) { try catalog.ids(filter) })
    #expect(error.code == .usage)
    #expect(error.message == "no such column: \(column)")
    #expect(error.mend?.description.hasSuffix(mend) == true, "\(error)")
    #expect(error.expected?.hasPrefix("one of example_id, task, architecture, learning_rule, batch_size") == true)
    #expect(error.place == "filter \(filter)")
  }

  @Test func `a user's field named like an SQL keyword works in quotes`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    try catalog.commit("append", "") { writer throws in
      for name in ["order", "group", "select"] { try writer.addFields([MetadataField(name: name, type: .integer)]) }
      let set = try writer.layerSet(for: [Sample.early, Sample.deep])
      for number in 0..<3 as Range<Int64> {
        let run = try writer.addRun(Sample.values("a", "b") + [.integer(number), .integer(number * 2), .null])
        try writer.addObservation(run: run, layerSet: set)
      }
      try writer.addSegment(Sample.segment(0, 6))
    }
    #expect(try catalog.ids("\"order\" = 1 AND \"group\" = 2 AND \"select\" IS NULL") == [2, 3])
    #expect(try catalog.ids("\"order\" = 1 AND layer_name = 'fc'") == [3])
    let groups = try catalog.look { try $0.groups(by: ["order", "select"], where: nil) }
    #expect(groups.map(\.key) == (0..<3).map { [.integer($0), .null] })
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
  }

  @Test func `a never-ending filter stops at its time limit, and when it is cancelled`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let endless = "(WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c) = task"
    for (limits, code) in [
      (QueryLimits(seconds: 0.1), EngramError.Code.limit),
      (QueryLimits(work: WorkContext(isCancelled: { true })), .cancelled),
    ] {
      let clock = ContinuousClock()
      let time = clock.measure {
        let error = #expect(throws: EngramError.self) {
          try catalog.look { reader in try reader.examples(where: endless, limits: limits) }
        }
        #expect(error?.code == code)
      }
      #expect(time < .seconds(5))
    }
    #expect(try catalog.ids("1").count == 10)
  }
}
