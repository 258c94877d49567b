// Draws.swift -- random numbers for augmentation and noise: any number of streams, each from where one likes.

/// Random numbers by SplitMix64 (Steele, Lea and Flood 2014): any number of streams of one seed.
///
/// Whatever is drawn for a stimulus depends on the seed, the pass and the stimulus, so a run that is resumed draws what it
/// would have drawn.
package struct Draws: Sendable, RandomNumberGenerator {
  private var state: UInt64

  /// A stream of a seed.
  package init(seed: UInt64, stream: UInt64) {
    var mixer = Draws(state: seed)
    let first = mixer.next()
    mixer = Draws(state: first &+ stream &* 0xd1b5_4a32_d192_ed03)
    state = mixer.next()
  }

  private init(state: UInt64) { self.state = state }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var x = state
    x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
    return x ^ (x >> 31)
  }

  /// A real number from `low` up to `high`.
  package mutating func uniform(_ low: Float = 0, _ high: Float = 1) -> Float {
    low + (high - low) * Float(next() >> 40) / 16_777_216
  }

  /// A whole number below `count`.
  package mutating func below(_ count: Int) -> Int {
    // The bias of a 64-bit product is below 2^-40 for any count that is used.
    Int(next().multipliedFullWidth(by: UInt64(max(1, count))).high)
  }

  /// A standard normal deviate, to the precision of a sum of twelve uniform ones.
  package mutating func nearlyNormal() -> Float {
    var sum: Float = -6
    for _ in 0..<12 { sum += uniform() }
    return sum
  }
}
