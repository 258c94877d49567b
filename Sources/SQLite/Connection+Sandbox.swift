// Connection+Sandbox.swift -- running a user's SQL inside a sandbox.

package import Base
import CSQLite

extension Connection {
  /// Steps of SQLite's machine between two looks at the clock: some microseconds, if no function is slow.
  package static let stepsBetweenChecks: Int32 = 512

  /// Limits while a user's SQL runs, in SQLite's units.
  ///
  /// They bound the time of single steps; none is in the way of SQL that a person writes.
  private static let sandboxLimits: [(Int32, Int32)] = [
    (SQLITE_LIMIT_LENGTH, 1 << 20), (SQLITE_LIMIT_SQL_LENGTH, 1 << 20), (SQLITE_LIMIT_EXPR_DEPTH, 200),
    (SQLITE_LIMIT_COMPOUND_SELECT, 100), (SQLITE_LIMIT_VDBE_OP, 1_000_000),
  ]

  /// The sandbox in force, while a body of ``sandboxed(_:_:)`` runs.
  package var sandbox: Sandbox? { handle.sandbox }

  /// Runs a body in which ``prepareUserSQL(_:)`` and its statements obey a sandbox.
  package func sandboxed<R>(_ sandbox: Sandbox, _ body: () throws(EngramError) -> R) throws(EngramError) -> R {
    precondition(handle.sandbox == nil, "one sandbox at a time")
    // The first use of a table-valued function declares its columns, which an authorizer would take for a change of the
    // schema; so the first use is ours.
    if !hasUsedTableFunctions {
      _ = try prepare("SELECT 1 FROM json_each('[]'), json_tree('[]')")
      hasUsedTableFunctions = true
    }
    handle.sandbox = sandbox
    // SAFETY (whole function): the handle is open; the context pointer is the sandbox, which this function keeps alive
    // until both callbacks are taken off again; the callbacks read C strings only while they run.
    let pointer = unsafe handle.pointer
    let context = unsafe Unmanaged.passUnretained(sandbox).toOpaque()
    unsafe sqlite3_set_authorizer(
      pointer,
      { context, action, first, second, _, _ in
        guard let context = unsafe context else { return SQLITE_DENY }
        let sandbox = unsafe Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue()
        let one = unsafe first.map { unsafe String(cString: $0) } ?? ""
        let two = unsafe second.map { unsafe String(cString: $0) } ?? ""
        return sandbox.allows(action, one, two) ? SQLITE_OK : SQLITE_DENY
      }, context)
    unsafe sqlite3_progress_handler(
      pointer, Self.stepsBetweenChecks,
      { context in
        guard let context = unsafe context else { return 1 }
        return unsafe Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().shouldStop() ? 1 : 0
      }, context)
    let before = Self.sandboxLimits.map { (id, value) in (id, unsafe sqlite3_limit(pointer, id, value)) }
    defer {
      for (id, value) in before { unsafe sqlite3_limit(pointer, id, value) }
      unsafe sqlite3_progress_handler(pointer, 0, nil, nil)
      unsafe sqlite3_set_authorizer(pointer, nil, nil)
      handle.sandbox = nil
    }
    return try sandbox.watched(body)
  }

  /// Prepares SQL that a person wrote: one reading statement without parameters.
  ///
  /// - Precondition: Called inside ``sandboxed(_:_:)``.
  /// - Throws: Code `usage` for SQL that is wrong, refused, or not exactly one statement.
  package func prepareUserSQL(_ sql: String) throws(EngramError) -> Statement {
    guard let sandbox = handle.sandbox else { preconditionFailure("user SQL needs a sandbox") }
    if sql.utf8.contains(0) { throw EngramError(.usage, "the SQL holds a NUL character", file: path) }
    do throws(EngramError) {
      let compiled = try sandbox.compiling { () throws(EngramError) in try compile(sql, isUserSQL: true) }
      guard let (statement, rest) = compiled else {
        throw EngramError(.usage, "there is no SQL statement", file: path, expected: "a SELECT")
      }
      if try sandbox.compiling({ () throws(EngramError) in try hasStatement(rest) }) {
        throw EngramError(
          .usage, "there is text after the end of the SQL statement", file: path, expected: "one statement",
          found: SQLiteHandle.shortened(rest))
      }
      if statement.parameterCount > 0 {
        throw EngramError(.usage, "the SQL has a parameter, for which there is no value", file: path)
      }
      if !statement.isReadOnly { throw EngramError(.usage, "the SQL may only read", file: path) }
      return statement
    } catch {
      guard error.code == .usage, let refusal = sandbox.refusal else { throw error }
      throw EngramError(
        .usage, "the SQL may not \(refusal)", file: path, place: error.place,
        expected: "a SELECT over the tables and views of \(handle.noun)")
    }
  }

  /// Whether a text holds anything but blanks, comments and semicolons; what cannot be compiled counts.
  private func hasStatement(_ text: String) throws(EngramError) -> Bool {
    if text.utf8.allSatisfy({ $0 == 59 || $0 == 32 || (9...13).contains($0) }) { return false }
    do throws(EngramError) {
      return try compile(text, isUserSQL: true) != nil
    } catch {
      return true
    }
  }
}
