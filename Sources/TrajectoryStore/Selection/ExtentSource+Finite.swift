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
  ///   - decoder: Decodes what has to be looked at; it belongs to the calling thread.
  ///   - kept: Answers small reads of row groups that it keeps.
  /// - Returns: Those that are not finite.
  /// - Throws: What reading the values throws.
  func nonFiniteStatistics(
    among suspects: Set<String>, in examples: ExampleSet, at epochs: [Double]?, _ decoder: RowGroupDecoder,
    _ kept: KeptRowGroups
  ) throws(EngramError) -> Set<String> {
    let places =
      epochs.map { wanted in
        let wanted = Set(wanted)
        return extent.epochs.indices.filter { wanted.contains(extent.epochs[$0]) }
      } ?? Array(extent.epochs.indices)
    if places.isEmpty { return [] }
    let indices = extent.statistics.indices.filter { suspects.contains(extent.statistics[$0]) }
    let found: [Int]
    switch values {
    case .segment(let reader):
      found = try nonFinite(of: reader, among: indices, in: examples, at: places, decoder, kept)
    case .staged(let batch):
      found = indices.filter { statistic in
        examples.ids.contains { id in
          places.contains { epoch in
            !batch.value(example: Int(id - extent.firstExample), epoch: epoch, statistic: statistic).isFinite
          }
        }
      }
    }
    return Set(found.map { extent.statistics[$0] })
  }

  private func nonFinite(
    of reader: SegmentReader, among suspects: [Int], in examples: ExampleSet, at places: [Int],
    _ decoder: RowGroupDecoder, _ kept: KeptRowGroups
  ) throws(EngramError) -> [Int] {
    let epochs = places.map { Int32($0) }
    var found: [Int] = []
    for group in 0..<reader.rowGroupCount {
      let rows = reader.examples(inRowGroup: group)
      let start = extent.firstExample + Int64(rows.lowerBound)
      let selected = examples.clamped(to: start..<(start + Int64(rows.count)))
      if selected.isEmpty { continue }
      let doubtful = suspects.filter {
        !found.contains($0) && !reader.zone(rowGroup: group, statistic: $0).isAllFinite
      }
      if doubtful.isEmpty { continue }
      if selected.count == rows.count, places.count == extent.epochs.count {
        found += doubtful
        continue
      }
      var runs: [RowRun] = []
      for range in selected.ranges {
        let row = runs.last.map { $0.destination + Int($0.count) } ?? 0
        runs.append(RowRun(source: Int32(range.lowerBound - start), destination: row, count: Int32(range.count)))
      }
      let window = ChunkWindow(runs: [runs], epochEnd: (places.last ?? 0) + 1)
      runs = runs.map(window.inside)
      var values = [Double](repeating: 0, count: selected.count * epochs.count)
      try kept.read(reader, rowGroup: group, statistics: doubtful, window: window, with: decoder) {
        (place, block) throws(EngramError) in
        unsafe values.withUnsafeMutableBytes { values in
          guard let base = values.baseAddress else { return }
          // SAFETY: `values` has an element for each selected example and epoch.
          unsafe block.scatter(
            runs: runs.span, epochs: epochs.span, elementType: .float64, exampleStride: epochs.count, epochStride: 1,
            base: base)
        }
        if values.contains(where: { !$0.isFinite }) { found.append(doubtful[place]) }
      }
    }
    return found
  }
}
