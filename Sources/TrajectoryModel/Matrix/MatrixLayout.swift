// MatrixLayout.swift -- how the elements of a matrix follow one another in memory.

/// How the elements of a matrix follow one another in memory.
public enum MatrixLayout: String, Sendable, Hashable, CaseIterable {
  /// The columns of one row are neighbours; what linear models want.
  case rowMajor = "row-major"
  /// The rows of one column are neighbours; what forests want.
  case columnMajor = "column-major"

  /// Elements from one row to the next and from one column to the next, in memory without gaps.
  func strides(rows: Int, columns: Int) -> (row: Int, column: Int) {
    self == .rowMajor ? (columns, 1) : (1, rows)
  }
}
