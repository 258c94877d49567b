// Extent.swift -- a contiguous range of examples whose values lie in one place.

package import TrajectoryModel

/// A contiguous range of examples whose values lie in one segment file or in one staged batch.
///
/// Row `r` of the place holds example `firstExample + r`. The extents of a store tile its examples.
package struct Extent: Sendable, Hashable {
  /// Where the values of an extent are.
  package enum Place: Sendable, Hashable {
    /// In the segment file of this identifier, which has this many bytes.
    case segment(identifier: SegmentIdentifier, byteCount: Int64)
    /// In the catalog itself, as the staged batch of this number.
    case staged(id: Int64)
  }

  /// The id of the first example.
  package var firstExample: Int64
  /// The number of examples, at least 1.
  package var exampleCount: Int64
  /// Where the values are.
  package var place: Place
  /// The epochs, ascending.
  package var epochs: [Double]
  /// The names of the statistics, in the order of the values.
  package var statistics: [String]
  /// The type of every value.
  package var elementType: ElementType
  /// Indices into `statistics` of those that have any NaN or infinity here, ascending.
  package var nonFiniteStatistics: [Int]
  /// XXH3-128 of the values in canonical order, as 32 hex digits.
  package var valuesHash: String

  /// The ids of the examples.
  package var examples: Range<Int64> { firstExample..<(firstExample + exampleCount) }

  /// Makes an extent.
  package init(
    firstExample: Int64, exampleCount: Int64, place: Place, epochs: [Double], statistics: [String],
    elementType: ElementType, nonFiniteStatistics: [Int], valuesHash: String
  ) {
    self.firstExample = firstExample
    self.exampleCount = exampleCount
    self.place = place
    self.epochs = epochs
    self.statistics = statistics
    self.elementType = elementType
    self.nonFiniteStatistics = nonFiniteStatistics
    self.valuesHash = valuesHash
  }
}
