// Beside.swift -- appends beside a thread that opens and closes the catalog's file, as a second SQLite or a copy does.

import Base
import CSQLite
import Glibc
import Synchronization
import TrajectoryStore

enum Beside {
  /// Opens the catalog with SQLite as it is, for reading and writing, reads, and closes, again and again.
  ///
  /// Closing is what destroys: SQLite empties and removes the log when nobody else seems to have the database open.
  static func stock(_ path: String) throws(EngramError) {
    let ways = "SELECT (SELECT max(example_end) FROM commit_log) = (SELECT sum(example_count) FROM extent)"
    var reads = 0
    while true {
      var handle: OpaquePointer?
      var statement: OpaquePointer?
      unsafe sqlite3_open_v2(path + "/catalog.sqlite", &handle, SQLITE_OPEN_READWRITE, nil)
      unsafe sqlite3_busy_timeout(handle, 5_000)
      unsafe sqlite3_prepare_v2(handle, ways, -1, &statement, nil)
      let code = unsafe sqlite3_step(statement)
      let isWhole = unsafe code == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1
      let message = unsafe String(cString: sqlite3_errmsg(handle))
      unsafe sqlite3_finalize(statement)
      unsafe sqlite3_close(handle)
      if !isWhole { throw EngramError(.corrupt, "a read is torn", file: path, found: message) }
      reads += 1
      if reads % 10 == 1 { Main.say("read \(reads)") }
    }
  }

  /// Holds the write lock of SQLite as it is nearly always: whoever asks ten times a second rarely finds it free.
  static func occupy(_ path: String) {
    var handle: OpaquePointer?
    unsafe sqlite3_open_v2(path + "/catalog.sqlite", &handle, SQLITE_OPEN_READWRITE, nil)
    unsafe sqlite3_busy_timeout(handle, 60_000)
    while true {
      unsafe sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil)
      Main.say("held")
      usleep(97_000)
      unsafe sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      usleep(3_000)
    }
  }

  /// Appends so often, while another thread opens and closes the file at least so often.
  static func opens(_ path: String, appends: Int64, opens: Int64) throws(EngramError) {
    let store = try Main.open(path)
    let isDone = Atomic(false)
    let opened = Atomic<Int64>(0)
    try parallelFor(count: 3, work: WorkContext(threads: 3)) { (index, _) throws(EngramError) in
      switch index {
      case 0:
        defer { isDone.store(true, ordering: .relaxed) }
        for step in 0..<appends { try Writing.append(1 + step % 3, to: store, WriteOptions()) }
        while opened.load(ordering: .relaxed) < opens { usleep(100) }
      case 1:
        while !isDone.load(ordering: .relaxed) {
          let descriptor = unsafe Glibc.open(path + "/catalog.sqlite", O_RDONLY)
          var byte: UInt8 = 0
          guard descriptor >= 0, unsafe Glibc.read(descriptor, &byte, 1) == 1 else {
            throw EngramError(.io, "the catalog cannot be opened", file: path)
          }
          close(descriptor)
          opened.add(1, ordering: .relaxed)
        }
      default:
        while !isDone.load(ordering: .relaxed) { _ = try store.snapshot().summary() }
      }
    }
    Main.say("opened \(opened.load(ordering: .relaxed))")
    let snapshot = try store.snapshot()
    Main.say("done \(snapshot.commit) \(snapshot.exampleCount)")
  }
}
