// MutableMatrixSpan+Blocks.swift -- the columns of a matrix shared out among threads.

import Base

extension MutableMatrixSpan {
  /// Runs `body` once for every block of neighbouring columns, on several threads, and lends it that block.
  ///
  /// - Parameters:
  ///   - size: Columns of a block; the last may have fewer.
  ///   - firstColumn: The first column; those before it are left out.
  ///   - work: How the work is done.
  ///   - body: Gets the first column of the block, and the block.
  /// - Throws: What the body throws for the lowest block.
  @_lifetime(self: copy self)
  mutating func forEachBlock(
    of size: Int, from firstColumn: Int, work: WorkContext,
    _ body: @Sendable (_ firstColumn: Int, _ block: inout MutableMatrixSpan) throws(EngramError) -> Void
  ) throws(EngramError) {
    precondition(size > 0 && firstColumn >= 0 && firstColumn <= columns, "a block has columns of the matrix")
    let start = unsafe Start(base: base)
    let (rows, columns, elementType) = (rows, columns, elementType)
    let (rowStride, columnStride) = (rowStride, columnStride)
    try parallelFor(count: (columns - firstColumn + size - 1) / size, work: work) {
      (index, _) throws(EngramError) in
      let first = firstColumn + index * size
      // SAFETY: an iteration has its own columns, and the loop ends before the loan of the matrix does.
      let base = unsafe start.base.map { unsafe $0 + first * columnStride * elementType.byteCount }
      var block = unsafe MutableMatrixSpan(
        base: base, rows: rows, columns: min(size, columns - first), elementType: elementType, rowStride: rowStride,
        columnStride: columnStride)
      try body(first, &block)
    }
  }

  /// The first element of a matrix, as the iterations of one loop see it.
  @safe private struct Start: @unchecked Sendable {
    // SAFETY of @unchecked: iterations touch different columns.
    let base: UnsafeMutableRawPointer?
  }
}
