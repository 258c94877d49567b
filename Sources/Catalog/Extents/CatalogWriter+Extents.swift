// CatalogWriter+Extents.swift -- adding, staging and joining extents.

package import Base
import SQLite
import TrajectoryModel

extension CatalogWriter {
  /// Adds an extent that lies in a segment file, which is on disk already.
  ///
  /// - Throws: Code `invalidData` when it does not begin where the last extent ends, or is impossible in itself.
  package func addSegment(_ extent: Extent) throws(EngramError) {
    guard case .segment = extent.place else {
      throw EngramError(.invalidData, "the extent lies in no segment file", file: connection.path)
    }
    try add(extent)
  }

  /// Adds a staged batch: an extent whose values lie in the catalog.
  ///
  /// - Parameters:
  ///   - extent: The extent; its place is not looked at.
  ///   - values: Its values in canonical order.
  /// - Returns: The extent with its place.
  /// - Throws: Code `invalidData` as ``addSegment(_:)``, and when the values are not as long as the extent says.
  package func addStaged(_ extent: Extent, values: [UInt8]) throws(EngramError) -> Extent {
    if Self.byteCount(of: extent) != Int64(values.count) {
      throw EngramError(
        .invalidData, "a staged batch has not as many values as it says", file: connection.path,
        expected: "\(Self.byteCount(of: extent) ?? -1) bytes", found: "\(values.count)")
    }
    // Never used again: a reader that still has an older list of extents must not be given another batch.
    let id = extent.firstExample
    var staged = extent
    staged.place = .staged(id: id)
    let row = try statement("INSERT INTO staged (staged_id, bytes) VALUES (?1, ?2)")
    try row.bind(1, id)
    try row.bind(2, bytes: values)
    try row.run()
    try add(staged)
    return staged
  }

  /// Bytes of the values of an extent, or nil when no integer holds their number.
  static func byteCount(of extent: Extent) -> Int64? {
    var count = extent.exampleCount
    for factor in [extent.epochs.count, extent.statistics.count, extent.elementType.byteCount] {
      let (product, overflow) = count.multipliedReportingOverflow(by: Int64(factor))
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// Replaces neighbouring extents by others that hold the same examples; staged batches among the old are deleted.
  ///
  /// Files of old segments are the caller's to delete, once no reader of an earlier commit needs them.
  ///
  /// - Parameters:
  ///   - old: Extents as the catalog has them, ascending, without a gap.
  ///   - new: Extents in segment files, ascending, that tile the same examples.
  /// - Throws: Code `notFound` when an old extent is not (or no longer) in the catalog; `invalidData` when the new ones
  ///   do not fit.
  package func replaceExtents(_ old: [Extent], by new: [Extent]) throws(EngramError) {
    guard let start = old.first?.firstExample, let last = old.last else { return }
    let end = last.examples.upperBound
    if try extents(from: start, to: end) != old {
      throw EngramError(
        .notFound, "the extents to replace are not in the catalog", file: connection.path, place: "table extent",
        expected: "the extents of examples \(start)..<\(end)", mend: "read them again; somebody compacted meanwhile")
    }
    let delete = try statement("DELETE FROM extent WHERE first_example >= ?1 AND first_example < ?2")
    try delete.bind(1, start)
    try delete.bind(2, end)
    try delete.run()
    let deleteStaged = try statement("DELETE FROM staged WHERE staged_id = ?1")
    for case .staged(let id) in old.map(\.place) {
      try deleteStaged.bind(1, id)
      try deleteStaged.run()
    }
    let after = nextExtent
    nextExtent = start
    for extent in new { try addSegment(extent) }
    if nextExtent != end {
      throw EngramError(
        .invalidData, "the new extents hold other examples than the old", file: connection.path,
        expected: "up to example \(end)", found: "up to \(nextExtent)")
    }
    nextExtent = after
  }

  private func add(_ extent: Extent) throws(EngramError) {
    try validate(extent)
    let row = try statement(
      """
      INSERT INTO extent (first_example, example_count, segment, segment_bytes, staged_id, epoch_axis_id,
        statistic_axis_id, element_type, nonfinite_statistics, values_hash)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """)
    try row.bind(1, extent.firstExample)
    try row.bind(2, extent.exampleCount)
    switch extent.place {
    case .segment(let identifier, let byteCount):
      try row.bind(3, identifier.hex)
      try row.bind(4, byteCount)
      try row.bind(5, nil)
    case .staged(let id):
      try row.bind(3, nil)
      try row.bind(4, nil)
      try row.bind(5, id)
    }
    try row.bind(6, try epochAxis(extent.epochs))
    try row.bind(7, try statisticAxis(extent.statistics))
    try row.bind(8, extent.elementType.name)
    try row.bind(9, "[" + extent.nonFiniteStatistics.map(String.init).joined(separator: ",") + "]")
    try row.bind(10, extent.valuesHash)
    try row.run()
    nextExtent = extent.examples.upperBound
  }

  private func validate(_ extent: Extent) throws(EngramError) {
    func refuse(_ message: String, expected: String, found: String) -> EngramError {
      EngramError(
        .invalidData, message, file: connection.path, place: "extent of example \(extent.firstExample)",
        expected: expected, found: found)
    }
    func isHex(_ text: String) -> Bool {
      text.utf8.count == 32 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
    if extent.firstExample != nextExtent {
      throw refuse(
        "an extent does not begin where the last one ends", expected: "example \(nextExtent)",
        found: "example \(extent.firstExample)")
    }
    if extent.exampleCount <= 0 || extent.firstExample.addingReportingOverflow(extent.exampleCount).overflow {
      throw refuse("an extent has an impossible length", expected: "1 or more", found: "\(extent.exampleCount)")
    }
    let epochs = extent.epochs
    let areAscending = zip(epochs, epochs.dropFirst()).allSatisfy { $0 < $1 }
    if epochs.isEmpty || !epochs.allSatisfy(\.isFinite) || !areAscending {
      throw refuse("the epochs are not an axis", expected: "finite numbers, ascending", found: "\(epochs.count) epochs")
    }
    let names = Set(extent.statistics.map { Array($0.utf8) })
    if names.isEmpty || names.count != extent.statistics.count || names.contains([]) {
      throw refuse(
        "the statistics are not an axis", expected: "different names", found: "\(extent.statistics.count) statistics")
    }
    let ordinals = extent.nonFiniteStatistics
    let isOrdered = zip(ordinals, ordinals.dropFirst()).allSatisfy { $0 < $1 }
    if !isOrdered || !ordinals.allSatisfy(extent.statistics.indices.contains) {
      throw refuse(
        "the statistics that are not finite are not statistics", expected: "ascending, below \(names.count)",
        found: "\(ordinals)")
    }
    if !isHex(extent.valuesHash) {
      throw refuse("the hash of the values is none", expected: "32 lower-case hex digits", found: extent.valuesHash)
    }
    if case .segment(_, let byteCount) = extent.place, byteCount < 0 {
      throw refuse("the segment has an impossible length", expected: "0 or more", found: "\(byteCount)")
    }
  }
}
