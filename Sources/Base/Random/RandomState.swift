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
  /// The tempered output of the state, worked out for the whole state at once.
  private var output = [UInt32](repeating: 0, count: stateCount)
  private var next = stateCount
  /// The second of a pair of normal deviates.
  var keptNormal: Double?

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
    defer { next &+= 1 }
    return output[next]
  }

  private mutating func twist() {
    let n = Self.stateCount
    func mixed(_ high: UInt32, _ low: UInt32, _ far: UInt32) -> UInt32 {
      let y = (high & 0x8000_0000) | (low & 0x7fff_ffff)
      return far ^ (y >> 1) ^ (0x9908_b0df & (0 &- (y & 1)))
    }
    for i in 0..<(n - Self.shift) { state[i] = mixed(state[i], state[i &+ 1], state[i &+ Self.shift]) }
    for i in (n - Self.shift)..<(n - 1) { state[i] = mixed(state[i], state[i &+ 1], state[i &+ Self.shift &- n]) }
    state[n - 1] = mixed(state[n - 1], state[0], state[Self.shift - 1])
    for i in 0..<n {
      var y = state[i]
      y ^= y >> 11
      y ^= (y << 7) & 0x9d2c_5680
      y ^= (y << 15) & 0xefc6_0000
      output[i] = y ^ (y >> 18)
    }
    next = 0
  }

  /// A uniform integer from 0 to `maximum`, by rejection under a mask as NumPy's legacy `rk_interval` draws it.
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

  /// Shuffles in place, as `RandomState.shuffle` does an array.
  ///
  /// - Complexity: O(count), about 1.4 draws an element.
  public mutating func shuffle(_ items: inout [Int]) { shuffleAny(&items) }

  /// Shuffles in place, as `RandomState.shuffle` does an array.
  public mutating func shuffle(_ items: inout [UInt16]) { shuffleAny(&items) }

  // Generic code is only fast inside its own module, hence the two above.
  private mutating func shuffleAny<Element>(_ items: inout [Element]) {
    for i in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(i, Int(truncatingIfNeeded: interval(UInt64(truncatingIfNeeded: i))))
    }
  }

  /// A random permutation of 0 ..< `count`, as `RandomState.permutation(count)` gives it.
  public mutating func permutation(_ count: Int) -> [Int] {
    var items = Array(0..<count)
    shuffle(&items)
    return items
  }

  /// The first numbers of ``permutation(_:)`` as members of a set.
  ///
  /// - Precondition: `prefix` is in 0 ... `count`.
  package mutating func choice(of prefix: Int, among count: Int) -> Bitmap {
    choices(of: prefix, then: 0, among: count).first
  }

  /// The first numbers of ``permutation(_:)``, and those that follow them, as members of sets.
  ///
  /// - Precondition: `prefix` and `following` add up to at most `count`.
  package mutating func choices(
    of prefix: Int, then following: Int, among count: Int
  ) -> (first: Bitmap, second: Bitmap) {
    // Half the memory of a permutation of 64-bit integers, and so half the time, which is spent on reaching memory.
    if count <= Int(UInt32.max) { return choices(prefix, following, of: Array(0..<UInt32(count))) }
    return choices(prefix, following, of: Array(0..<count))
  }

  /// Shuffles only as far as the members of the sets depend on it; the draws are those of a whole shuffle.
  ///
  /// The shuffle goes from the last place down. A place above both sets is never read again once it is passed, so its number
  /// need not arrive there; below, inside the first set, swaps change no set.
  private mutating func choices<Number: FixedWidthInteger>(
    _ prefix: Int, _ following: Int, of ascending: [Number]
  ) -> (first: Bitmap, second: Bitmap) {
    var numbers = ascending
    let both = prefix + following
    for i in stride(from: numbers.count - 1, through: max(both, 1), by: -1) {
      let j = Int(truncatingIfNeeded: interval(UInt64(truncatingIfNeeded: i)))
      numbers[j] = numbers[i]
    }
    for i in stride(from: min(both, numbers.count) - 1, through: max(prefix, 1), by: -1) {
      numbers.swapAt(i, Int(truncatingIfNeeded: interval(UInt64(truncatingIfNeeded: i))))
    }
    for i in stride(from: prefix - 1, to: 0, by: -1) { _ = interval(UInt64(truncatingIfNeeded: i)) }
    var sets = (first: Bitmap(count: numbers.count), second: Bitmap(count: following == 0 ? 0 : numbers.count))
    for number in numbers[..<prefix] { sets.first.insert(Int(number)) }
    for number in numbers[prefix..<both] { sets.second.insert(Int(number)) }
    return sets
  }
}
