// ExtentSource+Finite.swift -- which statistics of an extent are finite throughout.

import Base
import Catalog
import ColumnCodec
import SegmentFile
import TrajectoryModel

extension ExtentSource {
  /// Those of some statistics that have a NaN or an infinity at any epoch in any of some examples of this extent.
  ///
  /// - Parameters:
  ///   - suspects: The statistics.
  ///   - examples: The examples.
  ///   - epochs: The epochs that count, or nil for all.
  /// - Returns: Those that are not finite.
  /// - Throws: What reading the values throws.
  func nonFiniteStatistics(
    among suspects: Set<String>, in examples: ExampleSet, at epochs: [Double]?
  ) throws(EngramError) -> Set<String> {
    var found: Set<String> = []
    let places =
      epochs.map { wanted in
        let wanted = Set(wanted)
        return extent.epochs.indices.filter { wanted.contains(extent.epochs[$0]) }
      } ?? Array(extent.epochs.indices)
    if places.isEmpty { return [] }
    for (index, name) in extent.statistics.enumerated() where suspects.contains(name) {
      let isFound: Bool
      switch values {
      case .segment(let reader): isFound = try hasNonFinite(reader, statistic: index, in: examples, at: places)
      case .staged(let batch):
        isFound = examples.ids.contains { id in
          places.contains { epoch in
            !batch.value(example: Int(id - extent.firstExample), epoch: epoch, statistic: index).isFinite
          }
        }
      }
      if isFound { found.insert(name) }
    }
    return found
  }

  private func hasNonFinite(
    _ reader: SegmentReader, statistic: Int, in examples: ExampleSet, at places: [Int]
  ) throws(EngramError) -> Bool {
    let decoder = RowGroupDecoder()
    let epochs = places.map { Int32($0) }
    for group in 0..<reader.rowGroupCount where !reader.zone(rowGroup: group, statistic: statistic).isAllFinite {
      let rows = reader.examples(inRowGroup: group)
      let start = extent.firstExample + Int64(rows.lowerBound)
      let selected = examples.clamped(to: start..<(start + Int64(rows.count)))
      if selected.isEmpty { continue }
      if selected.count == rows.count, places.count == extent.epochs.count { return true }
      var values = [Double](repeating: 0, count: selected.count * epochs.count)
      var runs: [RowRun] = []
      for range in selected.ranges {
        let row = runs.last.map { $0.destination + Int($0.count) } ?? 0
        runs.append(RowRun(source: Int32(range.lowerBound - start), destination: row, count: Int32(range.count)))
      }
      try decoder.decode(reader, rowGroup: group, statistics: [statistic]) { (_, chunk) throws(EngramError) in
        unsafe values.withUnsafeMutableBytes { block in
          guard let base = block.baseAddress else { return }
          // SAFETY: `values` has an element for each selected example and epoch.
          unsafe chunk.scatter(
            runs: runs.span, epochs: epochs.span, elementType: .float64, exampleStride: epochs.count, epochStride: 1,
            base: base)
        }
      }
      if values.contains(where: { !$0.isFinite }) { return true }
    }
    return false
  }
}
