// Folder.swift -- a directory of a test's own, removed with everything in it when the test lets go of it.

import CSQLite
import Glibc
import Testing

final class Folder {
  let path: String

  init() {
    path = "/tmp/engram-store-\(getpid())-\(UInt64.random(in: 0...(.max)))"
    #expect(unsafe mkdir(path, 0o755) == 0)
  }

  deinit { Self.remove(path) }

  /// A path inside, such as that of a store.
  subscript(name: String) -> String { "\(path)/\(name)" }

  static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        let end = unsafe bytes.firstIndex(of: 0) ?? bytes.count
        return unsafe String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  static func remove(_ path: String) {
    if unsafe unlink(path) == 0 { return }
    for name in names(in: path) { remove("\(path)/\(name)") }
    _ = unsafe rmdir(path)
  }

  static func read(_ path: String) -> [UInt8] {
    guard let file = unsafe fopen(path, "r") else { return [] }
    defer { unsafe fclose(file) }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe fread(&buffer, 1, buffer.count, file)
      if count == 0 { return all }
      all += buffer.prefix(count)
    }
  }

  static func write(_ bytes: [UInt8], to path: String) {
    guard let file = unsafe fopen(path, "w") else {
      Issue.record("cannot write \(path)")
      return
    }
    #expect(unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count)
    unsafe fclose(file)
  }

  /// Runs SQL on the catalog of a store behind its back.
  static func tamper(_ store: String, _ sql: String) {
    var database: OpaquePointer?
    #expect(unsafe sqlite3_open(store + "/catalog.sqlite", &database) == SQLITE_OK)
    let code = unsafe sqlite3_exec(database, sql, nil, nil, nil)
    #expect(code == SQLITE_OK, "\(unsafe String(cString: sqlite3_errmsg(database)))")
    unsafe sqlite3_close(database)
  }
}
