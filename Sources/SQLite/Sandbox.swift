// Sandbox.swift -- what a user's SQL may touch, and how long it may take.

package import Base
import CSQLite
import CSQLiteGuard

/// The rules for one run of a user's SQL: an allow-list for SQLite's authorizer, a deadline, a way to stop.
@safe package final class Sandbox {
  /// Bytes that SQLite may hold for a query: its cache and its longest values take far less, sorting a million rows less.
  private static let mostBytes: Int64 = 256 << 20
  /// Seconds of processor time that SQLite may compile: a thousand times what SQL takes that a person writes.
  private static let compilationSeconds = 0.25

  /// Why SQLite was interrupted, once it was.
  private var interruption: EngramError?
  /// What the authorizer refused first, for the error message.
  private(set) var refusal: String?
  /// While true, our own code runs on the connection and nothing is refused or interrupted.
  private var isPaused = false

  private let rules: SandboxRules
  private let seconds: Double
  private let work: WorkContext
  private var deadline: Double
  // SAFETY: allocated here and freed in deinit; the thread that it watches takes it off before.
  private let watch: UnsafeMutablePointer<engram_watch>

  /// Makes a sandbox; its time begins now.
  ///
  /// - Parameters:
  ///   - rules: What the SQL may touch.
  ///   - seconds: How long it may run.
  ///   - work: Whether to stop; asked every ``Connection/stepsBetweenChecks`` steps, and inside slow functions.
  package init(_ rules: SandboxRules, seconds: Double, work: WorkContext) {
    self.rules = rules
    self.seconds = seconds
    self.work = work
    deadline = MonotonicClock.seconds + seconds
    unsafe watch = .allocate(capacity: 1)
    unsafe watch.initialize(to: engram_watch())
    unsafe watch.pointee.most_bytes = Self.mostBytes
    unsafe watch.pointee.deadline = deadline
  }

  deinit { unsafe watch.deallocate() }

  /// Runs a body on whose thread SQLite's memory is counted, and its slow functions ask whether to stop.
  func watched<R>(_ body: () throws(EngramError) -> R) throws(EngramError) -> R {
    // SAFETY: the watch is taken off before this object goes; the callback gets this object back, which lives as long.
    unsafe watch.pointee.context = Unmanaged.passUnretained(self).toOpaque()
    unsafe watch.pointee.should_stop = { context in
      guard let context = unsafe context else { return 1 }
      return unsafe Unmanaged<Sandbox>.fromOpaque(context).takeUnretainedValue().shouldStop() ? 1 : 0
    }
    let before = unsafe engram_sqlite_watch(watch)
    defer { unsafe _ = engram_sqlite_watch(before) }
    return try withExtendedLifetime(self) { () throws(EngramError) in try body() }
  }

  /// Runs a compilation, which has a time of its own.
  func compiling<R>(_ body: () throws(EngramError) -> R) throws(EngramError) -> R {
    unsafe watch.pointee.compilation_deadline = engram_thread_seconds() + Self.compilationSeconds
    defer { unsafe watch.pointee.compilation_deadline = 0 }
    return try body()
  }

  /// Why SQLite gave up with a result code, if the sandbox made it.
  func interruption(_ code: Int32) -> EngramError? {
    guard code == SQLITE_INTERRUPT || code == SQLITE_NOMEM else { return nil }
    switch unsafe watch.pointee.reason {
    case CInt(ENGRAM_WATCH_MEMORY):
      return EngramError(
        .limit, "the query needs too much memory", expected: "at most \(Self.mostBytes >> 20) MiB",
        mend: "make the query simpler")
    case CInt(ENGRAM_WATCH_COMPILATION):
      return EngramError(
        .limit, "the query is too long or too deeply nested to be compiled",
        expected: "at most \(Self.compilationSeconds) s of compilation", mend: "make the query simpler")
    case CInt(ENGRAM_WATCH_TIME): return overTime
    default: return interruption
    }
  }

  private var overTime: EngramError {
    EngramError(
      .limit, "the query took longer than its time limit", expected: "at most \(seconds) s",
      mend: "make the condition simpler or raise the time limit")
  }

  /// Runs code that is not the user's SQL: it is not judged, and its time does not count.
  package func paused(_ body: () throws(EngramError) -> Void) throws(EngramError) {
    isPaused = true
    let start = MonotonicClock.seconds
    let before = unsafe engram_sqlite_watch(nil)
    defer {
      deadline += MonotonicClock.seconds - start
      unsafe watch.pointee.deadline = deadline
      unsafe _ = engram_sqlite_watch(before)
      isPaused = false
    }
    try body()
  }

  /// Runs code that is not the user's SQL and belongs to its query: it is not judged, and its time counts.
  package func trusting<R>(_ body: () throws(EngramError) -> R) throws(EngramError) -> R {
    let wasPaused = isPaused
    isPaused = true
    let before = unsafe engram_sqlite_watch(nil)
    defer {
      unsafe _ = engram_sqlite_watch(before)
      isPaused = wasPaused
    }
    return try body()
  }

  /// Whether to stop now; called every ``Connection/stepsBetweenChecks`` steps.
  func shouldStop() -> Bool {
    if isPaused { return false }
    if interruption != nil { return true }
    // SQLite holds no lock here, and whoever is asked may wait for a thread that forks.
    if ForkGate.outside({ work.isCancelled() }) {
      interruption = EngramError(.cancelled, "the query was stopped")
    } else if MonotonicClock.seconds > deadline {
      interruption = overTime
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
