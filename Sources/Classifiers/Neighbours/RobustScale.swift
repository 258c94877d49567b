// RobustScale.swift -- columns put on one scale on which extreme values stay comparable.

package import Base
import CClassifierKernels
package import TrajectoryModel

/// Puts columns on one scale, on which extreme values stay comparable: asinh((x - median) / (1.4826 MAD)).
///
/// Statistics of trajectories span many powers of ten, so that after a z-score, or a division by the median absolute
/// deviation alone, a few columns decide every distance. The inverse hyperbolic sine (Burbidge, Magee and Robb 1988) is
/// linear near the median and logarithmic in the tails, and, unlike ranks, tells values beyond the range that was seen
/// apart. 1.4826 makes the median absolute deviation that of a normal distribution (Rousseeuw and Croux 1993).
package struct RobustScale: Sendable, Hashable {
  private static let normalConsistency = 1.4826
  /// Rows that a thread scales at a time.
  private static let rowBlock = 512

  /// The median of each column.
  package let centres: [Double]
  /// What is divided by: 1.4826 MAD.
  ///
  /// Where more than half of the values are equal, the mean absolute deviation from the median; where all are, that
  /// value's magnitude, or 1.
  package let scales: [Double]

  /// Takes the scale of each column of a matrix of at least one row; all values are finite.
  ///
  /// - Complexity: O(rows log rows) for each column.
  package init(
    of matrix: borrowing Matrix, work: WorkContext
  ) throws(EngramError) {
    precondition(matrix.rows > 0, "a scale is taken of at least one row")
    let source = matrix.elements
    var found = [SIMD2<Double>](repeating: .zero, count: matrix.columns)
    try parallelFor(parts: &found, of: 1, work: work) { (column, scale) throws(EngramError) in
      var values: [Double] = []
      values.reserveCapacity(source.rows)
      for row in 0..<source.rows { values.append(source[row, column]) }
      scale[0] = Self.scale(of: &values)
    }
    centres = found.map(\.x)
    scales = found.map(\.y)
  }

  /// The centre and the scale of some values, which are sorted on the way.
  private static func scale(of values: inout [Double]) -> SIMD2<Double> {
    values.sort()
    let centre = middle(values)
    for index in values.indices { values[index] = abs(values[index] - centre) }
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    values.sort()
    let deviation = normalConsistency * middle(values)
    let scale = deviation > 0 ? deviation : mean > 0 ? mean : centre != 0 ? abs(centre) : 1
    return SIMD2(centre, max(scale, .leastNormalMagnitude))
  }

  private static func middle(_ sorted: [Double]) -> Double {
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2
  }

  /// The rows of a matrix of the same columns on this scale.
  ///
  /// - Complexity: O(values).
  package func rows(
    of matrix: borrowing Matrix, work: WorkContext
  ) throws(EngramError) -> ScaledRows {
    try matrix.requireColumns(centres.count)
    let source = matrix.elements
    var values = [Float](repeating: 0, count: source.rows * source.columns)
    var norms = [Float](repeating: 0, count: source.rows)
    if source.columns == 0 { return ScaledRows(values: values, squaredNorms: norms, columnCount: 0) }
    try parallelFor(
      parts: &norms, of: Self.rowBlock, and: &values, of: Self.rowBlock * source.columns, work: work
    ) { (block, norms, values) throws(EngramError) in
      source.squash(from: block * Self.rowBlock, centres: centres, scales: scales, into: &values, &norms)
    }
    return ScaledRows(values: values, squaredNorms: norms, columnCount: source.columns)
  }
}

/// Rows on a robust scale, row-major.
package struct ScaledRows: Sendable, Hashable {
  /// rows x ``columnCount``, row by row.
  package let values: [Float]
  /// The squared length of each row.
  package let squaredNorms: [Float]
  /// The number of columns.
  package let columnCount: Int

  /// The number of rows.
  package var count: Int { squaredNorms.count }

  /// Some of the rows, in the order given.
  package func rows(_ wanted: [Int]) -> ScaledRows {
    var chosen: [Float] = []
    chosen.reserveCapacity(wanted.count * columnCount)
    for row in wanted { chosen.append(contentsOf: values[(row * columnCount)..<((row + 1) * columnCount)]) }
    return ScaledRows(values: chosen, squaredNorms: wanted.map { squaredNorms[$0] }, columnCount: columnCount)
  }
}

extension MatrixSpan {
  /// Scales rows from `first` on into a dense block, with a squared length for each.
  fileprivate func squash(
    from first: Int, centres: [Double], scales: [Double], into values: inout MutableSpan<Float>,
    _ norms: inout MutableSpan<Float>
  ) {
    precondition(first + norms.count <= rows && values.count == norms.count * columns, "the rows are of the matrix")
    let count = norms.count
    // SAFETY: the kernel reads rows and columns of the matrix and fills both blocks.
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe norms.withUnsafeMutableBufferPointer { norms in
        guard let base = unsafe base, let out = values.baseAddress, let lengths = norms.baseAddress else { return }
        if elementType == .float32 {
          unsafe engram_squash_32(
            base.assumingMemoryBound(to: Float.self) + first * rowStride, count, rowStride, columnStride, columns,
            centres, scales, out, lengths)
        } else {
          unsafe engram_squash_64(
            base.assumingMemoryBound(to: Double.self) + first * rowStride, count, rowStride, columnStride, columns,
            centres, scales, out, lengths)
        }
      }
    }
  }
}
