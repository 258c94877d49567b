// NewtonSolver.swift -- Newton's method for the squared hinge, by ridge regressions on the rows inside the margin.

import Base
import CBLAS
import CClassifierKernels

/// Solves one class against the rest by the finite Newton method.
///
/// With A the sum of x xᵀ and b the sum of t x over the rows with margin below 1, the quadratic that the function is
/// near w has its minimum at (A + I / 2C)⁻¹ b. A step goes towards it as far as is best, which an exact line search
/// finds. From step to step few rows cross the margin, so A and b are kept up to date with those alone; or made anew
/// from the rows inside, or from the sum over all rows less those outside, whichever is least.
///
/// Complexity of a step: O(rows x columns + rows that crossed x columns² + columns³ / 3).
struct NewtonSolver: LinearSolver {
  /// Rows that go into A at a time: as many as make the matrix product fast, few enough to stay in the cache.
  private static let packSize = 256
  /// What is first added to the diagonal, relative to it, when rounding made the matrix indefinite; then ten times
  /// that.
  private static let leastDamping = 1e-15
  private static let mostDamping = 1e-3
  /// The line search ends when the slope is this small beside the first; it takes one to five steps.
  private static let slopeTolerance = 1e-9
  private static let mostLineSteps = 60

  private let problem: LinearProblem
  private let settings: LinearSolverSettings
  private let targets: [Double]
  private let wholeMoment: [Double]
  private var weights: [Double]
  private var margins: [Double]
  private var isActive: [Bool]
  /// A, columns x columns, upper triangle.
  private var gram: [Double]
  /// b.
  private var moment: [Double]

  /// Starts at zero, where every row is inside the margin.
  init(_ problem: LinearProblem, place: Int, _ settings: LinearSolverSettings) throws(EngramError) {
    try loadBLAS()
    self.problem = problem
    self.settings = settings
    let count = problem.rows.count
    targets = problem.targets(of: place)
    var moment = [Double](repeating: 0, count: problem.width)
    // SAFETY: the indices are rows, and `moment` has `width` elements.
    unsafe engram_add_rows(
      problem.rows.values, problem.rows.stride, problem.width, (0..<Int32(count)).map { $0 }, targets, count, &moment,
      nil)
    wholeMoment = moment
    weights = [Double](repeating: 0, count: problem.width)
    margins = [Double](repeating: 0, count: count)
    isActive = [Bool](repeating: true, count: count)
    self.moment = moment
    gram = Self.wholeGram(problem)
  }

  private static func wholeGram(_ problem: LinearProblem) -> [Double] {
    let (columns, stride) = (problem.columns, problem.rows.columns)
    return columns == stride ? problem.gram : (0..<columns).flatMap { problem.gram[($0 * stride)...].prefix(columns) }
  }

  mutating func solve(cost: Double) throws(EngramError) -> [LinearFit] {
    let enough = settings.tolerance * settings.tolerance
    var (iterations, isDone, isStuck) = (0, false, false)
    while !isDone, !isStuck, iterations < settings.maxIterations {
      try settings.options.work.checkCancelled("training was stopped")
      iterations += 1
      guard let (goal, isMinimum) = try minimum(ridge: 0.5 / cost) else { break }
      let goalMargins = problem.margins(of: goal, targets)
      if isMinimum, zip(goalMargins, isActive).allSatisfy({ ($0 < 1) == $1 }) {
        // The same rows are inside the margin there, so the quadratic is the function, and its minimum that of the
        // function.
        (weights, margins, isDone) = (goal, goalMargins, true)
        break
      }
      let line = HingeLine(
        weights: weights, goal: goal, margins: margins, changes: zip(goalMargins, margins).map { $0 - $1 }, cost: cost)
      let first = line.at(0)
      let step = line.best(from: first.slope, tolerance: Self.slopeTolerance, mostSteps: Self.mostLineSteps)
      isStuck = line.at(step).value >= first.value
      guard !isStuck else { break }
      for column in weights.indices { weights[column] += step * (goal[column] - weights[column]) }
      margins = step == 1 ? goalMargins : zip(margins, line.changes).map { $0 + step * $1 }
      try crossMargin()
      isDone = gap(cost: cost) <= enough * line.at(step).value
    }
    let (objective, gap) = problem.evaluate(weights, targets, cost: cost)
    return [
      LinearFit(
        weights: Array(weights[..<problem.columns]),
        convergence: LinearSVMConvergence(
          iterations: iterations, violation: gap / objective, isConverged: isDone, objective: objective, gap: gap))
    ]
  }

