// GroupDistances.swift -- how far each query is from the nearest row of every group.

package import Base
import CBLAS
import CClassifierKernels

/// How far each of some queries is from the nearest row of every group, such as the nearest layer of every run.
///
/// Distances are Euclidean, by |q - x|² = |q|² - 2 q·x + |x|², the scalar products as one matrix product of a tile at a
/// time; so a distance of 0 may come out as a few thousandths of the length of the rows.
package struct GroupDistances: Sendable, Hashable {
  /// Queries and rows of one matrix product: the products stay in the cache of a core.
  private static let queryTile = 64
  private static let rowTile = 2_048

  /// queries x ``groupCount``: the distance to the nearest row of each group, row by row; infinite without rows.
  package let distances: [Float]
  /// Which row that is; -1 without rows.
  package let rows: [Int32]
  /// The number of groups.
  package let groupCount: Int

  /// Measures by brute force.
  ///
  /// - Parameters:
  ///   - queries: Rows to look from.
  ///   - rows: Rows to look at, on the same scale.
  ///   - groups: The group of each of `rows`.
  ///   - groupCount: The number of groups.
  ///   - work: How the work is done; it does not change the result.
  /// - Throws: ``EngramError`` with code `notFound` when OpenBLAS is not installed, `limit` when it lacks memory, `cancelled`.
  /// - Complexity: O(queries x rows x columns), at the speed of a matrix product.
  package init(
    from queries: ScaledRows, to rows: ScaledRows, groups: [Int32], groupCount: Int, work: WorkContext
  ) throws(EngramError) {
    precondition(queries.columnCount == rows.columnCount, "queries and rows have the same columns")
    precondition(groups.count == rows.count, "every row has a group")
    try loadBLAS()
    self.groupCount = groupCount
    var distances = [Float](repeating: .infinity, count: queries.count * groupCount)
    var nearest = [Int32](repeating: -1, count: queries.count * groupCount)
    if groupCount > 0 {
      let size = Self.queryTile * groupCount
      try parallelFor(parts: &distances, of: size, and: &nearest, of: size, work: work) {
        (tile, distances, nearest) throws(EngramError) in
        let first = tile * Self.queryTile
        let range = first..<min(first + Self.queryTile, queries.count)
        unsafe distances.withUnsafeMutableBufferPointer { distances in
          unsafe nearest.withUnsafeMutableBufferPointer { nearest in
            guard let distances = distances.baseAddress, let nearest = nearest.baseAddress else { return }
            // SAFETY: a tile has the rows of its queries in both arrays.
            unsafe Self.search(range, of: queries, among: rows, groups, groupCount, distances, nearest)
          }
        }
      }
    }
    self.distances = distances.map { max(0, $0).squareRoot() }
    self.rows = nearest
  }

  /// Fills the rows of a tile of queries.
  @unsafe private static func search(
    _ tile: Range<Int>, of queries: ScaledRows, among rows: ScaledRows, _ groups: [Int32], _ groupCount: Int,
    _ distances: UnsafeMutablePointer<Float>, _ nearest: UnsafeMutablePointer<Int32>
  ) {
    let columns = queries.columnCount
    var products = [Float](repeating: 0, count: tile.count * rowTile)
    unsafe queries.values.withUnsafeBufferPointer { queryBuffer in
      unsafe rows.values.withUnsafeBufferPointer { rowBuffer in
        unsafe products.withUnsafeMutableBufferPointer { productBuffer in
          guard let query = queryBuffer.baseAddress, let row = rowBuffer.baseAddress,
            let product = productBuffer.baseAddress
          else { return }
          for first in stride(from: 0, to: rows.count, by: rowTile) {
            let count = min(rowTile, rows.count - first)
            // SAFETY: `tile` and `first ..< first + count` are rows of the two blocks, and `product` has room for all
            // pairs of them.
            unsafe engram_sgemm(
              0, 1, Int32(tile.count), Int32(count), Int32(columns), 1, query + tile.lowerBound * columns,
              Int32(columns), row + first * columns, Int32(columns), 0, product, Int32(rowTile))
            unsafe groups.withUnsafeBufferPointer { groupBuffer in
              unsafe rows.squaredNorms.withUnsafeBufferPointer { normBuffer in
                guard let group = groupBuffer.baseAddress, let norm = normBuffer.baseAddress else { return }
                for index in 0..<tile.count {
                  // SAFETY: every group is below `groupCount`, and a query has so many elements of both results.
                  unsafe engram_nearest_of_groups(
                    product + index * rowTile, norm + first, group + first, count,
                    queries.squaredNorms[tile.lowerBound + index], Int32(first), distances + index * groupCount,
                    nearest + index * groupCount)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The nearest row to a query among the groups that satisfy a condition; of equals that of the lowest group.
  ///
  /// - Returns: Its distance, the row and its group; nil when no such group has a row.
  package func nearest(
    to query: Int, where isWanted: (Int) -> Bool = { _ in true }
  ) -> (distance: Float, row: Int, group: Int)? {
    var best: Int?
    for group in 0..<groupCount where rows[query * groupCount + group] >= 0 && isWanted(group) {
      if let known = best, distances[query * groupCount + known] <= distances[query * groupCount + group] { continue }
      best = group
    }
    return best.map { group in
      let place = query * groupCount + group
      return (distances[place], Int(rows[place]), group)
    }
  }
}
