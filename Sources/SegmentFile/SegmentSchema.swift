// SegmentSchema.swift -- the axes and the type of the values of a segment.

package import Base
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
  ///
  /// - Throws: `invalidData` when an axis is empty, the epochs are not finite and strictly ascending, or a name is empty,
  ///   repeated (canonically equivalent names are the same), longer than ``SegmentLimits/nameByteCount`` or has control
  ///   characters; `limit` when an axis is longer than ``SegmentLimits`` allows.
  package init(epochs: [Double], statistics: [String], elementType: ElementType) throws(EngramError) {
    guard !epochs.isEmpty, !statistics.isEmpty else {
      throw EngramError(.invalidData, "a segment needs at least one epoch and one statistic", place: "schema")
    }
    try Self.checkCounts(epochs: epochs.count, statistics: statistics.count)
    for (place, epoch) in epochs.enumerated() {
      guard epoch.isFinite, place == 0 || epochs[place - 1] < epoch else {
        throw EngramError(
          .invalidData, "epochs must be finite and strictly ascending", place: "epoch axis, position \(place)",
          found: "\(epoch)")
      }
    }
    var seen = Set<String>()
    for (place, name) in statistics.enumerated() {
      let fault: String? =
        if name.isEmpty {
          "is empty"
        } else if name.utf8.count > SegmentLimits.nameByteCount {
          "is longer than \(SegmentLimits.nameByteCount) bytes"
        } else if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
          "has control characters"
        } else if !seen.insert(name).inserted {
          "is there twice"
        } else {
          nil
        }
      if let fault {
        throw EngramError(
          .invalidData, "the name of a statistic \(fault)", place: "statistic axis, position \(place)",
          found: name.utf8.count <= 64 ? "'\(name)'" : nil)
      }
    }
    self.epochs = epochs
    self.statistics = statistics
    self.elementType = elementType
  }

  /// Refuses axes that are longer than ``SegmentLimits`` allows.
  ///
  /// - Throws: Code `limit`.
  package static func checkCounts(epochs: Int, statistics: Int) throws(EngramError) {
    guard epochs <= SegmentLimits.epochs, statistics <= SegmentLimits.statistics,
      epochs * statistics <= SegmentLimits.valuesPerExample
    else {
      throw EngramError(
        .limit, "an example has too many values", place: "schema",
        expected: "at most \(SegmentLimits.epochs) epochs, \(SegmentLimits.statistics) statistics and "
          + "\(SegmentLimits.valuesPerExample) values",
        found: "\(epochs) epochs and \(statistics) statistics",
        mend: "record fewer epochs, or put the statistics into several stores")
    }
  }

  /// Values of one example.
  package var valuesPerExample: Int { epochs.count * statistics.count }
  /// Bytes of one example.
  package var exampleByteCount: Int { valuesPerExample * elementType.byteCount }
}