  /// Half the squared length of the gradient, by A and b.
  private func gap(cost: Double) -> Double {
    let columns = problem.columns
    var products = [Double](repeating: 0, count: columns)
    for row in 0..<columns {
      var sum = gram[row * columns + row] * weights[row]
      for column in (row + 1)..<max(columns, row + 1) {
        let value = gram[row * columns + column]
        sum += value * weights[column]
        products[column] += value * weights[row]
      }
      products[row] += sum
    }
    let gradient = products.indices.map { weights[$0] + 2 * cost * (products[$0] - moment[$0]) }
    return 0.5 * gradient.reduce(0) { $0 + $1 * $1 }
  }

  /// The minimum of the quadratic that the function is at `weights`, or a point on the way to it when rounding keeps
  /// from it; nil when that cannot be worked out either.
  private func minimum(ridge: Double) throws(EngramError) -> (goal: [Double], isMinimum: Bool)? {
    let columns = problem.columns
    var damping = 0.0
    while damping <= Self.mostDamping {
      var factor = gram
      var goal = moment
      for column in 0..<columns {
        let added = damping * gram[column * (columns + 1)]
        factor[column * (columns + 1)] += ridge + added
        goal[column] += added * weights[column]
      }
      for column in columns..<goal.count { goal[column] = 0 }
      if try LAPACK.solve(&factor, &goal, size: columns, work: settings.options.work) { return (goal, damping == 0) }
      damping = max(Self.leastDamping, 10 * damping)
    }
    return nil
  }

  /// Brings A and b up to date with the rows that are inside the margin now.
  private mutating func crossMargin() throws(EngramError) {
    var (inside, outside, entered, left): ([Int32], [Int32], [Int32], [Int32]) = ([], [], [], [])
    for row in margins.indices {
      let isInside = margins[row] < 1
      if isInside { inside.append(Int32(row)) } else { outside.append(Int32(row)) }
      guard isInside != isActive[row] else { continue }
      if isInside { entered.append(Int32(row)) } else { left.append(Int32(row)) }
      isActive[row] = isInside
    }
    if entered.count + left.count <= min(inside.count, outside.count) {
      try add(entered, factor: 1)
      try add(left, factor: -1)
    } else if inside.count <= outside.count {
      for index in gram.indices { gram[index] = 0 }
      for index in moment.indices { moment[index] = 0 }
      try add(inside, factor: 1)
    } else {
      gram = Self.wholeGram(problem)
      moment = wholeMoment
      try add(outside, factor: -1)
    }
  }

  /// Adds rows times a factor to A and b.
  private mutating func add(_ rows: [Int32], factor: Double) throws(EngramError) {
    let (columns, width) = (problem.columns, problem.width)
    let size = min(rows.count, Self.packSize, DenseRows.symmetricPiece(columns: columns))
    var packed = [Double](repeating: 0, count: size * width)
    for start in stride(from: 0, to: rows.count, by: max(1, size)) {
      try settings.options.work.checkCancelled("training was stopped")
      let part = Array(rows[start..<min(start + size, rows.count)])
      // SAFETY: the indices are rows, `moment` has `width` elements, and `packed` room for the rows of the part.
      unsafe engram_add_rows(
        problem.rows.values, problem.rows.stride, width, part, part.map { factor * targets[Int($0)] }, part.count,
        &moment, &packed)
      // SAFETY: `packed` holds the rows `width` apart, and `gram` is columns x columns.
      unsafe engram_dsyrk_t(
        Int32(columns), Int32(part.count), factor, packed, Int32(width), 1, &gram, Int32(columns))
    }
  }
}
