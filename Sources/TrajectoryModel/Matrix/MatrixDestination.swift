// MatrixDestination.swift -- where the store puts a matrix: memory of the caller's, of any element type and layout.

public import Base

/// Where a matrix of examples and features goes: memory of the caller's, of an element type and layout of its own.
///
/// A ``Matrix`` makes the room that is asked for; a ``MutableMatrixSpan`` is room of one shape.
public protocol MatrixDestination: ~Copyable, ~Escapable {
  /// Lends room for a matrix of a shape.
  ///
  /// - Parameters:
  ///   - rows: The number of examples.
  ///   - columns: The number of features.
  ///   - body: Fills the room, whose elements are unspecified at first.
  /// - Returns: What the body returns.
  /// - Throws: ``EngramError`` when there is no such room; what the body throws.
  @_lifetime(self: copy self)
  mutating func withRoom<R>(
    rows: Int, columns: Int, _ body: (inout MutableMatrixSpan) throws(EngramError) -> R
  ) throws(EngramError) -> R
}

extension MutableMatrixSpan: MatrixDestination {
  /// Lends itself where it has the shape.
  ///
  /// - Throws: ``EngramError`` with code `usage` when it has another; what the body throws.
  @_lifetime(self: copy self)
  public mutating func withRoom<R>(
    rows: Int, columns: Int, _ body: (inout MutableMatrixSpan) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    guard rows == self.rows, columns == self.columns else {
      throw EngramError(
        .usage, "the destination has another shape than the matrix", place: "destination",
        expected: "\(rows) x \(columns)", found: "\(self.rows) x \(self.columns)",
        mend: "give room for a row for each example and a column for each feature")
    }
    return try body(&self)
  }
}

extension Matrix: MatrixDestination {
  /// Takes the shape and lends its elements.
  ///
  /// - Throws: ``EngramError`` with code `limit` when the memory is not to be had; what the body throws.
  public mutating func withRoom<R>(
    rows: Int, columns: Int, _ body: (inout MutableMatrixSpan) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try reshape(rows: rows, columns: columns)
    var elements = mutableElements
    return try body(&elements)
  }
}
