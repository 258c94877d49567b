// MutableMatrixSpan+Rounding.swift -- a matrix of one type as one of another.

package import Base

extension MutableMatrixSpan {
  /// Columns that a thread handles at a time.
  private static let blockSize = 64

  /// Takes the elements of another matrix, rounded to the type of this one.
  ///
  /// - Parameters:
  ///   - other: A matrix of the same shape, in other memory.
  ///   - work: Threads and cancellation.
  /// - Throws: ``EngramError`` with code `cancelled`; some columns are then taken and others not.
  /// - Complexity: O(rows x columns).
  @_lifetime(self: copy self)
  package mutating func round(_ other: MatrixSpan, work: WorkContext) throws(EngramError) {
    precondition(rows == other.rows && columns == other.columns, "both matrices have one shape")
    try forEachBlock(of: Self.blockSize, from: 0, work: work) { (first, block) throws(EngramError) in
      for row in 0..<block.rows {
        for column in 0..<block.columns { block[row, column] = other[row, first + column] }
      }
    }
  }
}
