// TallyTests.swift -- queries that count rows by their values give the same over a tally as over the rows.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct TallyTests {
  private static let fields = [
    "task", "architecture", "learning_rule", "batch_size", "model_seed", "dataset_seed", "Order", "Offset",
  ]

  private static func query(_ sql: String) -> TallyQuery? {
    TallyQuery(sql) { table in
      switch table {
      case .run: fields
      case .observation: fields + ["layer_set_id", "unit_fraction"]
      case .example: fields + ["layer_set_id", "unit_fraction", "layer_name", "layer_position", "layer_ordinal"]
      }
    }
  }

  @Test func `a query that counts rows by their values sums the counts of a tally`() throws {
    for (sql, tally, columns) in [
      (
        "SELECT task, count(*) FROM run GROUP BY task",
        "SELECT task, ifnull(sum(\"count(*)\"), 0) FROM run_tally GROUP BY task",
        ["task"]
      ),
      (
        "select Run.TASK, COUNT ( * ) AS n from Run where run.batch_size>=2 group by 1 having n > 3 order by n desc limit 4;",
        "select run_tally.TASK, ifnull(sum(\"count(*)\"), 0) AS n from run_tally where run_tally.batch_size>=2 group by 1 having n > 3 order by n desc limit 4;",
        ["task", "batch_size"]
      ),
      ("SELECT DISTINCT \"order\" FROM run", "SELECT DISTINCT \"order\" FROM run_tally", ["Order"]),
      (
        "SELECT count(*) FROM example WHERE task = 'it''s' AND layer_position IN ('early', 'deep')",
        "SELECT ifnull(sum(\"count(*)\"), 0) FROM run_tally WHERE task = 'it''s' AND layer_position IN ('early', 'deep')",
        ["task", "layer_position"]
      ),
      (
        "SELECT count(*) n, task FROM run_observation GROUP BY task ORDER BY n",
        "SELECT ifnull(sum(\"count(*)\"), 0) n, task FROM run_tally GROUP BY task ORDER BY n", ["task"]
      ),
      (
        "SELECT task t, count(*) AS \"how many\" FROM run GROUP BY t",
        "SELECT task t, ifnull(sum(\"count(*)\"), 0) AS \"how many\" FROM run_tally GROUP BY t", ["task"]
      ),
      ("SELECT count(DISTINCT task) FROM run", "SELECT count(DISTINCT task) FROM run_tally", ["task"]),
      ("SELECT count(*) FROM run", "SELECT ifnull(sum(\"count(*)\"), 0) FROM run_tally", ["task"]),
    ] {
      let query = try #require(Self.query(sql), "\(sql)")
      #expect(query.sql == tally)
      #expect(query.columns == columns)
    }
  }

  @Test(arguments: [
    "SELECT * FROM run", "SELECT task FROM run", "SELECT run_id, count(*) FROM run GROUP BY run_id",
    "SELECT count(*) FROM run r",
    "SELECT count(*) FROM run, field", "SELECT count(*) FROM run JOIN observation USING (run_id)",
    "SELECT count(*) FROM field",
    "SELECT count(*) FROM main.run", "SELECT count(task) FROM run", "SELECT sum(batch_size) FROM run GROUP BY task",
    "SELECT max(batch_size), count(*) FROM run", "SELECT count(*) FILTER (WHERE task = 'a') FROM run",
    "SELECT task, count(*) OVER (PARTITION BY task) FROM run", "SELECT count(*) FROM run WHERE random() > 0",
    "SELECT count(*) FROM run WHERE run_id IN (SELECT run_id FROM run_metric)", "SELECT count(*) FROM run -- all",
    "SELECT count(*) FROM run UNION SELECT 1", "SELECT count(*) FROM run WHERE rowid < 5",
    "EXPLAIN SELECT count(*) FROM run",
    "SELECT count(*) AS oid FROM run GROUP BY task ORDER BY oid", "SELECT count(*) FROM run WHERE task = \"cifar10\"",
    "SELECT 2 * batch_size, count(*) FROM run GROUP BY 1", "WITH r AS (SELECT 1) SELECT count(*) FROM run",
    "SELECT task, count(*) FROM run GROUP BY task COLLATE nocase", "SELECT count(*) FROM run GROUP BY n",
    "SELECT count(*) FROM run WHERE task = x'61'", "SELECT count(*) FROM run WHERE batch_size = ?1", "", "SELECT 'a",
    "SELECT", "SELECT task, count(*) AS \"count(*)\" FROM run GROUP BY task HAVING \"count(*)\" > 2",
    "SELECT task, count(*) \"Count(*)\" FROM run GROUP BY task",
    "SELECT task AS offset, count(*) FROM run GROUP BY offset",
  ])
  func `any other query is left to SQLite`(sql: String) {
    #expect(Self.query(sql) == nil)
  }

  /// Enough runs for a tally, whose metadata are few values of every kind, in two commits.
  private static func catalog(_ scratch: TemporaryFolder, _ generator: inout SeededGenerator) throws -> Catalog {
    let catalog = try Sample.empty(scratch)
    try catalog.commit("fields", "") { writer throws in
      try writer.addFields([MetadataField(name: "Order", type: .real)])
    }
    let tasks: [MetadataValue] = [.null, .text(""), .text("it's"), .text("IT'S"), .text("größe"), .text("cifar10")]
    let layers = [[Sample.early, Sample.deep], [Sample.early, Sample.middle, Sample.untold], [Sample.deep]]
    for part in 0..<2 {
      try Sample.append(
        catalog,
        (0..<9000).map { number in
          func pick<T>(_ of: [T]) -> T { of[Int.random(in: 0..<of.count, using: &generator)] }
          let values: [MetadataValue] = [
            pick(tasks), .text("net\(Int.random(in: 0..<4 + part, using: &generator))"),
            pick([.text("adam"), .text("sgdm")]),
            pick([.integer(128), .integer(256), .null]), .integer(Int64(9000 * part + number)),
            pick([.null, .integer(-1), .integer(.max)]),
            pick([.null, .real(-0.0), .real(0.5), .real(1e300), .real(3)]),
          ]
          return (values, pick(layers))
        })
    }
    return catalog
  }

  /// The rows of a query, and those of the same with a comment, which is always left to SQLite.
  private func both(_ reader: CatalogReader, _ sql: String) throws -> (
    tally: [[MetadataValue]], plain: [[MetadataValue]]
  ) {
    func rows(_ sql: String) throws -> [[MetadataValue]] {
      var (header, rows) = ([String](), [[MetadataValue]]())
      try reader.query(sql, header: { header = $0 }, row: { rows.append($0) })
      return [header.map { .text($0) }] + rows
    }
    return (try rows(sql), try rows("/* plain */ \(sql)"))
  }

  @Test func `whatever is counted, a tally gives the rows that SQLite gives, in their order`() throws {
    var generator = SeededGenerator(seed: .random(in: 0..<1_000_000))
    let scratch = TemporaryFolder()
    let catalog = try Self.catalog(scratch, &generator)
    let columns = ["task", "architecture", "learning_rule", "batch_size", "dataset_seed", "\"order\""]
    let ofExamples =
      columns + ["layer_name", "layer_position", "layer_ordinal", "layer_set_id", "unit_fraction", "noise_sd"]
    let conditions = [
      "task = 'it''s'", "task IS NULL", "task > 'a'", "task LIKE 'it%'", "architecture IN ('net1', 'net3')",
      "batch_size > 128",
      "batch_size = '256'", "NOT (learning_rule = 'adam' AND dataset_seed < 0)", "\"order\" BETWEEN 0 AND 3",
      "architecture = 'none'",
      "CASE WHEN batch_size IS NULL THEN task IS NULL ELSE task <> '' END", "model_seed < 4000",
    ]
    for round in 0..<100 {
      func pick<T>(_ of: [T]) -> T { of[Int.random(in: 0..<of.count, using: &generator)] }
      let table = pick(["run", "run_observation", "example"])
      let picked = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        pick(table == "example" ? ofExamples : columns)
      }
      let list = picked.joined(separator: ", ")
      var sql = pick([
        "SELECT \(list), count(*) FROM \(table)", "SELECT count(*), \(picked[0]) FROM \(table)",
        "SELECT DISTINCT \(list) FROM \(table)",
        "SELECT count(*) AS n FROM \(table)", "SELECT count(DISTINCT \(picked[0])), count(*) FROM \(table)",
      ])
      let isGrouped = !sql.contains("DISTINCT") && !sql.contains("AS n")
      if round % 3 > 0 {
        sql += " WHERE " + pick(conditions) + pick(["", " OR " + pick(conditions), " AND " + pick(conditions)])
      }
      if isGrouped {
        sql += " GROUP BY \(list)" + pick(["", " HAVING count(*) > 900"]) + pick(["", " ORDER BY count(*) DESC"])
      }
      if !sql.contains("AS n") { sql += pick(["", " LIMIT 5", " LIMIT 3 OFFSET 2"]) }
      // Twice: the first count of one number is SQLite's own.
      for _ in 0..<2 {
        let (tally, plain) = try catalog.look { try both($0, sql) }
        #expect(tally == plain, "\(sql)")
      }
    }
  }

  @Test(arguments: [
    "SELECT task ->> '$.a', count(*) FROM run GROUP BY 1",
    "SELECT architecture, count(*) FROM run WHERE task LIKE 'a' ESCAPE 'xx' GROUP BY 1",
    "SELECT task FROM run LIMIT 'abc'", "SELECT task, count(*) FROM run GROUP BY task LIMIT 'abc'",
  ])
  func `a mistake that shows only in rows is the user's, with or without a tally`(sql: String) throws {
    var generator = SeededGenerator(seed: 3)
    let scratch = TemporaryFolder()
    let catalog = try Self.catalog(scratch, &generator)
    try catalog.look { reader throws in
      for asked in [sql, "/* plain */ \(sql)"] {
        let error = refusal(.usage) { try reader.query(asked, header: { _ in }, row: { _ in }) }
        #expect(error?.place == "SQL \(asked)")
      }
    }
  }

  @Test(arguments: [
    "SELECT learning_rule, count(*) AS \"count(*)\" FROM run GROUP BY learning_rule HAVING \"count(*)\" > 500",
    "SELECT architecture, count(*) AS \"count(*)\" FROM run GROUP BY architecture ORDER BY -\"count(*)\"",
    "SELECT task AS offset, count(*) FROM run GROUP BY offset",
    "SELECT offset, count(*) FROM run WHERE offset > 1 GROUP BY offset",
  ])
  func `names of results that hide columns give the rows that SQLite gives`(sql: String) throws {
    var generator = SeededGenerator(seed: 3)
    let scratch = TemporaryFolder()
    let catalog = try Self.catalog(scratch, &generator)
    try catalog.commit("fields", "") { writer throws in
      try writer.addFields([MetadataField(name: "offset", type: .integer)])
    }
    let (tally, plain) = try catalog.look { try both($0, sql) }
    #expect(tally == plain && plain.count > (sql.contains("WHERE") ? 0 : 1))
  }

  @Test func `a tally shows the last commit, and a commit that is looked at`() throws {
    var generator = SeededGenerator(seed: 3)
    let scratch = TemporaryFolder()
    let catalog = try Self.catalog(scratch, &generator)
    let sql = "SELECT architecture, count(*) FROM example GROUP BY architecture"
    for commit in [nil, 2, 3, nil] as [Int64?] {
      let (tally, plain) = try catalog.look(asOf: commit) { try both($0, sql) }
      #expect(tally == plain)
      #expect(tally.count == (commit == 2 ? 5 : 6))
    }
    try Sample.append(catalog, [(Sample.values("new", "newest") + [.null], [Sample.early])])
    let (tally, plain) = try catalog.look { try both($0, sql) }
    #expect(tally == plain)
    #expect(tally.contains([.text("newest"), .integer(1)]))
    try catalog.look { reader throws in
      #expect(throws: EngramError.self) { try both(reader, "SELECT * FROM run_tally") }
      #expect(throws: EngramError.self) { try both(reader, "SELECT engram_tally(1, task) FROM run") }
    }
  }

  @Test func `groups by columns that are kept are those by a filter that is always true`() throws {
    var generator = SeededGenerator(seed: .random(in: 0..<1_000_000))
    let scratch = TemporaryFolder()
    let catalog = try Self.catalog(scratch, &generator)
    for names in [
      ["task"], ["architecture", "batch_size"], ["layer_name"], ["layer_position", "order", "learning_rule"],
      ["layer_ordinal", "dataset_seed"], ["layer_set_id"], ["unit_fraction", "noise_sd", "example_count"],
      ["model_seed"],
    ] {
      // Twice, for the second time the columns are there; commit 2 lacks the runs of commit 3.
      for commit in [nil, 2, nil] as [Int64?] {
        try catalog.look { reader throws in
          let kept = try reader.groups(by: names, where: nil, asOf: commit)
          let plain = try reader.groups(by: names, where: "1", asOf: commit)
          #expect(kept.map(\.key) == plain.map(\.key), "\(names)")
          #expect(kept.map(\.examples) == plain.map(\.examples), "\(names)")
        }
      }
    }
  }
}
