// SeededGenerator.swift -- random numbers of the tests: the same seed gives the same case again.

import Synchronization

/// SplitMix64 (Steele, Lea and Flood 2014): a failing case can be run again from its seed.
///
/// A suite with the trait ``SeedReport`` adds the seeds of a test to each of its failures.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose numbers follow from the seed.
  package init(seed: UInt64) {
    state = seed
    SeedLog.current?.add(seed)
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// The mixing function of SplitMix64: a number without pattern for each number.
  package static func mixed(_ number: UInt64) -> UInt64 {
    var z = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension SeededGenerator {
  /// The bytes after one to three changes: a bit flipped, a byte set, removed, or copied from elsewhere.
  package mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 2: bytes[place] = [0, 0x7F, 0xFF, UInt8(ascii: "9")].randomElement(using: &self) ?? 0
      case 3: bytes.remove(at: place)
      default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &self)], at: place)
      }
    }
    return bytes
  }
}

/// The seeds that a test has used.
final class SeedLog: Sendable {
  @TaskLocal static var current: SeedLog?
  private let used = Mutex<[UInt64]>([])

  func add(_ seed: UInt64) { used.withLock { if !$0.contains(seed) { $0.append(seed) } } }

  /// The seeds in the order of their first use.
  var seeds: [UInt64] { used.withLock { $0 } }
}
