// StudentT.swift -- Student's t distribution: tails and quantiles.

import Glibc

/// Student's t distribution with a number of degrees of freedom.
public struct StudentT: Sendable, Hashable {
  /// The degrees of freedom, above 0.
  public let degrees: Double

  /// Makes a distribution.
  ///
  /// - Precondition: `degrees` is above 0.
  public init(degrees: Double) {
    precondition(degrees > 0, "there are degrees of freedom")
    self.degrees = degrees
  }

  /// The probability that the magnitude of t is at least a given one.
  ///
  /// By the incomplete beta function I_x(n/2, 1/2) at x = n / (n + t²) (Abramowitz and Stegun 1964, 26.7.1).
  public func twoSidedTail(_ t: Double) -> Double {
    if t.isNaN { return .nan }
    if t.isInfinite { return 0 }
    return Self.incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t that a variable exceeds in magnitude with a given probability.
  ///
  /// - Parameter tail: Between 0 and 1, both excluded.
  /// - Returns: Found by bisection to the last bit.
  public func magnitude(ofTwoSidedTail tail: Double) -> Double {
    guard tail > 0, tail < 1 else { return tail >= 1 ? 0 : .infinity }
    var (low, high) = (0.0, 1.0)
    while twoSidedTail(high) > tail { (low, high) = (high, high * 2) }
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return middle }
      if twoSidedTail(middle) > tail { low = middle } else { high = middle }
    }
  }

  /// The regularised incomplete beta function, by its continued fraction (Lentz's method).
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast below the mean; above it the function is one less its mirror image.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let smallest = 1e-300
    func kept(_ value: Double) -> Double { value.magnitude < smallest ? smallest : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var fraction = d
    /// Enough for any degrees of freedom below some millions; each step nearly halves the error.
    let steps = 10_000
    for m in 1...steps {
      let m = Double(m)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / kept(1 + even * d)
      c = kept(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / kept(1 + odd * d)
      c = kept(1 + odd / c)
      let change = d * c
      fraction *= change
      if (change - 1).magnitude < 1e-16 { break }
    }
    return front * fraction
  }
}
