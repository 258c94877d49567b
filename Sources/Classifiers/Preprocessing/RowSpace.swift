// RowSpace.swift -- few rows of many columns, written by as many numbers as there are rows.

import Base
import CBLAS

/// An orthonormal basis of the space that some rows span, for rows that have far more columns than there are rows.
///
/// A linear model with a penalty on |w|² has its optimum in that space, and lengths and products are the same in it, so it may be
/// found there: rows² x columns of work and memory for a few rows, where the columns themselves would take columns³.
///
/// Directions in which the rows reach less than about 3e-8 of the farthest are left out: they drown in the rounding of sums of
/// squares.
struct RowSpace: Sendable {
  /// The basis, a vector in each row of as many entries as there are columns.
  let basis: [Double]
  /// The number of vectors.
  let rank: Int
  /// The number of columns.
  let columns: Int

  /// What an eigenvalue must be beside the greatest, for each row.
  private static let leastEigenvalue = 1e-15

  /// Whether rows are so few that it is worth the while.
  static func suits(rows: Int, columns: Int) -> Bool { rows > 0 && 2 * rows <= columns }

  /// Finds the basis of the columns from `first` on.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when squares of the values overflow.
  /// - Complexity: O(rows² x columns + rows³).
  init(of rows: DenseRows, from first: Int = 0) throws(EngramError) {
    try loadBLAS()
    let (count, columns) = (rows.count, rows.columns - first)
    self.columns = columns
    var products = [Double](repeating: 0, count: count * count)
    // SAFETY: the rows have `columns` numbers from `first` on, and `products` is count x count.
    unsafe engram_dgemm(
      0, 1, Int32(count), Int32(count), Int32(columns), 1, rows.values + first, Int32(rows.stride), rows.values + first,
      Int32(rows.stride), 0, &products, Int32(count))
    let mix = try Self.whitening(products, size: count, dropsSmall: true)
    var basis = [Double](repeating: 0, count: mix.rank * columns)
    if mix.rank > 0 {
      // SAFETY: `mix` is rank x count, the rows count x columns, `basis` rank x columns.
      unsafe engram_dgemm(
        0, 0, Int32(mix.rank), Int32(columns), Int32(count), 1, mix.rows, Int32(count), rows.values + first,
        Int32(rows.stride), 0, &basis, Int32(columns))
    }
    rank = mix.rank
    self.basis = rank > 0 ? try Self.straightened(basis, rank: rank, columns: columns) : basis
  }

  /// Makes vectors that are nearly orthonormal so once more: what rounding mixed into those of small eigenvalues goes.
  private static func straightened(_ basis: [Double], rank: Int, columns: Int) throws(EngramError) -> [Double] {
    var products = [Double](repeating: 0, count: rank * rank)
    // SAFETY: `basis` is rank x columns, and `products` rank x rank.
    unsafe engram_dgemm(
      0, 1, Int32(rank), Int32(rank), Int32(columns), 1, basis, Int32(columns), basis, Int32(columns), 0, &products,
      Int32(rank))
    let mix = try whitening(products, size: rank, dropsSmall: false)
    var straight = [Double](repeating: 0, count: rank * columns)
    // SAFETY: `mix` is rank x rank, `basis` and `straight` are rank x columns.
    unsafe engram_dgemm(
      0, 0, Int32(rank), Int32(columns), Int32(rank), 1, mix.rows, Int32(rank), basis, Int32(columns), 0, &straight,
      Int32(columns))
    return straight
  }

  /// Combinations of vectors, one in each row, that are orthonormal, from the vectors' products; greatest first.
  private static func whitening(
    _ products: [Double], size: Int, dropsSmall: Bool
  ) throws(EngramError) -> (rows: [Double], rank: Int) {
    guard products.allSatisfy(\.isFinite) else { throw OneVersusRest.overflow }
    var vectors = products
    var values = [Double](repeating: 0, count: size)
    // SAFETY: `vectors` is size x size and `values` has a place for each.
    let info = unsafe engram_dsyevd(Int32(size), &vectors, Int32(size), &values)
    guard info == 0, let greatest = values.last, greatest.isFinite else {
      throw EngramError(
        .invalidData, "the directions of the rows cannot be worked out", found: "LAPACK dsyevd says \(info)",
        mend: "standardize the columns, whose scales may differ too much")
    }
    let least = dropsSmall ? greatest * leastEigenvalue * Double(size) : 0
    var mix: [Double] = []
    for index in (0..<size).reversed() where values[index] > least {
      let scale = 1 / values[index].squareRoot()
      mix += vectors[(index * size)..<((index + 1) * size)].map { $0 * scale }
    }
    return (mix, size > 0 ? mix.count / size : 0)
  }

  /// The rows by the basis: their products with each of its vectors.
  func coordinates(of rows: DenseRows, from first: Int = 0) throws(EngramError) -> DenseRows {
    let reduced = try DenseRows(count: rows.count, columns: rank)
    if rank == 0 { return reduced }
    // SAFETY: the rows have `columns` numbers from `first` on, the basis is rank x columns, and each row of `reduced` has `rank`.
    unsafe engram_dgemm(
      0, 1, Int32(rows.count), Int32(rank), Int32(columns), 1, rows.values + first, Int32(rows.stride), basis,
      Int32(columns), 0, reduced.values, Int32(reduced.stride))
    return reduced
  }

  /// The vectors in columns that have some coordinates, one after the other.
  func unfolded(_ coordinates: [Double]) -> [Double] {
    let count = rank > 0 ? coordinates.count / rank : 0
    var vectors = [Double](repeating: 0, count: count * columns)
    if count == 0 { return [Double](repeating: 0, count: columns) }
    // SAFETY: `coordinates` is count x rank, the basis rank x columns, and `vectors` count x columns.
    unsafe engram_dgemm(
      0, 0, Int32(count), Int32(columns), Int32(rank), 1, coordinates, Int32(rank), basis, Int32(columns), 0, &vectors,
      Int32(columns))
    return vectors
  }
}
