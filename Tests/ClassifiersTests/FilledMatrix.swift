// FilledMatrix.swift -- small matrices of given values.

import Base
import TrajectoryModel

/// A matrix of given values.
func filledMatrix(
  rows: Int, columns: Int, elementType: ElementType = .float32, layout: MatrixLayout = .rowMajor,
  _ value: (_ row: Int, _ column: Int) -> Double
) throws(EngramError) -> Matrix {
  var matrix = try Matrix(rows: rows, columns: columns, elementType: elementType, layout: layout)
  for row in 0..<rows {
    for column in 0..<columns { matrix[row, column] = value(row, column) }
  }
  return matrix
}
