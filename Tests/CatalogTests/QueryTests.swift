// QueryTests.swift -- free queries read, and do nothing else.

import Base
import Catalog
import SQLite
import TestSupport
import Testing
import TrajectoryModel

struct QueryTests {
  @Test func `a free query gives its columns and rows, the columns also when there is no row`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    for (sql, names, rows) in [
      ("SELECT task AS t, count(*) AS n FROM example GROUP BY task", ["t", "n"], 3),
      ("SELECT 1 AS a WHERE 0;", ["a"], 0),
    ] {
      var (columns, count) = ([String](), 0)
      try catalog.look { reader throws in
        try reader.query(sql, header: { columns = $0 }, row: { _ in count += 1 })
      }
      #expect(columns == names)
      #expect(count == rows)
    }
  }

  @Test func `the example view has its columns in the order of the contract`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let ids = [
      "layer_name", "layer_position", "run_id", "observation_id", "layer_ordinal", "layer_set_id", "unit_fraction",
      "noise_sd", "observation_seed", "example_count",
    ]
    for field in [nil, MetadataField(name: "lab", type: .text)] {
      if let field {
        try catalog.commit("f", "") { writer throws in try writer.addFields([field]) }
      }
      var columns: [String] = []
      try catalog.look { reader throws in
        try reader.query("SELECT * FROM example LIMIT 0", header: { columns = $0 }, row: { _ in })
        #expect(try reader.exampleColumns() == columns)
      }
      let fields = MetadataField.standard.map(\.name) + (field.map { [$0.name] } ?? [])
      #expect(columns == ["example_id"] + fields + ids)
      #expect(MetadataField.reservedNames.isSuperset(of: ["example_id"] + ids))
    }
  }

  @Test(arguments: [
    "SELECT * FROM example", "SELECT * FROM run_observation", "SELECT * FROM run", "SELECT * FROM observation",
    "SELECT * FROM layer_set", "SELECT * FROM layer_set_member", "SELECT * FROM field", "SELECT * FROM commit_log",
    "SELECT * FROM store", "SELECT * FROM extent", "SELECT * FROM epoch_axis", "SELECT * FROM statistic_axis",
    "SELECT staged_id, length(bytes) FROM staged", "SELECT * FROM ingest", "SELECT * FROM split_set",
    "SELECT title, hex(train) FROM split", "SELECT count(*) FROM run",
    "WITH r AS (SELECT * FROM run) SELECT count(*) FROM r",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 10) SELECT sum(x) FROM c",
    "SELECT value FROM json_each('[1,2]')", "VALUES (1), (2)", "SELECT 1; -- done", "SELECT 1;;",
    "EXPLAIN QUERY PLAN SELECT * FROM run",
    "SELECT task, row_number() OVER (ORDER BY task) FROM run", "SELECT random(), datetime('now')",
    "SELECT group_concat(DISTINCT architecture) FROM run",
  ])
  func `reading the documented tables is allowed`(sql: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    _ = try catalog.rows(sql)
  }

  @Test(arguments: [
    "INSERT INTO run (task) VALUES ('x')", "DELETE FROM run", "UPDATE run SET task = 'x'", "ATTACH ':memory:' AS other",
    "DETACH main", "PRAGMA user_version = 9", "PRAGMA table_info(run)", "SELECT * FROM pragma_table_info('run')",
    "SELECT count(*) FROM pragma_table_info('run')", "SELECT load_extension('x.so')", "SELECT 1; DELETE FROM run",
    "SELECT 1; SELECT 2", "WITH c AS (SELECT 1) INSERT INTO run (task) SELECT * FROM c",
    "WITH c AS (SELECT 1) DELETE FROM run WHERE 1 IN c", "UPDATE sqlite_master SET sql = 'x'",
    "DELETE FROM sqlite_schema",
    "SELECT * FROM sqlite_master", "SELECT count(*) FROM sqlite_schema", "CREATE TABLE t (x)",
    "CREATE TEMP TABLE t (x)",
    "CREATE TEMP VIEW v AS SELECT 1", "CREATE TRIGGER t AFTER INSERT ON run BEGIN SELECT 1; END", "DROP TABLE run",
    "DROP VIEW example", "ALTER TABLE run ADD COLUMN x", "VACUUM", "VACUUM INTO '/tmp/x'", "REINDEX", "ANALYZE",
    "BEGIN", "COMMIT",
    "ROLLBACK", "SAVEPOINT s", "RELEASE s", "CREATE VIRTUAL TABLE t USING fts5(x)", "SELECT fts3_tokenizer('x')",
    "SELECT * FROM dbstat", "SELECT * FROM sqlite_stmt", "SELECT writefile('/tmp/x', 'y')",
    "SELECT readfile('/etc/passwd')",
    "SELECT ?1", "", "   ", "-- nothing", "SELEC 1", "SELECT no_such FROM run", "SELECT * FROM no_such",
    "SELECT 1\u{0}",
    "SELECT zeroblob(1000000000)", "SELECT randomblob(1000)", "INSERT INTO run (task) VALUES ('x') RETURNING *",
    "REPLACE INTO run (run_id) VALUES (1)", "EXPLAIN DELETE FROM run",
  ])
  func `anything but one reading statement is refused`(sql: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) { try catalog.rows(sql) }
    #expect(error?.code == .usage, "\(String(describing: error))")
    // Nor inside a writer, whose connection could.
    let inside = #expect(throws: EngramError.self) {
      try catalog.commit("x", "") { writer throws in
        try writer.query(sql, header: { _ in }, row: { _ in })
      }
    }
    #expect(inside?.code == .usage)
    #expect(try catalog.ids(nil).count == 10)
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
  }

  @Test func `an error carries SQLite's own message and the SQL`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let syntax = #expect(throws: EngramError.self) { try catalog.rows("SELEC 1") }
    #expect(syntax?.message == "near \"SELEC\": syntax error")
    #expect(syntax?.place == "SQL SELEC 1")
    let column = #expect(throws: EngramError.self) { try catalog.rows("SELECT learning_role FROM run") }
    #expect(column?.mend == "did you mean 'learning_rule'?")
    let denied = #expect(throws: EngramError.self) { try catalog.rows("DELETE FROM run") }
    #expect(denied?.message == "the SQL may not delete rows")
  }

  @Test(arguments: [
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c WHERE x < 0",
    "SELECT count(*) FROM example a, example b, example c, example d, example e, example f, example g, example h, example i, example j",
  ])
  func `never-ending SQL stops at its time limit, and when it is cancelled`(sql: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    var error = #expect(throws: EngramError.self) { try catalog.rows(sql, limits: QueryLimits(seconds: 0.1)) }
    #expect(error?.code == .limit)
    let asked = Counter()
    let limits = QueryLimits(
      work: WorkContext(isCancelled: { asked.next() > 10 }))
    error = #expect(throws: EngramError.self) { try catalog.rows(sql, limits: limits) }
    #expect(error?.code == .cancelled)
    #expect(asked.next() == 12)
    #expect(try catalog.rows("SELECT count(*) FROM example") == [[.integer(10)]])
  }

  @Test func `the time of the receiver does not count, and the receiver may read the catalog`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    var rows = 0
    try catalog.look { reader throws in
      try reader.query("SELECT * FROM example", limits: QueryLimits(seconds: 0.05)) { _ in
      } row: { _ throws(EngramError) in
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .milliseconds(20) {}
        let fields = try reader.fields()
        #expect(fields.count == 6)
        rows += 1
      }
    }
    #expect(rows == 10)
  }

  @Test func `bytes are refused with the way to see them`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) { try catalog.rows("SELECT x'00' AS b") }
    #expect(error?.code == .usage)
    #expect(error?.mend == "select hex(b) or length(b)")
  }
}
