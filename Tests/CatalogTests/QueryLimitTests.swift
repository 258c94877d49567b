// QueryLimitTests.swift -- no query holds much memory, or runs for long without looking at the clock.

import Base
import Catalog
import SQLite
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct QueryLimitTests {
  /// Each subquery names the one before twice, so that SQLite makes 2^depth of the first.
  private static func nested(_ depth: Int) -> String {
    let subqueries = (1...depth).map { "a\($0) AS (SELECT p.x FROM a\($0 - 1) p, a\($0 - 1) q)" }
    return "WITH a0 AS (SELECT 1 x), \(subqueries.joined(separator: ", ")) SELECT count(*) FROM a\(depth)"
  }

  /// Each level doubles the expression of the one below.
  private static func doubled(_ depth: Int) -> String {
    (0..<depth).reduce("SELECT run_id AS x FROM run") { inner, _ in "SELECT x + x AS x FROM (\(inner))" }
  }

  @Test(arguments: [nested(19), nested(60), doubled(24), doubled(40)])
  func `SQL that is small and grows when it is compiled is refused soon`(sql: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let start = ContinuousClock.now
    let error = #expect(throws: EngramError.self) { try catalog.rows(sql) }
    #expect(error?.code == .limit || error?.code == .usage, "\(String(describing: error))")
    #expect(ContinuousClock.now - start < .seconds(5))
    // The connection is as good as before.
    #expect(try catalog.rows("SELECT count(*) FROM example") == [[.integer(10)]])
    let condition = #expect(throws: EngramError.self) { try catalog.ids("run_id IN (\(sql))") }
    #expect(condition?.code == error?.code)
  }

  @Test func `a long list of numbers is no long compilation`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let list = (0..<50_000).map(String.init).joined(separator: ",")
    #expect(try catalog.ids("example_id IN (\(list))").count == 10)
    #expect(try catalog.rows(Self.nested(6)) == [[.integer(1)]])
  }

  @Test(arguments: [
    "SELECT printf('%.1000000c', 'a') LIKE '%' || printf('%.30000c', 'a') || 'b'",
    "SELECT printf('%.1000000c', 'a') GLOB '*' || printf('%.30000c', 'a') || 'b'",
    "SELECT printf('%.1000000c', 'a') GLOB '[' || printf('%.900000c', 'b') || 'a]*[' || printf('%.90000c', 'b') || ']'",
    "SELECT length(trim(printf('%.1000000c', 'a'), printf('%.900000c', 'b') || 'a'))",
    "SELECT length(rtrim(printf('%.1000000c', 'a'), printf('%.900000c', 'b') || 'a'))",
  ])
  func `a function that would run for minutes stops at the time limit, and when it is cancelled`(sql: String) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let start = ContinuousClock.now
    var error = #expect(throws: EngramError.self) { try catalog.rows(sql, limits: QueryLimits(seconds: 0.1)) }
    #expect(error?.code == .limit)
    #expect(ContinuousClock.now - start < .seconds(2))
    let again = ContinuousClock.now
    let limits = QueryLimits(work: WorkContext(isCancelled: { ContinuousClock.now - again > .milliseconds(100) }))
    error = #expect(throws: EngramError.self) { try catalog.rows(sql, limits: limits) }
    #expect(error?.code == .cancelled)
    #expect(ContinuousClock.now - again < .seconds(2))
  }

  @Test(
    arguments: [
      ("SELECT instr(printf('%.1000000c', 'a'), printf('%.500000c', 'a') || 'b')", 0),
      ("SELECT length(replace(printf('%.1000000c', 'a'), printf('%.500000c', 'a') || 'b', 'c'))", 1_000_000),
      ("SELECT printf('%.1000000c', 'a') LIKE '%a%a%a%a%a%a%a%b'", 0),
    ] as [(String, Int64)])
  func `a function on a long text takes as long as reading it`(sql: String, answer: Int64) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    #expect(try catalog.rows(sql, limits: QueryLimits(seconds: 2)) == [[.integer(answer)]])
  }

  @Test func `a query that gathers more than it may hold is refused, and its connection goes on`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let many = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 400)"
    let sql =
      "\(many) SELECT \((0..<400).map { "max(CASE x WHEN \($0) THEN printf('%.1000000c', 'a') END)" }.joined(separator: ", ")) FROM c"
    let error = #expect(throws: EngramError.self) { try catalog.rows(sql) }
    #expect(
      error?.code == .limit && error?.message == "the query needs too much memory", "\(String(describing: error))")
    #expect(try catalog.rows("SELECT count(*) FROM example") == [[.integer(10)]])
  }

  @Test func `functions that were replaced answer as SQLite's own`() throws {
    var numbers = SeededGenerator(seed: .random(in: 0 ... .max))
    let connection = try Connection(path: ":memory:", access: .create)
    let letters = ["a", "B", "b", "%", "_", "*", "?", "[", "]", "^", "-", "é", "漢", "\u{1F600}", " ", "A", ""]
    func text(_ most: Int) -> String {
      let count = Int.random(in: 0...most, using: &numbers)
      let text = (0..<count).map { _ in letters.randomElement(using: &numbers) ?? "" }.joined()
      if Int.random(in: 0..<40, using: &numbers) == 0 { return "NULL" }
      if Int.random(in: 0..<40, using: &numbers) == 0 { return "\(count)" }
      return Int.random(in: 0..<10, using: &numbers) == 0
        ? "x'\(text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())'" : "'\(text)'"
    }
    for _ in 0..<400 {
      for sql in [
        "SELECT \(text(8)) LIKE \(text(5))", "SELECT \(text(8)) LIKE \(text(5)) ESCAPE \(text(1))",
        "SELECT \(text(8)) GLOB \(text(6))", "SELECT instr(\(text(9)), \(text(2)))",
        "SELECT replace(\(text(9)), \(text(2)), \(text(3)))", "SELECT trim(\(text(6)), \(text(3)))",
        "SELECT ltrim(\(text(6)), \(text(3)))", "SELECT rtrim(\(text(6)), \(text(3)))", "SELECT trim(\(text(4)))",
      ] {
        let statement = try connection.prepare(sql)
        let answer = (try? statement.step()) == true && !statement.isNull(0) ? statement.text(0) : nil
        #expect(answer == stockAnswer(sql), "\(sql)")
      }
    }
  }
}
