// RandomStream.swift -- the random numbers of one tree.

/// SplitMix64 (Steele, Lea, Flood 2014): the random numbers of one tree, from a seed and the tree's number.
struct RandomStream: Sendable {
  private var state: UInt64

  /// The stream of a number under a seed; streams of different numbers have nothing to do with one another.
  init(seed: UInt64, stream: Int) {
    state = Self.mixed(Self.mixed(seed &+ Self.step) ^ UInt64(truncatingIfNeeded: stream) &* Self.step)
  }

  private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mixed(_ number: UInt64) -> UInt64 {
    var z = (number ^ (number >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The next 64 random bits.
  mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mixed(state)
  }

  /// A number below `count`, each as likely but for 1 in 2^32.
  mutating func next(below count: Int) -> Int {
    Int(((next() >> 32) &* UInt64(count)) >> 32)
  }
}
