// Bounds.swift -- what conditions on a column of numbers leave of it.

import SQLite

/// The numbers that conditions on a column leave.
struct Bounds {
  /// Whether nothing is left.
  private(set) var isEmpty = false
  /// The least and the greatest number that may be.
  private(set) var first = -Double.infinity, last = Double.infinity

  /// Applies a condition; what compares with NULL is true of nothing, and every number is below every text.
  ///
  /// SQLite looks at each row again, so bounds may leave too much: which texts are numbers is its affair.
  mutating func apply(_ comparison: TableConstraint.Comparison, _ value: TableValue) {
    let number: Double
    switch value {
    case .null:
      isEmpty = true
      return
    case .integer(let whole): number = Double(whole)
    case .real(let real): number = real
    case .text, .constant:
      guard case .text(let text) = value, !text.utf8.contains(where: { (48...57).contains($0) }) else { return }
      if comparison == .equal || comparison == .above || comparison == .atLeast { isEmpty = true }
      return
    }
    switch comparison {
    case .equal:
      first = max(first, number)
      last = min(last, number)
    case .atLeast: first = max(first, number)
    case .above: first = max(first, number.nextUp)
    case .atMost: last = min(last, number)
    case .below: last = min(last, number.nextDown)
    }
    if !(first <= last) { isEmpty = true }
  }

  /// The whole numbers from the least to the greatest.
  var ids: ClosedRange<Int64>? {
    if isEmpty { return nil }
    let low = first <= -9e18 ? Int64.min : Int64(exactly: first.rounded(.up)) ?? .max
    let high = last >= 9e18 ? Int64.max : Int64(exactly: last.rounded(.down)) ?? .min
    return low <= high ? low...high : nil
  }
}
