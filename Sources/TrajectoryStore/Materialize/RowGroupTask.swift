// RowGroupTask.swift -- one row group, and where its rows go.

import ColumnCodec

/// One row group, and for each destination the rows of it that go there.
struct RowGroupTask: Sendable {
  let source: Int
  let rowGroup: Int
  var runs: [[RowRun]]

  /// What of the row group's chunks is needed: the examples from the first to the last that go anywhere.
  func window(epochEnd: Int) -> ChunkDecoder.Window {
    var (first, end) = (Int.max, 0)
    for run in runs.joined() {
      first = min(first, Int(run.source))
      end = max(end, Int(run.source + run.count))
    }
    return ChunkDecoder.Window(examples: min(first, end)..<end, epochEnd: epochEnd)
  }

  /// The runs, counted from an example of the row group.
  func runs(from first: Int) -> [[RowRun]] {
    runs.map { runs in
      runs.map { RowRun(source: $0.source - Int32(first), destination: $0.destination, count: $0.count) }
    }
  }
}
