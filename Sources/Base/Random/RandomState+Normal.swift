// RandomState+Normal.swift -- normal deviates, draw for draw those of NumPy's legacy generator.

import Glibc

extension RandomState {
  /// A real number from 0 up to 1, as `RandomState.random_sample()` gives it: 53 bits of two draws.
  public mutating func nextReal() -> Double {
    let high = nextUInt32() >> 5
    let low = nextUInt32() >> 6
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// A standard normal deviate, as `RandomState.standard_normal()` gives it.
  ///
  /// Deviates come in pairs, by the polar method (Marsaglia and Bray 1964); the second of a pair is kept for the next
  /// call. NumPy's stream is equal bit for bit where the C library's logarithm is.
  public mutating func standardNormal() -> Double {
    if let kept = keptNormal {
      keptNormal = nil
      return kept
    }
    while true {
      let x = 2 * nextReal() - 1
      let y = 2 * nextReal() - 1
      let square = x * x + y * y
      guard square < 1, square > 0 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      keptNormal = factor * x
      return factor * y
    }
  }

  /// Fills memory with standard normal deviates, as `RandomState.standard_normal(count)` does.
  ///
  /// - Complexity: O(count), about 15 ns a deviate.
  public mutating func fillStandardNormal(_ deviates: inout MutableSpan<Double>) {
    for index in deviates.indices { deviates[index] = standardNormal() }
  }
}
