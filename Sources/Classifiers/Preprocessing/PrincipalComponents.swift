// PrincipalComponents.swift -- the directions in which training rows vary most.

package import Base
import CBLAS
import TrajectoryModel

/// The principal components of training rows, exactly, from the eigenvectors of their covariance matrix.
///
/// Variances below 1e-16 of the greatest are lost in rounding: columns of very different scales want z-scores first.
///
/// This is scikit-learn's `svd_solver="covariance_eigh"`, which it also chooses by itself for matrices of these shapes.
/// The first k components are the same whatever the number asked for, so one decomposition serves every number. The
/// sign of each is such that its entry of the greatest magnitude is positive, the first one where several are equal.
package struct PrincipalComponents: Sendable {
  /// The mean of each column, subtracted before the components are applied.
  package let means: [Double]
  /// The components, greatest variance first; each is a row of as many entries as there are columns.
  package let components: [Double]
  /// The variance of the training rows along each component, with n - 1 in the denominator as scikit-learn has it.
  package let explainedVariance: [Double]

  /// The number of components: the lesser of rows and columns.
  package var count: Int { explainedVariance.count }

  /// Decomposes the columns from `first` on, from which it subtracts their means.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when there are fewer than two rows, no column, or
  ///   no eigenvalues to be found.
  /// - Complexity: O(rows x columns² + columns³).
  package init(centering rows: DenseRows, from first: Int = 0, work: WorkContext) throws(EngramError) {
    let columns = rows.columns - first
    guard rows.count >= 2, columns >= 1 else {
      throw EngramError(
        .invalidData, "principal components need more rows or columns", expected: "at least 2 rows and 1 column",
        found: "\(rows.count) rows, \(columns) columns")
    }
    let center = try Standardization(of: rows.elements, from: first, work: work).centering
    means = center.means
    try rows.change { (elements) throws(EngramError) in try center.apply(to: &elements, work: work) }
    let kept = min(rows.count, columns)
    var components: [Double] = []
    components.reserveCapacity(kept * columns)
    var variances: [Double] = []
    // Few rows of many columns vary in no direction outside of the space that they span.
    let isWide = RowSpace.suits(rows: rows.count, columns: columns)
    if isWide {
      let space = try RowSpace(of: rows, from: first, work: work)
      let coordinates = try space.coordinates(of: rows, from: first, work: work)
      let found = try Self.axes(of: coordinates, from: 0, work: work)
      variances = Array(found.values.reversed())
      let vectors = try DenseRows(count: space.rank, columns: space.rank)
      for row in 0..<space.rank {
        for column in 0..<space.rank {
          vectors[row, column] = found.vectors[(space.rank - 1 - row) * space.rank + column]
        }
      }
      let unfolded = try space.unfolded(vectors, work: work)
      for row in 0..<space.rank { components += Self.turned(unfolded.row(row)) }
      components += [Double](repeating: 0, count: (kept - space.rank) * columns)
      variances += [Double](repeating: 0, count: kept - space.rank)
    } else {
      let found = try Self.axes(of: rows, from: first, work: work)
      variances = Array(found.values.reversed().prefix(kept))
      for index in 0..<kept {
        components += Self.turned(Array(found.vectors[((columns - 1 - index) * columns)...].prefix(columns)))
      }
    }
    self.components = components
    explainedVariance = variances.map { max(0, $0) / Double(rows.count - 1) }
  }

  /// The eigenvalues, ascending, and the unit eigenvectors of the sums of products of centred columns from `first` on.
  private static func axes(
    of rows: DenseRows, from first: Int, work: WorkContext
  ) throws(EngramError) -> (values: [Double], vectors: [Double]) {
    let columns = rows.columns - first
    if columns == 0 { return ([], []) }
    var vectors = try rows.gram(from: first, work: work)
    let values = try LAPACK.eigenvectors(&vectors, size: columns, of: "the principal components", work: work)
    return (values, vectors)
  }

  /// A component with the sign that makes its entry of the greatest magnitude positive.
  private static func turned(_ vector: [Double]) -> [Double] {
    var largest = 0.0
    for entry in vector where abs(entry) > abs(largest) { largest = entry }
    return largest < 0 ? vector.map { -$0 } : vector
  }

  /// Projects centred columns from `first` on onto the first components; writes them to another matrix from `column`
  /// on.
  ///
  /// - Complexity: O(rows x columns x components).
  package func project(
    _ rows: DenseRows, from first: Int = 0, onto count: Int, into target: DenseRows, at column: Int = 0,
    work: WorkContext
  ) throws(EngramError) {
    let columns = means.count
    try rows.forEachBlock(operations: count * columns, work: work) { block in
      // SAFETY: the block is inside both matrices, which are different, and each thread writes rows of its own.
      unsafe engram_dgemm(
        0, 1, Int32(block.count), Int32(count), Int32(columns), 1, rows.values + block.lowerBound * rows.stride + first,
        Int32(rows.stride), components, Int32(columns), 0,
        target.values + block.lowerBound * target.stride + column, Int32(target.stride))
    }
  }

  /// Turns weights of the first components into weights of the columns.
  func columnWeights(_ weights: some Collection<Double>) -> [Double] {
    var sums = [Double](repeating: 0, count: means.count)
    for (component, weight) in weights.enumerated() {
      for column in sums.indices { sums[column] += weight * components[component * sums.count + column] }
    }
    return sums
  }
}
