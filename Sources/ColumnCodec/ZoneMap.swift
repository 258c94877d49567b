// ZoneMap.swift -- the range of a chunk's values.

/// The range of the values of a chunk, known without decoding it.
package struct ZoneMap: Sendable, Equatable {
  /// The number of values.
  package let count: Int
  /// The number of them that are neither NaN nor infinite.
  package let finiteCount: Int
  /// The least finite value, or +infinity where there is none; negative zero is below zero.
  package let minimum: Double
  /// The greatest finite value, or -infinity where there is none.
  package let maximum: Double

  /// Makes a zone map.
  package init(count: Int, finiteCount: Int, minimum: Double, maximum: Double) {
    self.count = count
    self.finiteCount = finiteCount
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Whether every value is finite.
  package var isAllFinite: Bool { finiteCount == count }
}
