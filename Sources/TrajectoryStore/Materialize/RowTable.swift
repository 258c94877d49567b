// RowTable.swift -- where the row of each example of a row group starts, across all matrices.

import ColumnCodec
import TrajectoryModel

/// Where the row of each example of a row group starts, in whichever matrix it goes to.
///
/// The two sides of a split share a table, so that a block of values is put in order once for both.
@safe struct RowTable {
  /// For each example of the window its row, or nil where it goes nowhere.
  private var rows: [UnsafeMutableRawPointer?]
  private let elementType: ElementType
  private let statisticStride: Int

  private init(_ destination: DestinationRows, exampleCount: Int) {
    unsafe rows = Array(repeating: nil, count: exampleCount)
    elementType = destination.elementType
    statisticStride = destination.statisticStride
  }

  /// The fewest tables that have room for every row of every destination.
  ///
  /// - Parameters:
  ///   - runs: For each destination the decoded examples of the row group that go there.
  ///   - destinations: Matrices in which the epochs of a statistic are neighbours.
  ///   - exampleCount: The examples of the row group that are decoded.
  /// - Returns: One table where the destinations share no example, as the sides of a split do.
  static func tables(
    _ runs: [[RowRun]], of destinations: [DestinationRows], exampleCount: Int
  ) -> [RowTable] {
    var tables: [RowTable] = []
    for (destination, runs) in zip(destinations, runs) where !runs.isEmpty {
      let place = tables.firstIndex { $0.hasRoom(for: runs, of: destination) }
      var table = place.map { tables.remove(at: $0) } ?? RowTable(destination, exampleCount: exampleCount)
      table.fill(runs, of: destination)
      tables.append(table)
    }
    return tables
  }

  /// Whether every example of some runs is still without a row here, in a matrix of the same layout.
  private func hasRoom(for runs: [RowRun], of destination: DestinationRows) -> Bool {
    elementType == destination.elementType && statisticStride == destination.statisticStride
      && runs.allSatisfy { run in
        let start = Int(run.source)
        return unsafe rows[start..<(start + Int(run.count))].allSatisfy { unsafe $0 == nil }
      }
  }

  private mutating func fill(_ runs: [RowRun], of destination: DestinationRows) {
    let rowByteCount = destination.exampleStride * destination.elementType.byteCount
    unsafe rows.withUnsafeMutableBufferPointer { rows in
      for run in runs {
        // SAFETY: rows of the plan lie inside the destination's block.
        var row = unsafe destination.base + run.destination * rowByteCount
        let start = Int(run.source)
        for index in start..<(start + Int(run.count)) {
          unsafe rows[index] = row
          unsafe row += rowByteCount
        }
      }
    }
  }

  /// Hands out one statistic.
  func scatter(_ block: ChunkBlock, position: Int, _ map: AxisMap) {
    for stretch in map.stretches {
      // SAFETY: statistics and epochs of the plan lie inside the rows.
      unsafe block.scatter(
        rows: rows, offset: position * statisticStride + stretch.first, epochs: stretch.indices.span,
        elementType: elementType)
    }
  }
}
