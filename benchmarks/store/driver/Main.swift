// Main.swift -- a process that does with Engram what a benchmark asks: JSON lines in, JSON lines out.
//   {"op": "write", "data": FOLDER, "store": STORE, "threads": N, "verify": BOOL}   stores a data set   -> {"seconds": S}
//   {"op": "open", "store": STORE, "threads": N}                                    opens it            -> {"seconds": S}
//   {"op": "prepare", "work": REQUEST}                                              a read to repeat    -> {}
//   {"op": "run", "times": N, "fresh": BOOL}                   reads into its matrices or into new ones -> {"seconds": [S]}
//   {"op": "dump", "path": FILE}                               writes the bytes of the matrices         -> {}
//   {"op": "first", "store": STORE, "threads": N, "work": REQUEST}   opens and reads one value          -> {"seconds": S}
//   {"op": "query", "sql": TEXT, "times": N}                   asks the catalog                         -> {"seconds": [S]}
// With --first-reads each read of a run is as the first: nothing is kept from the ones before but the open files.
// An answer {"error": TEXT} says what went wrong. benchmarks/store/worker.py answers the same for all others.

import Base
import Engram
import Glibc

/// The process.
@main enum Main {
  static func main() {
    let onlyFirst = CommandLine.arguments.contains("--first-reads")
    var session = Session(onlyFirstReads: onlyFirst)
    // Of other reads nothing is kept.
    answer(
      onlyFirst
        ? [
          "versions": [:], "works": ["holdout", "statistic", "norm", "predicted", "run"],
          "layout": "the same, with nothing kept of the reads before",
        ] : ["versions": [:]])
    while let line = readLine() {
      do throws(EngramError) {
        answer(try session.perform(try JSONValue(parsing: line).asObject()))
      } catch {
        answer(["error": .string("\(error.code): \(error)")])
      }
    }
  }

  /// Prints one answer at once.
  private static func answer(_ value: JSONValue) {
    // Answers hold finite numbers and texts, which JSON has.
    let line = Array(((try? value.text()) ?? "{\"error\": \"no answer\"}").utf8) + [10]
    // SAFETY: the pointer is good for the length of the array during the call.
    _ = unsafe Glibc.write(1, line, line.count)
  }
}
