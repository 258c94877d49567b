// CatalogReader+Extents.swift -- where the values of examples lie.

package import Base
import SQLite
import TrajectoryModel

extension CatalogReader {
  /// The extents that hold examples of a commit, ascending; nil is the newest.
  ///
  /// Compaction may have joined examples of that commit with later ones, so the last extent may reach beyond it.
  ///
  /// - Complexity: O(extents), whatever the number of runs.
  package func extents(asOf commit: Int64? = nil) throws(EngramError) -> [Extent] {
    let end = try exampleEnd(asOf: commit)
    let extents = try extents(from: 0, to: end)
    let (first, last) = (extents.first?.firstExample ?? end, extents.last?.examples.upperBound ?? end)
    guard try isPurged(0..<first), try isPurged(last..<max(last, end)) else {
      throw corrupt("the extents do not hold all examples", "table extent", expected: "examples 0..<\(end)")
    }
    return extents
  }

  /// The extents that begin in a range of examples, ascending.
  func extents(from start: Int64, to end: Int64) throws(EngramError) -> [Extent] {
    let rows = try statement(
      """
      SELECT first_example, example_count, segment, segment_bytes, staged_id, epoch_axis_id, statistic_axis_id,
        element_type, nonfinite_statistics, values_hash
      FROM extent WHERE first_example >= ?1 AND first_example < ?2 ORDER BY first_example
      """)
    defer { rows.reset() }
    try rows.bind(1, start)
    try rows.bind(2, end)
    var epochAxes: [Int64: [Double]] = [:]
    var statisticAxes: [Int64: [String]] = [:]
    var extents: [Extent] = []
    // Whoever adds up examples or bytes of extents may rely on it that no sum passes an integer.
    var total: Int64 = 0
    while try rows.step() {
      let (first, count) = (rows.integer(0), rows.integer(1))
      let place = "table extent, first_example \(first)"
      guard first >= 0, count > 0, !first.addingReportingOverflow(count).overflow else {
        throw corrupt("an extent has impossible examples", place, found: "\(count) examples")
      }
      let (epochAxis, statisticAxis) = (rows.integer(5), rows.integer(6))
      if epochAxes[epochAxis] == nil { epochAxes[epochAxis] = try epochs(ofAxis: epochAxis) }
      if statisticAxes[statisticAxis] == nil { statisticAxes[statisticAxis] = try statistics(ofAxis: statisticAxis) }
      let (epochs, statistics) = (epochAxes[epochAxis] ?? [], statisticAxes[statisticAxis] ?? [])
      guard let type = ElementType(name: rows.text(7)), !epochs.isEmpty, !statistics.isEmpty else {
        throw corrupt("an extent lacks its type or an axis", place)
      }
      let extent = Extent(
        firstExample: first, exampleCount: count,
        place: rows.isNull(4)
          ? try segment(rows.text(2), byteCount: rows.integer(3), place) : .staged(id: rows.integer(4)),
        epochs: epochs, statistics: statistics, elementType: type,
        nonFiniteStatistics: try ordinals(rows.text(8), below: statistics.count, place), valuesHash: rows.text(9))
      for bytes in [rows.integer(3), CatalogWriter.byteCount(of: extent) ?? -1] {
        let (sum, overflow) = total.addingReportingOverflow(bytes)
        guard bytes >= 0, !overflow else {
          throw corrupt(
            "an extent has impossibly many bytes", place, found: "\(count) examples, \(rows.integer(3)) bytes")
        }
        total = sum
      }
      let before = extents.last?.examples.upperBound ?? first
      guard before <= first, try isPurged(before..<first) else {
        throw corrupt("extents do not follow each other", place)
      }
      extents.append(extent)
    }
    return extents
  }

  /// Whether every example of a range was removed for good; in a store of which nothing was, no range but an empty one.
  private func isPurged(_ examples: Range<Int64>) throws(EngramError) -> Bool {
    if examples.isEmpty { return true }
    let rows = try connection.prepare(
      "SELECT 1 FROM purged WHERE first_example <= ?1 AND first_example + example_count >= ?2")
    try rows.bind(1, examples.lowerBound)
    try rows.bind(2, examples.upperBound)
    return try rows.step()
  }

  /// The place of an extent in a segment file; what is not an identifier never becomes the name of a file.
  private func segment(_ text: String, byteCount: Int64, _ place: String) throws(EngramError) -> Extent.Place {
    guard let identifier = SegmentIdentifier(hex: text), byteCount >= 0 else {
      throw corrupt(
        "an extent names no segment", place, expected: "32 lower-case hex digits and a length",
        found: Connection.shortened(text))
    }
    return .segment(identifier: identifier, byteCount: byteCount)
  }

  /// Reads a JSON array of ascending ordinals, which is all that `nonfinite_statistics` may be.
  private func ordinals(_ text: String, below limit: Int, _ place: String) throws(EngramError) -> [Int] {
    var ordinals: [Int] = []
    if text.hasPrefix("["), text.hasSuffix("]") {
      ordinals = text.dropFirst().dropLast().split(separator: ",").map { Int($0) ?? -1 }
      let isAscending = zip(ordinals, ordinals.dropFirst()).allSatisfy { $0 < $1 }
      if isAscending && ordinals.allSatisfy((0..<limit).contains) { return ordinals }
    }
    throw corrupt(
      "the list of statistics that are not finite is damaged", "\(place), column nonfinite_statistics",
      expected: "ascending ordinals below \(limit)", found: Connection.shortened(text))
  }

  /// The canonical bytes of a staged batch, as they were given; the caller compares them with the extent's hash.
  ///
  /// - Throws: Code `notFound`, also after a compaction that came between two reads.
  package func stagedValues(_ id: Int64) throws(EngramError) -> [UInt8] {
    let row = try statement("SELECT bytes FROM staged WHERE staged_id = ?1")
    defer { row.reset() }
    try row.bind(1, id)
    guard try row.step() else {
      throw EngramError(.notFound, "there is no staged batch \(id)", file: connection.path, place: "table staged")
    }
    return row.bytes(0)
  }
}
