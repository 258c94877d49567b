// LinearProblem.swift -- the rows of a linear model and their classes, as solvers see them.

import CClassifierKernels

/// The first columns of a design and the class of each row; what the solvers of all classes and costs share.
final class LinearProblem: Sendable {
  /// The rows, of which only the first `columns` columns count.
  let rows: DenseRows
  /// The number of columns.
  let columns: Int
  /// For each row the place of its class.
  let classes: [Int32]
  /// Sums of products of any two columns of `rows`, upper triangle; or empty where no solver needs them.
  let gram: [Double]

  /// Makes a problem.
  init(_ rows: DenseRows, columns: Int, classes: [Int32], gram: [Double]) {
    self.rows = rows
    self.columns = columns
    self.classes = classes
    self.gram = gram
  }

  /// The number of columns rounded up to whole vectors.
  var width: Int { DenseRows.width(of: columns) }

  /// +1 on the rows of a class, -1 on the others.
  func targets(of place: Int) -> [Double] { classes.map { $0 == Int32(place) ? 1 : -1 } }

  /// The product of target and w·x of each row; `weights` has `width` elements, zeros beyond `columns`.
  func margins(of weights: [Double], _ targets: [Double]) -> [Double] {
    var products = [Double](repeating: 0, count: rows.count)
    // SAFETY: each row has at least `width` elements, and `products` a place for each row.
    unsafe engram_row_products(rows.values, rows.count, rows.stride, width, weights, &products)
    for row in products.indices { products[row] *= targets[row] }
    return products
  }

  /// The value of the function at some weights, and how far it is at most above the minimum.
  ///
  /// The duals 2 C max(0, 1 - margin) are feasible, and their duality gap is half the squared length of the gradient; a
  /// `dualObjective`, the value of the dual function at a feasible point, may be nearer. `weights` has `width`
  /// elements, zeros beyond `columns`.
  func evaluate(
    _ weights: [Double], _ targets: [Double], cost: Double, dualObjective: Double = -.infinity
  ) -> (objective: Double, gap: Double) {
    let margins = margins(of: weights, targets)
    var gradient = weights
    var loss = 0.0
    let active = margins.indices.filter { margins[$0] < 1 }
    let factors = active.map { -2 * cost * targets[$0] * (1 - margins[$0]) }
    for row in active { loss += (1 - margins[row]) * (1 - margins[row]) }
    // SAFETY: the indices are rows, and `gradient` has `width` elements.
    unsafe engram_add_rows(
      rows.values, rows.stride, width, active.map { Int32($0) }, factors, active.count, &gradient, nil)
    let objective = 0.5 * weights.reduce(0) { $0 + $1 * $1 } + cost * loss
    let bound = 0.5 * gradient[..<columns].reduce(0) { $0 + $1 * $1 }
    return (objective, min(bound, max(0, objective - dualObjective)))
  }
}
