// Main.swift -- a process that fits and times classifiers for benchmarks/classifiers.
//   classifier-bench DATA.npz     commands on standard input, one JSON object a line; one JSON line in answer to each
// DATA.npz: X (examples, columns) float32 in C order; y (examples,) whole numbers; and index arrays that commands name.
// A command:
//   {"kind": "random-forest", "parameters": {"treeCount": 100}, "train": "train_0", "test": "test_0",
//    "seed": 0, "threads": 2, "layout": "column-major", "columns": [3, 24, 21], "predictions": false}
// With "grid": true parameters are those of a grid, and the answer has seconds and scores. Otherwise
// the answer: fitSeconds, predictSeconds, accuracy, summary, details of that kind, and `predicted` when asked for; or error.

import Base
import Classifiers
import Glibc

/// The process.
@main enum Main {
  /// Answers commands until standard input ends; exit code 2 for bad usage, 1 when the data cannot be read.
  static func main() {
    let words = CommandLine.arguments.dropFirst()
    guard words.count == 1, let path = words.first else { exit(2) }
    do throws(EngramError) {
      let data = try BenchData(opening: path)
      while let line = readLine() {
        if line.isEmpty { continue }
        var answer: JSONObject
        do throws(EngramError) {
          let command = try JSONValue(parsing: line).asObject()
          answer = command["grid"] == true ? try GridTrial(command).run(on: data) : try Trial(command).run(on: data)
        } catch {
          answer = JSONObject()
          answer["error"] = .string("\(error)")
          answer["code"] = .string(error.code.rawValue)
        }
        write(try JSONValue.object(answer).text() + "\n", to: 1)
      }
    } catch {
      write("\(error.code): \(error)\n", to: 2)
      exit(1)
    }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      // SAFETY: the buffer holds as many bytes as are written.
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { exit(1) }
      rest = rest.dropFirst(count)
    }
  }
}
