// MatrixSpan.swift -- a matrix lent for reading, wherever and however its elements lie.

/// A matrix of examples (rows) and features (columns) lent for reading, wherever and however its elements lie.
///
/// It is to a matrix what `Span` is to an array: it cannot outlive what it shows. The threads of a loop may share it.
@safe public struct MatrixSpan: ~Escapable, @unchecked Sendable {
  // SAFETY of @unchecked: nobody writes to the memory while it is lent.
  /// The number of examples.
  public let rows: Int
  /// The number of features.
  public let columns: Int
  /// The type of every element.
  public let elementType: ElementType
  /// Elements from one row to the next.
  public let rowStride: Int
  /// Elements from one column to the next.
  public let columnStride: Int
  /// The first element of the first row, for the kernels; nil where there is none.
  @unsafe package let base: UnsafeRawPointer?

  /// Shows memory in which every element of every row lies.
  @unsafe @_lifetime(borrow base)
  package init(
    base: UnsafeRawPointer?, rows: Int, columns: Int, elementType: ElementType, rowStride: Int, columnStride: Int
  ) {
    unsafe self.base = base
    self.rows = rows
    self.columns = columns
    self.elementType = elementType
    self.rowStride = rowStride
    self.columnStride = columnStride
  }

  /// One element as Float64, whatever its type.
  public subscript(row: Int, column: Int) -> Double {
    precondition(row >= 0 && row < rows && column >= 0 && column < columns, "the element is inside the matrix")
    guard let base = unsafe base else { return .nan }
    let element = row * rowStride + column * columnStride
    // SAFETY: the element is inside the matrix, all of which lies in the memory.
    return elementType == .float32
      ? unsafe Double(base.load(fromByteOffset: element * 4, as: Float.self))
      : unsafe base.load(fromByteOffset: element * 8, as: Double.self)
  }
}
