// Main.swift -- a process that measures activations and times it, for benchmarks/observables.
//   observable-bench FILE.npy THREADS REPEATS
// FILE.npy: stimuli x units, float32 or float64 in C order. The answer is one JSON line: seconds of each repetition, and the
// 21 statistics in published order.

import Base
import Formats
import Glibc
import Observables

@main
enum Main {
  static func main() {
    do throws(EngramError) {
      let words = CommandLine.arguments.dropFirst()
      guard words.count == 3, let path = words.first, let threads = Int(words[2]), let repeats = Int(words[3]) else {
        throw EngramError(.usage, "usage: observable-bench FILE.npy THREADS REPEATS")
      }
      let array = try NpyFile.open(path)
      guard array.shape.count == 2, !array.isFortranOrder else {
        throw EngramError(.invalidData, "the array is not stimuli x units in C order", file: path)
      }
      let work = WorkContext(threads: threads)
      switch array.type.name {
      case "float32": print(try measure(Float.self, array, repeats, work).text(.line, nonFinite: .named))
      case "float64": print(try measure(Double.self, array, repeats, work).text(.line, nonFinite: .named))
      default: throw EngramError(.unsupported, "the array is of another type", file: path, found: array.type.name)
      }
    } catch {
      // The caller sees this instead of an answer.
      let answer: JSONValue = ["error": .string(error.description)]
      print((try? answer.text(.line, nonFinite: .named)) ?? "")
      exit(1)
    }
  }

  private static func measure<Number: MeasurableNumber & BinaryFloatingPoint>(
    _: Number.Type, _ array: NumPyArray, _ repeats: Int, _ work: WorkContext
  ) throws(EngramError) -> JSONValue {
    var numbers = [Number](repeating: 0, count: array.shape[0] * array.shape[1])
    do {
      var span = numbers.mutableSpan
      // SAFETY: every bit pattern is a number.
      var bytes = unsafe span.mutableBytes
      try array.payload.read(at: 0, into: &bytes)
    }
    var seconds: [Double] = []
    var values: [Double] = []
    for _ in 0..<repeats {
      let start = MonotonicClock.seconds
      var meter = try ObservableMeter()
      try meter.addActivations(numbers.span, units: array.shape[1], work: work)
      values = meter.observables().values
      seconds.append(MonotonicClock.seconds - start)
    }
    return ["seconds": .array(seconds.map { .real($0) }), "values": .array(values.map { .real($0) })]
  }
}
