// Catalog+Making.swift -- making the catalog of an empty store: all of it under its name, or nothing.

package import Base
import Glibc
import SQLite

extension Catalog {
  /// Makes the catalog of an empty store; all or nothing.
  ///
  /// The database is made under another name, read back and synchronised, and only then renamed; so neither a kill nor a full
  /// disk leaves a part of one.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - directory: Its folder.
  ///   - identifier: The identifier of the store, as another catalog gave it; nil for one of its own.
  /// - Throws: Code `exists` when there is anything of that name, `io`, `diskFull`.
  package static func create(
    _ name: String = fileName, in directory: DirectoryHandle, identifier: String? = nil
  ) throws(EngramError) {
    if try directory.status(of: name) != nil {
      throw EngramError(.exists, "there is a file already", file: directory.path(of: name), mend: "choose another name")
    }
    try make(name, in: directory) { (connection) throws(EngramError) in
      let row = try connection.prepare(
        """
        INSERT INTO store (only_row, identifier, created, oldest_writer)
          VALUES (1, ifnull(?1, lower(hex(randomblob(16)))), \(now), \(formatVersion))
        """)
      if let identifier { try row.bind(1, identifier) }
      try row.run()
    }
  }

  /// Makes a catalog under another name and puts it in its place, whether or not there is one.
  ///
  /// - Parameters:
  ///   - name: The name that it gets.
  ///   - directory: Its folder.
  ///   - fill: Adds its rows.
  /// - Throws: Code `io`, `diskFull`, and what the closure throws.
  static func make(
    _ name: String, in directory: DirectoryHandle, _ fill: (Connection) throws(EngramError) -> Void
  ) throws(EngramError) {
    let making = "\(name)\(makingInfix)\(getpid())-\(UInt32.random(in: 0...(.max)))"
    defer { for suffix in databaseSuffixes { try? directory.remove(making + suffix) } }
    do throws(EngramError) {
      try makeDatabase(making, in: directory, fill)
      let log = try directory.status(of: making + "-wal")?.byteCount ?? 0
      let made = try connect(making, in: directory, .immutable)
      let answer = try made.prepare("PRAGMA integrity_check")
      guard log == 0, try answer.step(), answer.text(0) == "ok" else {
        throw EngramError(
          .io, "the catalog that was just made reads back differently",
          mend: "check that disk, then run the command again")
      }
      let file = try directory.open(making, O_RDONLY)
      defer { close(file) }
      guard fsync(file) == 0 else { throw .system("sync the catalog", directory.path(of: name)) }
      try directory.move(making, to: directory, as: name)
    } catch {
      var named = error
      named.file = directory.path(of: name)
      throw named
    }
    try directory.sync()
  }

  /// What SQLite adds to the name of a database for the files beside it.
  private static let databaseSuffixes = ["", "-wal", "-shm", "-journal"]
  /// What stands between the name of a catalog that is being made and the number of the process that makes it.
  private static let makingInfix = ".making-"

  /// Whether a name is one that ``create(_:in:)`` gives to a catalog, or to a file beside it, until it is whole.
  package static func isUnfinished(_ name: String) -> Bool {
    guard name.hasPrefix(fileName + makingInfix) else { return false }
    let rest = name.dropFirst(fileName.count + makingInfix.count)
    let suffix = databaseSuffixes.first { !$0.isEmpty && rest.hasSuffix($0) } ?? ""
    let numbers = rest.dropLast(suffix.count).split(separator: "-", omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers.allSatisfy { UInt32($0) != nil }
  }

  /// Makes a database of the schema, which lies in its file whole when this returns.
  ///
  /// - Parameters:
  ///   - name: Its name, of which there is no file.
  ///   - directory: Its folder.
  ///   - fill: Adds rows, in the transaction that makes the tables.
  /// - Throws: Code `io`, `diskFull`, and what the closure throws.
  private static func makeDatabase(
    _ name: String, in directory: DirectoryHandle, _ fill: (Connection) throws(EngramError) -> Void
  ) throws(EngramError) {
    let connection = try connect(name, in: directory, .create)
    try connection.reservePageChecksums()
    // Two dozen tables and indexes, most of them short: pages of half the usual size halve a small catalog.
    // Until it has its name, nobody needs a log or a sync to come back to less than all of it.
    try connection.execute("PRAGMA page_size = 2048; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN;")
    try connection.execute(String(decoding: PackageResources.catalog_sql, as: UTF8.self))
    try fill(connection)
    try connection.execute("COMMIT")
    let mode = try connection.prepare("PRAGMA journal_mode = WAL")
    guard try mode.step(), mode.text(0) == "wal" else {
      throw EngramError(.io, "the catalog cannot have a write-ahead log", mend: "make the store on another disk")
    }
  }

  /// SQL for the time as the tables keep it.
  static let now = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
}
