// NeighbourTests.swift -- distances on a robust scale, and how unusual they are.

import Base
import Classifiers
import Foundation
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct NeighbourTests {
  /// A matrix of values that span several powers of ten.
  private static func matrix(
    rows: Int, columns: Int, seed: UInt64, elementType: ElementType = .float32, layout: MatrixLayout = .rowMajor
  ) throws -> Matrix {
    var random = SeededGenerator(seed: seed)
    let values = (0..<(rows * columns)).map { _ in Float(exp(Double.random(in: -6...6, using: &random))) }
    return try filledMatrix(rows: rows, columns: columns, elementType: elementType, layout: layout) {
      Double(values[$0 * columns + $1])
    }
  }

  @Test func `a column is put on the scale of its median and median absolute deviation`() throws {
    let values: [[Double]] = [[1, 7, 0, 5], [2, 7, 0, 5], [3, 7, 0, 5], [4, 7, 0, 5], [100, 7, 0, 9]]
    let matrix = try filledMatrix(rows: 5, columns: 4) { values[$0][$1] }
    let scale = try RobustScale(of: matrix, work: WorkContext(threads: 2))
    #expect(scale.centres == [3, 7, 0, 5])
    // Deviations 2 1 0 1 97; a constant column by its magnitude, or 1; one with more than half equal by the mean deviation.
    #expect(scale.scales == [1.4826, 7, 1, 0.8])
    let rows = try scale.rows(of: matrix, work: WorkContext(threads: 2))
    #expect(abs(rows.values[16] - Float(asinh(97 / 1.4826))) < 1e-6)
    #expect(rows.values[1] == 0)
    #expect(abs(rows.values[19] - Float(asinh(4 / 0.8))) < 1e-6)
  }

  @Test func `the scale is the same for either type and layout, and any number of threads`() throws {
    let expected = try Self.matrix(rows: 700, columns: 5, seed: 3)
    let scale = try RobustScale(of: expected, work: WorkContext(threads: 1))
    let rows = try scale.rows(of: expected, work: WorkContext(threads: 1))
    for layout in MatrixLayout.allCases {
      for type in [ElementType.float32, .float64] {
        let other = try Self.matrix(rows: 700, columns: 5, seed: 3, elementType: type, layout: layout)
        let otherScale = try RobustScale(of: other, work: WorkContext(threads: 3))
        #expect(otherScale == scale)
        #expect(try otherScale.rows(of: other, work: WorkContext(threads: 3)) == rows)
      }
    }
  }

  @Test func `the greatest values there are stay finite`() throws {
    let matrix = try filledMatrix(rows: 2, columns: 1, elementType: .float64) { row, _ in row == 0 ? 0 : 1 }
    let scale = try RobustScale(of: matrix, work: WorkContext(threads: 1))
    let extreme = try filledMatrix(rows: 1, columns: 1, elementType: .float64) { _, _ in .greatestFiniteMagnitude }
    #expect(try scale.rows(of: extreme, work: WorkContext(threads: 1)).values[0].isFinite)
  }

  @Test func `the nearest row of each group is that of a plain search, on any number of threads`() throws {
    let (rowCount, queryCount, groupCount) = (5_000, 130, 7)
    let matrix = try Self.matrix(rows: rowCount, columns: 9, seed: 5)
    let scale = try RobustScale(of: matrix, work: WorkContext(threads: 1))
    let rows = try scale.rows(of: matrix, work: WorkContext(threads: 1))
    let queries = try scale.rows(
      of: try Self.matrix(rows: queryCount, columns: 9, seed: 6), work: WorkContext(threads: 1))
    let groups = (0..<rowCount).map { Int32($0 * $0 % groupCount) }
    let found = try GroupDistances(
      from: queries, to: rows, groups: groups, groupCount: groupCount, work: WorkContext(threads: 1))
    #expect(
      try GroupDistances(from: queries, to: rows, groups: groups, groupCount: groupCount, work: WorkContext(threads: 4))
        == found)
    for query in 0..<queryCount {
      var best = [Double](repeating: .infinity, count: groupCount)
      for row in 0..<rowCount {
        let distance = (0..<9).reduce(0.0) {
          let difference = Double(queries.values[query * 9 + $1]) - Double(rows.values[row * 9 + $1])
          return $0 + difference * difference
        }.squareRoot()
        best[Int(groups[row])] = min(best[Int(groups[row])], distance)
      }
      for group in 0..<groupCount {
        // 3 and 6 modulo 7 are squares of nothing, so those groups are empty.
        #expect(best[group].isInfinite == found.distances[query * groupCount + group].isInfinite)
        guard best[group].isFinite else { continue }
        #expect(abs(Double(found.distances[query * groupCount + group]) - best[group]) < 1e-3)
      }
      let nearest = try #require(found.nearest(to: query))
      #expect(abs(Double(nearest.distance) - (best.min() ?? 0)) < 1e-3)
      #expect(groups[nearest.row] == Int32(nearest.group))
    }
    #expect(found.nearest(to: 0) { $0 == 3 } == nil)
  }

  @Test func `a p-value counts reference distances`() {
    let novelty = Novelty(reference: [3, 1, 2, .infinity, 4])
    #expect(novelty.reference == [1, 2, 3, 4])
    #expect([0, 2, 2.5, 9].map { novelty.pValue(of: $0) } == [1, 0.8, 0.6, 0.2])
  }

  @Test func `p-values of examples like the reference are uniform`() {
    var random = SeededGenerator(seed: 8)
    let novelty = Novelty(reference: (0..<999).map { _ in Float.random(in: 0..<1, using: &random) })
    let pValues = (0..<10_000).map { _ in novelty.pValue(of: Float.random(in: 0..<1, using: &random)) }
    for level in [0.01, 0.05, 0.5] {
      let share = Double(pValues.count { $0 <= level }) / 10_000
      #expect(abs(share - level) < 0.03, "seed 8: \(share) of p-values at most \(level)")
    }
  }
}
