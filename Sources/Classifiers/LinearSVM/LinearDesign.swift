// LinearDesign.swift -- the columns that a linear model sees, made from those of the feature matrix.

import Base
import TrajectoryModel

/// The rows of a linear model: a constant 1, the position columns, then the others or their principal components.
///
/// Components stand last and greatest first, so the design for fewer components is the first columns of this one.
struct LinearDesign: Sendable {
  /// The rows.
  let rows: DenseRows
  /// The number of position columns.
  let positionCount: Int
  /// How the columns after the positions were z-scored, if they were.
  let standardization: Standardization?
  /// What the columns after the positions were projected on, if they were.
  let components: PrincipalComponents?
  /// The space that few rows of many columns span, in whose coordinates the rows are; nil where they are in columns.
  let space: RowSpace?
  /// The number of columns of the feature matrix.
  let columnCount: Int

  /// Makes the design from rows of a matrix, with all components if it is to be reduced.
  ///
  /// With `mayTurn`, few rows of many columns are turned into the space that they span: a solver that looks at rows and their
  /// products alone finds the same there.
  init(
    _ features: borrowing Matrix, columns: FeatureLayout, rows: [Int32], standardizes: Bool, reduces: Bool,
    mayTurn: Bool, work: WorkContext
  ) throws(EngramError) {
    positionCount = columns.positionCount
    columnCount = columns.columnCount
    let first = 1 + positionCount
    let plain = try DenseRows(count: rows.count, columns: 1 + columnCount)
    try plain.fill(from: features, 0..<columnCount, rows: rows, at: 1, work: work)
    let scores = standardizes ? try Standardization(of: plain.elements, from: first, work: work) : nil
    // The constant 1 stands before the columns of the feature matrix.
    try scores?.requireFiniteScales(offset: 1)
    try plain.change { (elements) throws(EngramError) in try scores?.apply(to: &elements, work: work) }
    standardization = scores
    if reduces {
      let components = try PrincipalComponents(centering: plain, from: first, work: work)
      let reduced = try DenseRows(count: rows.count, columns: first + components.count)
      try reduced.fill(from: features, 0..<positionCount, rows: rows, at: 1, work: work)
      try components.project(
        plain, from: first, onto: components.count, into: reduced, at: first, work: work)
      for row in 0..<rows.count { reduced[row, 0] = 1 }
      (self.components, self.rows, space) = (components, reduced, nil)
      return
    }
    components = nil
    for row in 0..<rows.count { plain[row, 0] = 1 }
    if mayTurn, RowSpace.suits(rows: rows.count, columns: plain.columns) {
      let space = try RowSpace(of: plain, work: work)
      (self.space, self.rows) = (space, try space.coordinates(of: plain, work: work))
    } else {
      (space, self.rows) = (nil, plain)
    }
  }

  /// Why a number of components cannot be had, or nil when it can.
  func refusal(of count: Int?) -> String? {
    guard let count, let components, count > components.count else { return nil }
    return "\(count) principal components of \(rows.count) rows and \(components.means.count) columns cannot be had"
  }

  /// The columns of the design for a number of components.
  func width(components count: Int?) -> Int { count.map { 1 + positionCount + $0 } ?? rows.columns }

  /// The intercept and the weight of each column of the feature matrix, of its z-score where it has one.
  func columnWeights(_ weights: [Double]) -> (intercept: Double, weights: [Double]) {
    let weights = space?.unfolded(weights) ?? weights
    let positions = weights[1..<(1 + positionCount)]
    let rest = weights[(1 + positionCount)...]
    guard let components else { return (weights[0], Array(positions + rest)) }
    let unfolded = components.columnWeights(rest)
    let shift = zip(unfolded, components.means).reduce(0) { $0 + $1.0 * $1.1 }
    return (weights[0] - shift, Array(positions) + unfolded)
  }
}
