// Main.swift -- a fuzzer of one parser: engram-fuzz TARGET [corpus…] [options of libFuzzer].
//
// Built only with ENGRAM_FUZZ set, by scripts/fuzz; checksums are then not compared, so that mutated bytes get past them. A parser
// may refuse an input by throwing an EngramError; whatever else ends it is a fault.

import Base
import CFuzzer
import Glibc

/// The process.
@main enum Main {
  /// What runs; set before the first input, for a C function has no context.
  nonisolated(unsafe) private static var target: FuzzTarget = { (_) throws(EngramError) in }

  static func main() {
    guard CommandLine.arguments.count > 1, let chosen = FuzzTargets.all[CommandLine.arguments[1]] else {
      print("usage: engram-fuzz TARGET [CORPUS…] [-runs=N] …; targets: \(FuzzTargets.all.keys.sorted())")
      exit(2)
    }
    unsafe target = chosen
    // The first word is the program's, the second the target's; libFuzzer gets the others.
    // SAFETY: the words live until the process ends, as libFuzzer asks; an input lives during the call that brings it.
    var words = unsafe ([CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)).map { unsafe strdup($0) }
    if CommandLine.arguments[1] == "store" { unsafe words.append(strdup(SmallStore.writeSeeds())) }
    unsafe words.append(nil)
    let count = unsafe words.count - 1
    let status = unsafe words.withUnsafeMutableBufferPointer { buffer in
      var argumentCount = Int32(count)
      var arguments = buffer.baseAddress
      return unsafe LLVMFuzzerRunDriver(&argumentCount, &arguments) { bytes, count in
        let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        do throws(EngramError) { try unsafe Main.target(input) } catch { _ = error.description }
        return 0
      }
    }
    exit(status)
  }
}
