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
  /// The number of columns of the feature matrix.
  let columnCount: Int

  /// Makes the design from rows of a matrix, with all components if it is to be reduced.
  init(
    _ features: borrowing Matrix, columns: FeatureLayout, rows: [Int32], standardizes: Bool, reduces: Bool,
    work: WorkContext
  ) throws(EngramError) {
    positionCount = columns.positionCount
    columnCount = columns.columnCount
    let first = 1 + positionCount
    let plain = try DenseRows(count: rows.count, columns: 1 + columnCount)
    try plain.fill(from: features, 0..<columnCount, rows: rows, at: 1, work: work)
    let scores = standardizes ? try Standardization(of: plain.elements, from: first, work: work) : nil
    try plain.change { (elements) throws(EngramError) in try scores?.apply(to: &elements, work: work) }
    standardization = scores
    if reduces {
      let components = try PrincipalComponents(centering: plain, from: first, work: work)
      let reduced = try DenseRows(count: rows.count, columns: first + components.count)
      try reduced.fill(from: features, 0..<positionCount, rows: rows, at: 1, work: work)
      try components.project(
        plain, from: first, onto: components.count, into: reduced, at: first, work: work)
      self.components = components
      self.rows = reduced
    } else {
      components = nil
      self.rows = plain
    }
    for row in 0..<rows.count { self.rows[row, 0] = 1 }
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
    let positions = weights[1..<(1 + positionCount)]
    let rest = weights[(1 + positionCount)...]
    guard let components else { return (weights[0], Array(positions + rest)) }
    let unfolded = components.columnWeights(rest)
    let shift = zip(unfolded, components.means).reduce(0) { $0 + $1.0 * $1.1 }
    return (weights[0] - shift, Array(positions) + unfolded)
  }
}
