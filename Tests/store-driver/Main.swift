// Main.swift -- a process that writes, reads or checks a store, for tests that kill it or run several at once.
//   store-driver write STORE SEED [OPERATIONS]   append, flush and compact; a line for each: done COMMIT EXAMPLES
//   store-driver append STORE [OPERATIONS]       append a few examples each time, and nothing else
//   store-driver read STORE SECONDS              take snapshots and check them; at the end: read SNAPSHOTS
//   store-driver stock STORE                     read with SQLite as it is, opened anew each time, until it is killed
//   store-driver occupy STORE                    hold SQLite's write lock 97 of 100 ms, until it is killed
//   store-driver check STORE [COMMIT EXAMPLES]   verify, and compare every value; at the end: ok COMMIT EXAMPLES LEFTOVERS
//   store-driver hold STORE SECONDS              take the writer's turn; when it has it: held
//   store-driver forks STORE KIND COUNT          fork beside threads that ask (sql), read or write; the children do so too
//   store-driver heirs STORE SECONDS             record a run beside children that inherit it: refused N second CODE epochs …
//   store-driver flips STORE EVERY               flip a bit of every so manieth byte, and check; at the end: flips COUNT missed COUNT
//   store-driver beside STORE APPENDS OPENS      append beside a thread that opens and closes the catalog's file

import Base
import Glibc
import TrajectoryStore

/// The process.
@main enum Main {
  /// Runs one verb; exit code 0, 1 for an error (its code and text on standard error), 2 for bad usage.
  static func main() {
    _ = starter
    let words = CommandLine.arguments.dropFirst()
    guard words.count >= 2, let verb = words.first else { exit(2) }
    let path = words[2]
    let numbers = words.dropFirst(2).compactMap { Int64($0) }
    do throws(EngramError) {
      switch verb {
      case "write": try Writing.anything(path, seed: UInt64(numbers[0]), operations: numbers.dropFirst().first)
      case "append": try Writing.smallAppends(path, operations: numbers.first)
      case "read": try Reading.snapshots(path, seconds: Double(numbers.first ?? 1))
      case "check":
        try Reading.check(path, reported: numbers.count == 2 ? (commit: numbers[0], examples: numbers[1]) : nil)
      case "stock": try Beside.stock(path)
      case "occupy": Beside.occupy(path)
      case "hold":
        try open(path).write("holding for a test") { (_) throws(EngramError) in
          say("held")
          sleep(UInt32(numbers.first ?? 1))
        }
      case "forks":
        guard words.count == 4, let kind = Forking.Kind(rawValue: words[3]) else { exit(2) }
        try Forking.many(path, kind, count: Int(numbers[0]))
      case "heirs": try Heirs.record(path, seconds: UInt32(numbers.first ?? 1))
      case "flips": try Flipping.bytes(path, every: Int(numbers.first ?? 1))
      case "beside": try Beside.opens(path, appends: numbers[0], opens: numbers[1])
      default: exit(2)
      }
    } catch {
      let text = Array("\(error.code): \(error)\n".utf8)
      _ = unsafe Glibc.write(2, text, text.count)
      exit(1)
    }
  }

  /// Opens a store, or makes it.
  static func open(_ path: String) throws(EngramError) -> TrajectoryStore {
    try TrajectoryStore.openOrCreate(at: path).store
  }

  /// Whoever started the process.
  private static let starter = getppid()

  /// Prints a line at once; ends the process when whoever started it is gone, so that nothing is left running.
  static func say(_ line: String) {
    if getppid() != starter { exit(1) }
    let text = Array((line + "\n").utf8)
    _ = unsafe Glibc.write(1, text, text.count)
  }
}
