// Snapshot+Recorded.swift -- which examples were recorded at the same epochs and statistics.

import Catalog
package import TrajectoryModel

/// Examples that were recorded at the same epochs and statistics, in one type of number.
package struct RecordedExamples: Sendable {
  /// The examples.
  package let examples: ExampleSet
  /// What was recorded of each of them, in the order of recordings.
  package let columns: FeatureColumns
  /// The type of the values.
  package let elementType: ElementType
}

extension Snapshot {
  /// Some examples in parts, ascending; those of one part were recorded alike, and neighbouring parts may be, too.
  ///
  /// - Complexity: O(ranges of the examples + segments).
  package func recorded(_ examples: ExampleSet) -> [RecordedExamples] {
    extents.compactMap { extent in
      let members = examples.clamped(to: extent.examples)
      if members.isEmpty { return nil }
      return RecordedExamples(
        examples: members,
        columns: FeatureColumns(statistics: extent.statistics, epochs: extent.epochs, order: .bySample),
        elementType: extent.elementType)
    }
  }
}
