// Sandbox.swift -- what a user's SQL may touch, and how long it may take.

package import Base
import CSQLite

/// The rules for one run of a user's SQL: an allow-list for SQLite's authorizer, a deadline, a way to stop.
package final class Sandbox {
  /// Why SQLite was interrupted, once it was.
  private(set) var interruption: EngramError?
  /// What the authorizer refused first, for the error message.
  private(set) var refusal: String?
  /// While true, our own code runs on the connection and nothing is refused or interrupted.
  private var isPaused = false

  private let rules: SandboxRules
  private let seconds: Double
  private let work: WorkContext
  private var deadline: Double

  /// Makes a sandbox; its time begins now.
  ///
  /// - Parameters:
  ///   - rules: What the SQL may touch.
  ///   - seconds: How long it may run.
  ///   - work: Whether to stop; asked every ``Connection/stepsBetweenChecks`` steps.
  package init(_ rules: SandboxRules, seconds: Double, work: WorkContext) {
    self.rules = rules
    self.seconds = seconds
    self.work = work
    deadline = MonotonicClock.seconds + seconds
  }

  /// Runs code that is not the user's SQL: it is not judged, and its time does not count.
  package func paused(_ body: () throws(EngramError) -> Void) throws(EngramError) {
    isPaused = true
    let start = MonotonicClock.seconds
    defer {
      deadline += MonotonicClock.seconds - start
      isPaused = false
    }
    try body()
  }

  /// Whether to stop now; called every ``Connection/stepsBetweenChecks`` steps.
  func shouldStop() -> Bool {
    if isPaused { return false }
    if work.isCancelled() {
      interruption = EngramError(.cancelled, "the query was stopped")
    } else if MonotonicClock.seconds > deadline {
      interruption = EngramError(
        .limit, "the query took longer than its time limit", expected: "at most \(seconds) s",
        mend: "make the condition simpler or raise the time limit")
    }
    return interruption != nil
  }

  // MARK: The allow-list

  /// Answers SQLite's question whether the statement being compiled may do something.
  ///
  /// - Parameters:
  ///   - action: `SQLITE_SELECT`, `SQLITE_READ`, ….
  ///   - first: The first argument of the action, such as a table.
  ///   - second: The second, such as a column or a function.
  /// - Returns: Whether it may; if not, ``refusal`` says what it wanted.
  func allows(_ action: Int32, _ first: String, _ second: String) -> Bool {
    if isPaused { return true }
    switch action {
    case SQLITE_SELECT, SQLITE_RECURSIVE: return true
    case SQLITE_READ:
      let table = first.lowercased()
      if rules.tables.contains(table) { return true }
      // A named subquery of which no column is read is asked about by its name and no column. Tables that are
      // withheld, and tables of SQLite's own, are refused even so.
      let isBuiltIn = ["sqlite_", "pragma_", "dbstat", "fts", "rtree"].contains { table.hasPrefix($0) }
      if second.isEmpty && !isBuiltIn && !rules.withheld.contains(table) { return true }
      refusal = refusal ?? "read table '\(first)'"
    case SQLITE_FUNCTION:
      if rules.functions.contains(second.lowercased()) { return true }
      refusal = refusal ?? "call function '\(second)'"
    default:
      refusal = refusal ?? Self.actionNames[action] ?? "do anything but read"
    }
    return false
  }

  private static let actionNames: [Int32: String] = [
    SQLITE_INSERT: "insert rows", SQLITE_DELETE: "delete rows", SQLITE_UPDATE: "update rows",
    SQLITE_ATTACH: "attach a database", SQLITE_DETACH: "detach a database", SQLITE_PRAGMA: "run a pragma",
    SQLITE_TRANSACTION: "begin or end a transaction", SQLITE_SAVEPOINT: "use savepoints",
  ]
}
