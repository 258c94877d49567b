// RandomState.swift -- NumPy's legacy random generator, draw for draw.

/// NumPy's legacy `RandomState`: the Mersenne Twister MT19937 with the seeding and shuffling that NumPy froze.
///
/// The published code draws its splits with `numpy.random.RandomState(seed).permutation(n)`; the same seed gives the
/// same permutation here. Algorithm: Matsumoto and Nishimura, *Mersenne Twister*, ACM TOMACS 8(1), 1998.
///
/// ```swift
/// var random = RandomState(seed: 0)
/// random.permutation(10)  // [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]
/// ```
public struct RandomState: Sendable {
  private static let stateCount = 624
  private static let shift = 397

  private var state: [UInt32]
  private var next = stateCount

  /// Seeds as `numpy.random.RandomState(seed)` does for an integer seed (`init_genrand`).
  public init(seed: UInt32) {
    state = [UInt32](repeating: seed, count: Self.stateCount)
    for i in 1..<Self.stateCount {
      let previous = state[i - 1]
      state[i] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(i)
    }
  }

  /// The next 32 random bits.
  public mutating func nextUInt32() -> UInt32 {
    if next == Self.stateCount { twist() }
    var y = state[next]
    next += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  private mutating func twist() {
    let n = Self.stateCount
    for i in 0..<n {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % n] & 0x7fff_ffff)
      state[i] = state[(i + Self.shift) % n] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    next = 0
  }

  /// A uniform integer in 0 ... `maximum`, by rejection under a mask as NumPy's legacy `rk_interval` draws it.
  public mutating func interval(_ maximum: UInt64) -> UInt64 {
    guard maximum > 0 else { return 0 }
    let mask = UInt64.max >> UInt64(maximum.leadingZeroBitCount)
    while true {
      var value = UInt64(nextUInt32())
      if maximum > 0xffff_ffff { value = value << 32 | UInt64(nextUInt32()) }
      value &= mask
      if value <= maximum { return value }
    }
  }

  /// A random permutation of 0 ..< `count`, as `RandomState.permutation(count)` gives it.
  ///
  /// - Complexity: O(count), about 1.4 draws an element.
  public mutating func permutation(_ count: Int) -> [Int] {
    var items = Array(0..<count)
    guard count > 1 else { return items }
    for i in stride(from: count - 1, through: 1, by: -1) {
      items.swapAt(i, Int(interval(UInt64(i))))
    }
    return items
  }
}
