// PickleScanTests.swift -- long escaped text is scanned by several threads as by one.

import Base
import Formats
import TestSupport
import Testing

@Suite(.seedReport) struct PickleScanTests {
  /// What reading a pickle of one array comes to: its bytes, or the error's code and place.
  private enum Outcome: Equatable {
    case bytes([UInt8])
    case failure(EngramError.Code, Int?)
  }

  private static func outcome(of path: String, threads: Int) -> Outcome {
    do throws(EngramError) {
      let value = try PickleFile.read(path: path, work: WorkContext(threads: threads))
      guard case .array(let array) = value else { return .bytes([]) }
      return .bytes(try array.payload.bytes())
    } catch {
      return .failure(error.code, error.offset)
    }
  }

  /// Text of a few megabytes: doubles, hard bytes, and runs of backslashes that are longer than a window.
  private static let texts: [(name: String, bytes: [UInt8])] = {
    var random = SeededGenerator(seed: 31)
    let doubles = (0..<400_000).flatMap { _ -> [UInt8] in
      let bits = Double.random(in: -1..<1, using: &random).bitPattern
      return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
    }
    let run = [UInt8](repeating: 0x5C, count: 300_000)
    let plain = [UInt8](repeating: 0x41, count: 4_000_000)
    return [
      ("doubles", doubles), ("hard", PickleEscapeTests.hardBytes(3_000_000, using: &random)),
      ("plain", plain), ("backslashes", [UInt8](repeating: 0x5C, count: 3_000_000)),
      ("doubles around backslashes", doubles + run + doubles),
      ("text around backslashes", plain + [0x0A] + run + plain + run + [0x27] + doubles),
    ]
  }()

  @Test(arguments: 0..<6) func `several threads find what one finds`(text: Int) {
    let (name, bytes) = Self.texts[text]
    let file = ScratchFile(PickleFileTests.largePickle(bytes))
    for threads in [1, 2, 5] { #expect(Self.outcome(of: file.path, threads: threads) == .bytes(bytes), "\(name)") }
  }

  @Test(arguments: 0..<6) func `several threads fail where one fails`(text: Int) {
    let (name, bytes) = Self.texts[text]
    let whole = PickleFileTests.largePickle(bytes)
    var random = SeededGenerator(seed: 32)
    for round in 0..<6 {
      var damaged = whole
      let place = Int.random(in: 0..<whole.count, using: &random)
      damaged[place] = Array("\\'\nxz".utf8).randomElement(using: &random) ?? 0
      if round % 3 == 0 { damaged.removeLast(whole.count - place) }
      let file = ScratchFile(damaged)
      let expected = Self.outcome(of: file.path, threads: 1)
      for threads in [2, 5] {
        #expect(Self.outcome(of: file.path, threads: threads) == expected, "\(name), seed 32, round \(round)")
      }
    }
  }
}
