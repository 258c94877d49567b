// Sandbox.swift -- what a user's SQL may touch, and how long it may take.

package import Base
import CSQLite
import Glibc
package import TrajectoryModel

/// The rules for one run of a user's SQL: an allow-list for SQLite's authorizer, a deadline, a way to stop.
package final class Sandbox {
  /// What the SQL is for.
  package enum Purpose { case filter, query }

  /// Why SQLite was interrupted, once it was.
  package private(set) var interruption: EngramError?
  /// What the authorizer refused first, for the error message.
  package private(set) var refusal: String?
  /// While true, our own code runs on the connection and nothing is refused or interrupted.
  private var isPaused = false

  private let purpose: Purpose
  private let limits: QueryLimits
  private var deadline: Double

  package init(_ purpose: Purpose, limits: QueryLimits) {
    self.purpose = purpose
    self.limits = limits
    deadline = Self.now() + limits.seconds
  }

  /// Seconds of a clock that never goes back.
  private static func now() -> Double {
    var time = timespec()
    // SAFETY: `time` is a valid place for the answer.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Runs code that is not the user's SQL: it is not judged, and its time does not count.
  package func paused(_ body: () throws(EngramError) -> Void) throws(EngramError) {
    isPaused = true
    let start = Self.now()
    defer {
      deadline += Self.now() - start
      isPaused = false
    }
    try body()
  }

  /// Whether to stop now; called every ``Connection/stepsBetweenChecks`` steps.
  package func shouldStop() -> Bool {
    if isPaused { return false }
    if limits.isCancelled() {
      interruption = EngramError(.cancelled, "the query was cancelled")
    } else if Self.now() > deadline {
      interruption = EngramError(
        .limit, "the query took longer than its time limit", expected: "at most \(limits.seconds) s",
        mend: "make the condition simpler or raise the time limit")
    }
    return interruption != nil
  }

  // MARK: The allow-list

  /// Tables and views that a filter may read: those whose rows are never changed, so that it stays reproducible.
  ///
  /// `json_each` and `json_tree` are functions that take their argument apart.
  package static let filterTables: Set<String> = [
    "example", "run_observation", "run", "observation", "layer_set", "layer_set_member", "run_metric",
    "run_metric_last",
    "json_each", "json_tree",
  ]

  /// Tables that a free query may read beside them: all the others that the schema documents.
  package static let queryTables: Set<String> = [
    "field", "commit_log", "store", "extent", "epoch_axis", "statistic_axis", "staged", "ingest", "split_set", "split",
    "classification", "classification_split", "classification_search",
  ]

  /// Functions whose value depends on their arguments alone and that touch nothing else.
  package static let pureFunctions: Set<String> = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "avg", "ceil", "ceiling", "char", "coalesce",
    "cos", "cosh", "count", "cume_dist", "degrees", "dense_rank", "exp", "first_value", "floor", "format", "glob",
    "group_concat", "hex", "ifnull", "iif", "instr", "json", "json_array", "json_array_length", "json_extract",
    "json_group_array", "json_group_object", "json_insert", "json_object", "json_patch", "json_quote", "json_remove",
    "json_replace", "json_set", "json_type", "json_valid", "->", "->>", "lag", "last_value", "lead", "length", "like",
    "likelihood", "likely", "ln", "log", "log10", "log2", "lower", "ltrim", "max", "min", "mod", "nth_value", "ntile",
    "nullif", "percent_rank", "pi", "pow", "power", "printf", "quote", "radians", "rank", "replace", "round",
    "row_number", "rtrim", "sign", "sin", "sinh", "sqrt", "substr", "substring", "sum", "tan", "tanh", "total", "trim",
    "trunc", "typeof", "unicode", "unlikely", "upper",
  ]

  /// Functions that give another answer another time, so a filter, which must be reproducible, may not use them.
  package static let queryFunctions: Set<String> = [
    "random", "date", "time", "datetime", "julianday", "unixepoch", "strftime", "current_date", "current_time",
    "current_timestamp", "sqlite_version",
  ]

  /// Answers SQLite's question whether the statement being compiled may do something.
  ///
  /// - Parameters:
  ///   - action: `SQLITE_SELECT`, `SQLITE_READ`, ….
  ///   - first: The first argument of the action, such as a table.
  ///   - second: The second, such as a column or a function.
  /// - Returns: Whether it may; if not, ``refusal`` says what it wanted.
  package func allows(_ action: Int32, _ first: String, _ second: String) -> Bool {
    if isPaused { return true }
    switch action {
    case SQLITE_SELECT, SQLITE_RECURSIVE: return true
    case SQLITE_READ:
      let table = first.lowercased()
      if Self.filterTables.contains(table) { return true }
      if purpose == .query && Self.queryTables.contains(table) { return true }
      // A named subquery of which no column is read is asked about by its name and no column. Tables of ours that
      // a filter may not read, and tables of SQLite's own, are refused even so.
      let isBuiltIn = ["sqlite_", "pragma_", "dbstat", "fts", "rtree"].contains { table.hasPrefix($0) }
      if second.isEmpty && !isBuiltIn && !Self.queryTables.contains(table) { return true }
      refusal = refusal ?? "read table '\(first)'"
    case SQLITE_FUNCTION:
      let name = second.lowercased()
      if Self.pureFunctions.contains(name) { return true }
      if purpose == .query && Self.queryFunctions.contains(name) { return true }
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
