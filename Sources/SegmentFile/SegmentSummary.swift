// SegmentSummary.swift -- what a finished segment holds.

/// What a finished segment holds.
package struct SegmentSummary: Sendable, Equatable {
  /// The number of examples.
  package let exampleCount: Int
  /// Bytes of the file.
  package let byteCount: Int
  /// XXH3-128 of the canonical value bytes, as 32 hexadecimal digits.
  package let valuesHash: String
  /// For each statistic, the number of its values that are NaN or infinite.
  package let nonFiniteCounts: [Int]
}
