// StandardizationTests.swift -- z-scores are the same bits in every layout and on any number of threads.

import Base
import Testing
import TrajectoryModel

@Suite struct StandardizationTests {
  /// A matrix of numbers over many powers of ten, with a constant column and a NaN.
  private static func matrix(_ type: ElementType, _ layout: MatrixLayout) throws(EngramError) -> Matrix {
    var random = RandomState(seed: 7)
    var matrix = try Matrix(rows: 101, columns: 150, elementType: type, layout: layout)
    for row in 0..<101 {
      for column in 0..<150 {
        let value = Double(random.nextUInt32()) - 2_147_483_648
        matrix[row, column] = column == 140 ? 3 : value * [1e-19, 1, 1e20][column % 3]
      }
    }
    matrix[100, 149] = .nan
    return matrix
  }

  /// The sums of NumPy, one row after the other.
  private static func expected(
    _ matrix: borrowing Matrix, rows: [Int], column: Int
  ) -> (mean: Double, scale: Double) {
    let mean = rows.dropFirst().reduce(matrix[rows[0], column]) { $0 + matrix[$1, column] } / Double(rows.count)
    func square(_ row: Int) -> Double { (matrix[row, column] - mean) * (matrix[row, column] - mean) }
    let sum = rows.dropFirst().reduce(square(rows[0])) { $0 + square($1) }
    let deviation = (sum / Double(rows.count)).squareRoot()
    return (mean, deviation < 1e-5 ? 1e-5 : deviation)
  }

  @Test(arguments: ElementType.allCases, MatrixLayout.allCases)
  func `means and scales are sums in the order of the rows, of all or of some`(
    type: ElementType, layout: MatrixLayout
  ) throws {
    let matrix = try Self.matrix(type, layout)
    for rows in [nil, [99, 3, 3, 0, 57].map { Int32($0) }, [100]] {
      for threads in [1, 3] {
        let found = try Standardization(of: matrix.elements, from: 3, rows: rows, work: WorkContext(threads: threads))
        #expect(found.means.count == 147 && found.firstColumn == 3)
        for column in 3..<150 {
          let expected = Self.expected(matrix, rows: rows?.map { Int($0) } ?? Array(0..<101), column: column)
          #expect(found.means[column - 3].bitPattern == expected.mean.bitPattern || expected.mean.isNaN)
          #expect(found.scales[column - 3].bitPattern == expected.scale.bitPattern || expected.scale.isNaN)
        }
      }
    }
  }

  @Test(arguments: ElementType.allCases, MatrixLayout.allCases)
  func `values become their z-scores from the first column on`(type: ElementType, layout: MatrixLayout) throws {
    let plain = try Self.matrix(type, layout)
    for threads in [1, 4] {
      var matrix = try Self.matrix(type, layout)
      let found = try Standardization(of: plain.elements, from: 2, work: WorkContext(threads: threads))
      do {
        var elements = matrix.mutableElements
        try found.apply(to: &elements, work: WorkContext(threads: threads))
      }
      for row in 0..<101 {
        for column in 0..<150 {
          let score =
            column < 2 ? plain[row, column] : (plain[row, column] - found.means[column - 2]) / found.scales[column - 2]
          let rounded = type == .float32 ? Double(Float(score)) : score
          #expect(matrix[row, column].bitPattern == rounded.bitPattern || matrix[row, column].isNaN && rounded.isNaN)
        }
      }
    }
  }

  @Test func `without rows there is nothing to take, and columns before the first stay in the whole`() throws {
    let matrix = try Self.matrix(.float32, .rowMajor)
    let none = try Standardization(of: matrix.elements, from: 148, rows: [], work: WorkContext())
    #expect(none.means.allSatisfy(\.isNaN) && none.means.count == 2)
    let whole = Standardization(firstColumn: 2, means: [5], scales: [7]).ofEveryColumn
    #expect(whole.firstColumn == 0 && whole.means == [0, 0, 5] && whole.scales == [1, 1, 7])
  }
}
