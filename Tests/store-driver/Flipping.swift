// Flipping.swift -- one bit of one byte after the other is flipped, and the whole store is checked each time.

import Base
import Glibc
import TrajectoryStore

enum Flipping {
  /// Flips a bit of every byte, or of every so manieth, of every file of a store, and counts what no check finds.
  ///
  /// The store is as before at the end. Nobody else may use it.
  static func bytes(_ path: String, every stride: Int) throws(EngramError) {
    guard stride > 0 else { exit(2) }
    var flips = 0
    var missed: [String] = []
    for file in try files(in: path) {
      let whole = try InputFile(opening: file).contents(limit: 1 << 30)
      for place in Swift.stride(from: 0, to: whole.count, by: stride) {
        var damaged = whole
        damaged[place] ^= 1 << UInt8(Numbers.mixed(UInt64(place)) % 8)
        try replace(file, damaged, path)
        flips += 1
        if !isFound(path) { missed.append("\(file) byte \(place)") }
      }
      try replace(file, whole, path)
      Main.say("\(file): \(whole.count) bytes, so far \(flips) flips, \(missed.count) missed")
    }
    for one in missed.prefix(20) { Main.say("missed: \(one)") }
    guard try TrajectoryStore(opening: path).verify().problems.isEmpty else {
      throw EngramError(.corrupt, "the store is not as it was before", file: path)
    }
    Main.say("flips \(flips) missed \(missed.count)")
    if !missed.isEmpty { exit(1) }
  }

  /// Whether opening or checking the store says that it is damaged.
  private static func isFound(_ path: String) -> Bool {
    do throws(EngramError) {
      return try !TrajectoryStore(opening: path).verify().problems.isEmpty
    } catch {
      return [.corrupt, .truncated, .unsupported].contains(error.code)
    }
  }

  /// The files of a store that hold anything, SQLite's log and shared memory apart.
  private static func files(in path: String) throws(EngramError) -> [String] {
    var found: [String] = []
    for folder in ["", "/segments", "/recording"] {
      // A store that records nothing has no such folder.
      guard let handle = try? DirectoryHandle(opening: path + folder) else { continue }
      for name in try handle.names()
      where name == "catalog.sqlite" || name.contains(".seg") || name.contains(".journal") {
        found.append("\(path)\(folder)/\(name)")
      }
    }
    return found.sorted()
  }

  /// Puts bytes into a file; a log of a catalog that was there before goes.
  private static func replace(_ file: String, _ bytes: [UInt8], _ path: String) throws(EngramError) {
    if file.contains("catalog.sqlite") {
      for suffix in ["-wal", "-shm"] { unsafe unlink("\(file)\(suffix)") }
    }
    // SAFETY (whole function): paths and bytes are lent for the calls.
    let descriptor = unsafe open(file, O_WRONLY)
    let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    close(descriptor)
    guard count == bytes.count else { throw EngramError(.io, "a file cannot be written", file: file) }
  }
}
