// LIBLINEARSolver.swift -- the reference: LIBLINEAR itself.

import Base
import CLinear

/// Solves classes against the rest by LIBLINEAR's dual coordinate descent; every cost from the start.
///
/// The library has one random generator for the whole process, so only one call runs at a time. Whether to stop is asked every ten passes.
struct LIBLINEARSolver: LinearSolver {
  private let problem: LinearProblem
  private let places: [Int]
  private let settings: LinearSolverSettings

  /// Loads the library.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when it is not there.
  init(_ problem: LinearProblem, places: [Int], _ settings: LinearSolverSettings) throws(EngramError) {
    // SAFETY: the text is static.
    if let reason = unsafe engram_liblinear_load() {
      throw EngramError(
        .notFound, "LIBLINEAR cannot be loaded", found: unsafe String(cString: reason),
        mend: "install it: apt-get install liblinear4; or choose another solver")
    }
    self.problem = problem
    self.places = places
    self.settings = settings
  }

  mutating func solve(cost: Double) throws(EngramError) -> [LinearFit] {
    try settings.options.work.checkCancelled("training was stopped")
    let (rows, columns) = (problem.rows, problem.columns)
    let targets = places.map { problem.targets(of: $0) }
    var weights = [Double](repeating: 0, count: places.count * columns)
    var iterations = [Int32](repeating: 0, count: places.count)
    let question = StopQuestion(settings.options.work)
    // SAFETY: the arrays are as long as the function says, and the question lives until it returns.
    let status = withExtendedLifetime(question) {
      unsafe engram_liblinear_train(
        rows.values, rows.count, columns, rows.stride, targets.flatMap { $0 }, places.count, cost, settings.tolerance,
        UInt32(truncatingIfNeeded: settings.options.seed),
        engram_liblinear_stop(is_cancelled: StopQuestion.ask, context: question.context), &weights, &iterations)
    }
    if status == 1 { throw EngramError(.cancelled, "training was stopped") }
    guard status == 0 else {
      throw EngramError(
        .limit, "there is no memory for LIBLINEAR's copy of the data", mend: "choose another solver")
    }
    return places.indices.map { index in
      let found = Array(weights[(index * columns)...].prefix(columns))
      let padded = found + [Double](repeating: 0, count: problem.width - columns)
      let (objective, gap) = problem.evaluate(padded, targets[index], cost: cost)
      return LinearFit(
        weights: found,
        convergence: LinearSVMConvergence(
          iterations: Int(iterations[index]), violation: nil,
          isConverged: iterations[index] < ENGRAM_LIBLINEAR_MAX_ITERATIONS, objective: objective, gap: gap))
    }
  }
}
