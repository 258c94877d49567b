// RowSpace.swift -- few rows of many columns, written by as many numbers as there are rows.

import Base

/// An orthonormal basis of the space that some rows span, for rows that have far more columns than there are rows.
///
/// A linear model with a penalty on |w|² has its optimum in that space, and lengths and products are the same in it, so it may be
/// found there: rows² x columns of work and memory for a few rows, where the columns themselves would take columns³.
///
/// Directions in which the rows reach less than about 3e-8 of the farthest are left out: they drown in the rounding of sums of
/// squares.
struct RowSpace: Sendable {
  /// The basis, a vector in each row of as many entries as there are columns.
  private let basis: DenseRows

  /// The number of vectors.
  var rank: Int { basis.count }

  /// What an eigenvalue must be beside the greatest, for each row.
  private static let leastEigenvalue = 1e-15

  /// Whether rows are so few that it is worth the while.
  static func suits(rows: Int, columns: Int) -> Bool { rows > 0 && 2 * rows <= columns }

  /// Finds the basis of the columns from `first` on.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when squares of the values overflow, or `cancelled`.
  /// - Complexity: O(rows² x columns + rows³).
  init(of rows: DenseRows, from first: Int = 0, work: WorkContext) throws(EngramError) {
    let products = try rows.products(with: rows, from: first, otherFrom: first, work: work)
    let bent = try Self.whitening(products, dropsSmall: true, work: work).sums(of: rows, from: first, work: work)
    // What rounding mixed into vectors of small eigenvalues goes when they are made orthonormal once more.
    let mix = try Self.whitening(try bent.products(with: bent, work: work), dropsSmall: false, work: work)
    basis = try mix.sums(of: bent, work: work)
  }

  /// Combinations of vectors, one in each row, that are orthonormal, from the vectors' products; greatest first.
  private static func whitening(
    _ products: DenseRows, dropsSmall: Bool, work: WorkContext
  ) throws(EngramError) -> DenseRows {
    let size = products.count
    var vectors = (0..<size).flatMap { products.row($0) }
    let values = try LAPACK.eigenvectors(&vectors, size: size, of: "the directions of the rows", work: work)
    let least = dropsSmall ? (values.last ?? 0) * leastEigenvalue * Double(size) : 0
    let kept = values.indices.reversed().filter { values[$0] > least }
    let mix = try DenseRows(count: kept.count, columns: size)
    for (row, index) in kept.enumerated() {
      let scale = 1 / values[index].squareRoot()
      for column in 0..<size { mix[row, column] = vectors[index * size + column] * scale }
    }
    return mix
  }

  /// The rows by the basis: their products with each of its vectors.
  func coordinates(of rows: DenseRows, from first: Int = 0, work: WorkContext) throws(EngramError) -> DenseRows {
    try rows.products(with: basis, from: first, work: work)
  }

  /// The vectors in columns that have some coordinates, a vector in each row.
  func unfolded(_ coordinates: DenseRows, work: WorkContext) throws(EngramError) -> DenseRows {
    try coordinates.sums(of: basis, work: work)
  }

  /// The vector in columns that has some coordinates.
  ///
  /// - Complexity: O(rank x columns).
  func unfolded(_ coordinates: [Double]) -> [Double] {
    var vector = [Double](repeating: 0, count: basis.columns)
    for (row, factor) in coordinates.enumerated() {
      for column in vector.indices { vector[column] += factor * basis[row, column] }
    }
    return vector
  }
}
