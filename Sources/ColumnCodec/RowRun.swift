// RowRun.swift -- neighbouring examples of a chunk and the rows they go to.

import CCodecKernels

/// Neighbouring examples of a chunk that go to neighbouring rows of a matrix.
///
/// The layout is that of `engram_row_run` in CCodecKernels.
package struct RowRun: Sendable, Equatable, BitwiseCopyable {
  /// The first example, counted from the start of the chunk.
  package var source: Int32
  /// The number of examples.
  package var count: Int32
  /// The row of the matrix that the first example goes to.
  package var destination: Int

  /// Makes a run.
  package init(source: Int32, destination: Int, count: Int32) {
    self.source = source
    self.count = count
    self.destination = destination
  }

  /// Whether a run lies in memory as the kernels expect it.
  package static var hasLayoutOfKernels: Bool {
    MemoryLayout<RowRun>.stride == MemoryLayout<engram_row_run>.stride
      && MemoryLayout<RowRun>.offset(of: \.source) == MemoryLayout<engram_row_run>.offset(of: \.source)
      && MemoryLayout<RowRun>.offset(of: \.count) == MemoryLayout<engram_row_run>.offset(of: \.count)
      && MemoryLayout<RowRun>.offset(of: \.destination) == MemoryLayout<engram_row_run>.offset(of: \.destination)
  }
}
