// DenseRows.swift -- rows of a feature matrix as what linear algebra wants: row-major Float64, each row padded.

package import Base
import CClassifierKernels
import Glibc
package import TrajectoryModel

/// A row-major Float64 matrix whose rows are padded with zeros to whole vectors.
///
/// It is filled by one owner before others see it; then it only is read. So the threads of a loop may share it.
@safe package final class DenseRows: @unchecked Sendable {
  /// Rows that a thread handles at a time, fixed so that results are the same for any number of threads.
  static let blockSize = 512
  private static let alignment = 64

  /// The number of rows.
  package let count: Int
  /// The number of columns.
  package let columns: Int
  /// Elements from one row to the next: ``width(of:)`` the columns.
  package let stride: Int
  // SAFETY: `count * stride` elements, owned by this object alone; threads that write at the same time write other
  // rows.
  nonisolated(unsafe) let values: UnsafeMutablePointer<Double>

  /// A matrix of zeros.
  ///
  /// - Throws: ``EngramError`` with code `limit` when the memory is not to be had.
  package init(count: Int, columns: Int) throws(EngramError) {
    self.count = count
    self.columns = columns
    stride = Self.width(of: columns)
    let (elements, tooMany) = count.multipliedReportingOverflow(by: stride)
    let byteCount = max(Self.alignment, tooMany ? Int.max : elements &* MemoryLayout<Double>.stride)
    guard !tooMany, elements < Int.max / 16, let block = unsafe aligned_alloc(Self.alignment, byteCount) else {
      throw EngramError(
        .limit, "there is no memory for \(count) x \(columns) numbers", mend: "train on fewer examples or statistics")
    }
    unsafe memset(block, 0, byteCount)
    unsafe values = block.bindMemory(to: Double.self, capacity: elements)
  }

  deinit { unsafe free(values) }

  /// A number of columns rounded up to whole vectors.
  package static func width(of columns: Int) -> Int {
    let lanes = Int(ENGRAM_LINEAR_LANES)
    return (columns + lanes - 1) / lanes * lanes
  }

  /// One element.
  package subscript(row: Int, column: Int) -> Double {
    get { unsafe values[row * stride + column] }
    set { unsafe values[row * stride + column] = newValue }
  }

  /// The rows, for reading.
  package var elements: MatrixSpan {
    @_lifetime(borrow self)
    borrowing get {
      // SAFETY: the memory lives as long as this object.
      let span = unsafe MatrixSpan(
        base: values, rows: count, columns: columns, elementType: .float64, rowStride: stride, columnStride: 1)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Lends the rows to be changed, while nobody else uses them.
  package func change(
    _ body: (inout MutableMatrixSpan) throws(EngramError) -> Void
  ) throws(EngramError) {
    // SAFETY: the memory lives as long as this object, and its owner alone has it while it is filled.
    var elements = unsafe MutableMatrixSpan(
      base: values, rows: count, columns: columns, elementType: .float64, rowStride: stride, columnStride: 1)
    try body(&elements)
  }

  /// Copies some rows of a matrix, of either type and layout, to the columns from `column` on.
  func fill(
    from features: borrowing Matrix, _ columns: Range<Int>, rows: [Int32], at column: Int, work: WorkContext
  ) throws(EngramError) {
    let source = features.elements
    let (rowStride, columnStride) = (source.rowStride, source.columnStride)
    try forEachBlock(work: work) { block in
      guard let base = unsafe source.base else { return }
      let target = unsafe self.values + block.lowerBound * self.stride + column
      // SAFETY: rows and columns are inside the matrix, and the target has room for them.
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let first = rows.baseAddress else { return }
        let rows = unsafe first + block.lowerBound
        if source.elementType == .float32 {
          unsafe engram_take_rows_32(
            base.assumingMemoryBound(to: Float.self) + columns.lowerBound * columnStride, rowStride, columnStride,
            rows, block.count, columns.count, target, self.stride)
        } else {
          unsafe engram_take_rows_64(
            base.assumingMemoryBound(to: Double.self) + columns.lowerBound * columnStride, rowStride, columnStride,
            rows, block.count, columns.count, target, self.stride)
        }
      }
    }
  }

  /// Runs a loop over blocks of rows on several threads.
  func forEachBlock(work: WorkContext, _ body: @Sendable (Range<Int>) -> Void) throws(EngramError) {
    let size = Self.blockSize
    try parallelFor(count: (count + size - 1) / size, work: work) { (block, _) throws(EngramError) in
      body((block * size)..<min(self.count, (block + 1) * size))
    }
  }
}
