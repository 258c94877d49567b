// RowGroupTask.swift -- one row group, and where its rows go.

import ColumnCodec

/// One row group, and for each destination the rows of it that go there.
struct RowGroupTask: Sendable {
  let source: Int
  let rowGroup: Int
  var runs: [[RowRun]]

  /// What of the row group's chunks is needed.
  func window(epochEnd: Int) -> ChunkWindow { ChunkWindow(runs: runs, epochEnd: epochEnd) }

  /// The runs, counted from the first example that a window decodes.
  func runs(in window: ChunkWindow) -> [[RowRun]] { runs.map { $0.map(window.inside) } }
}
