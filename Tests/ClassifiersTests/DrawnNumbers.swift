// DrawnNumbers.swift -- seeded random numbers and small matrices, for the tests of calibration and neighbours.

import Base
import TrajectoryModel

/// SplitMix64 (Steele, Lea and Flood 2014).
struct DrawnNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

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
