// DenseRows+Products.swift -- products of matrices, which can be stopped.

import Base
import CBLAS

extension DenseRows {
  /// Products that are summed before asking whether to stop, at most a tenth of a second of work.
  static let operationsBetweenQuestions = 1 << 30
  /// Fewer rows would make a product slow.
  private static let leastPiece = 64

  /// Rows whose products with themselves, of n columns, are summed before asking: of a symmetric matrix half is worked out.
  static func symmetricPiece(columns: Int) -> Int {
    max(leastPiece, 2 * operationsBetweenQuestions / max(1, columns * columns))
  }

  /// The sums over all rows of the products of any two columns from `first` on, as a symmetric matrix.
  ///
  /// Parts of the rows are summed on several threads and then added in order; a part is summed in pieces, between which
  /// `work` may stop it.
  ///
  /// - Returns: n x n, row by row, of which only the upper triangle is meant; n is the number of columns from `first`
  ///   on.
  /// - Complexity: O(rows x n²).
  func gram(from first: Int = 0, work: WorkContext) throws(EngramError) -> [Double] {
    try loadBLAS()
    let n = columns - first
    let parts = min(4, max(1, count / 1024))
    let size = Self.symmetricPiece(columns: n)
    let sums = PartResults<[Double]>(count: parts)
    try parallelFor(count: parts, work: work) { (part, _) throws(EngramError) in
      let (start, end) = (self.count * part / parts, self.count * (part + 1) / parts)
      var sum = [Double](repeating: 0, count: n * n)
      for piece in Swift.stride(from: start, to: end, by: size) {
        try work.checkCancelled("training was stopped")
        // SAFETY: the rows of the piece are inside the block, and `sum` is n x n.
        unsafe engram_dsyrk_t(
          Int32(n), Int32(min(end - piece, size)), 1, self.values + piece * self.stride + first, Int32(self.stride), 1,
          &sum, Int32(n))
      }
      sums.set(part, sum)
    }
    return sums.inOrder.dropFirst().reduce(into: sums.inOrder[0]) { total, part in
      for index in total.indices { total[index] += part[index] }
    }
  }

  /// The products of each row with each row of another matrix, over the columns of both from some on.
  ///
  /// - Returns: As many rows as there are here, and as many columns as there are rows there.
  /// - Complexity: O(rows x other rows x columns).
  func products(
    with other: DenseRows, from first: Int = 0, otherFrom otherFirst: Int = 0, work: WorkContext
  ) throws(EngramError) -> DenseRows {
    let (width, depth) = (other.count, columns - first)
    let result = try DenseRows(count: count, columns: width)
    try forEachBlock(operations: width * depth, work: work) { block in
      // SAFETY: rows of the block and columns are inside the matrices, and each thread writes rows of its own.
      unsafe engram_dgemm(
        0, 1, Int32(block.count), Int32(width), Int32(depth), 1, self.values + block.lowerBound * self.stride + first,
        Int32(self.stride), other.values + otherFirst, Int32(other.stride), 0,
        result.values + block.lowerBound * result.stride, Int32(result.stride))
    }
    return result
  }

  /// Sums of the rows of another matrix, of its columns from some on: each row here has the factors of one sum.
  ///
  /// - Returns: As many rows as there are here, and as many columns as there are from `first` on there.
  /// - Complexity: O(rows x other rows x columns).
  func sums(of other: DenseRows, from first: Int = 0, work: WorkContext) throws(EngramError) -> DenseRows {
    let width = other.columns - first
    let result = try DenseRows(count: count, columns: width)
    try forEachBlock(operations: width * columns, work: work) { block in
      // SAFETY: as above.
      unsafe engram_dgemm(
        0, 0, Int32(block.count), Int32(width), Int32(self.columns), 1, self.values + block.lowerBound * self.stride,
        Int32(self.stride), other.values + first, Int32(other.stride), 0,
        result.values + block.lowerBound * result.stride, Int32(result.stride))
    }
    return result
  }

  /// Runs a loop over blocks of rows on several threads, with so many rows in each that `work` may stop it soon.
  func forEachBlock(
    operations perRow: Int, work: WorkContext, _ body: @Sendable (Range<Int>) -> Void
  ) throws(EngramError) {
    if perRow == 0 { return }
    try loadBLAS()
    let size = min(Self.blockSize, max(1, Self.operationsBetweenQuestions / perRow))
    try parallelFor(count: (count + size - 1) / size, work: work) { (block, _) throws(EngramError) in
      body((block * size)..<min(self.count, (block + 1) * size))
    }
  }

  /// One row, without what pads it.
  func row(_ row: Int) -> [Double] {
    // SAFETY: each row has `columns` elements.
    unsafe Array(UnsafeBufferPointer(start: values + row * stride, count: columns))
  }
}
