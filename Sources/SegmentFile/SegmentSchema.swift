// SegmentSchema.swift -- the axes and the type of the values of a segment.
package import TrajectoryModel

/// The axes and the type of the values of a segment.
package struct SegmentSchema: Sendable, Equatable {
  /// The epochs, finite and strictly ascending.
  package let epochs: [Double]
  /// The names of the statistics, unique and not empty.
  package let statistics: [String]
  /// The type of the values.
  package let elementType: ElementType

  /// Makes a schema.
  package init(epochs: [Double], statistics: [String], elementType: ElementType) throws(EngramError) {
    self.epochs = epochs
    self.statistics = statistics
    self.elementType = elementType
  }
}
