// DualCoordinateDescent.swift -- coordinate descent on the dual of the squared hinge, for dense rows.

import Base
import CClassifierKernels
import TrajectoryModel

/// Solves up to four classes against the rest by dual coordinate descent (Hsieh et al., ICML 2008).
///
/// Rows are rounded to Float32, which halves what must be fetched from memory; weights and duals are Float64. All
/// classes meet the rows in the same shuffled order. A class that has converged is left as it is, so what is found for
/// a class does not depend on which others share its rows.
struct DualCoordinateDescent: LinearSolver {
  /// The classes that share rows.
  static let mostClasses = Int(ENGRAM_DUAL_CLASSES)

  private let problem: LinearProblem
  private let places: [Int]
  private let settings: LinearSolverSettings
  private let rows: SinglePrecisionRows
  /// [row][class], as `duals`.
  private var targets: [Double]
  private var duals: [Double]
  /// [class][column].
  private var weights: [Double]

  /// Starts at zero.
  init(_ problem: LinearProblem, places: [Int], _ settings: LinearSolverSettings) throws(EngramError) {
    precondition(places.count <= Self.mostClasses, "no more classes than share rows")
    self.problem = problem
    self.places = places
    self.settings = settings
    rows = try SinglePrecisionRows(problem, work: settings.options.work)
    targets = [Double](repeating: -1, count: problem.rows.count * Self.mostClasses)
    for (row, place) in problem.classes.enumerated() {
      if let index = places.firstIndex(of: Int(place)) { targets[row * Self.mostClasses + index] = 1 }
    }
    duals = [Double](repeating: 0, count: targets.count)
    weights = [Double](repeating: 0, count: problem.width * Self.mostClasses)
  }

  mutating func solve(cost: Double) throws(EngramError) -> [LinearFit] {
    let ridge = 0.5 / cost
    let norms = rows.squaredNorms.map { $0 + ridge }
    var order = Array(0..<problem.rows.count)
    var random = RandomState(seed: UInt32(truncatingIfNeeded: settings.options.seed))
    var done = (0..<Self.mostClasses).map { UInt8($0 < places.count ? 0 : 1) }
    var (highest, lowest) = ([Double](repeating: 0, count: Self.mostClasses), done.map { _ in 0.0 })
    var violations = highest
    var iterations = done.map { _ in 0 }
    for pass in 1...settings.maxIterations where done.contains(0) {
      try settings.options.work.checkCancelled("training was stopped")
      random.shuffle(&order)
      unsafe rows.matrix.withFloats { values in
        // SAFETY: rows are `width` wide, the other arrays as long as the kernel says, and the order names rows.
        unsafe engram_dual_epoch(
          values, problem.width, order, order.count, norms, ridge, targets, done, &duals, &weights, &highest, &lowest)
      }
      for index in done.indices where done[index] == 0 {
        violations[index] = highest[index] - lowest[index]
        iterations[index] = pass
        if violations[index] <= settings.tolerance { done[index] = 1 }
      }
    }
    return places.indices.map { index in
      fit(index, cost: cost, iterations: iterations[index], violation: violations[index], isConverged: done[index] == 1)
    }
  }

  private func fit(_ index: Int, cost: Double, iterations: Int, violation: Double, isConverged: Bool) -> LinearFit {
    let weights = Array(weights[(index * problem.width)...].prefix(problem.width))
    var (sum, squares) = (0.0, 0.0)
    for row in 0..<problem.rows.count {
      let dual = duals[row * Self.mostClasses + index]
      sum += dual
      squares += dual * dual
    }
    let dualObjective = sum - 0.5 * weights.reduce(0) { $0 + $1 * $1 } - squares / (4 * cost)
    let (objective, gap) = problem.evaluate(
      weights, problem.targets(of: places[index]), cost: cost, dualObjective: dualObjective)
    return LinearFit(
      weights: Array(weights[..<problem.columns]),
      convergence: LinearSVMConvergence(
        iterations: iterations, violation: violation, isConverged: isConverged, objective: objective, gap: gap))
  }
}

extension Matrix {
  /// Lends the elements of a Float32 matrix to C.
  fileprivate borrowing func withFloats(_ body: (UnsafePointer<Float>?) -> Void) {
    unsafe float32.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }
}

/// The rows of a problem in Float32, padded with zeros, and their squared lengths.
private final class SinglePrecisionRows: Sendable {
  /// Row-major, as many columns as the width of the problem.
  let matrix: Matrix
  let squaredNorms: [Double]

  init(_ problem: LinearProblem, work: WorkContext) throws(EngramError) {
    var matrix = try Matrix(rows: problem.rows.count, columns: problem.width)
    let (rows, columns) = (problem.rows, problem.columns)
    var norms = [Double](repeating: 0, count: rows.count)
    for row in 0..<rows.count {
      try work.checkCancelled("training was stopped")
      var elements = matrix.mutableElements
      for column in 0..<columns {
        let value = Double(Float(rows[row, column]))
        elements[row, column] = value
        norms[row] += value * value
      }
    }
    guard norms.allSatisfy(\.isFinite) else { throw OneVersusRest.overflow() }
    self.matrix = matrix
    squaredNorms = norms
  }
}
