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

  /// Whether to stop, as C asks it.
  private final class Stop {
    let isCancelled: @Sendable () -> Bool
    init(_ isCancelled: @escaping @Sendable () -> Bool) { self.isCancelled = isCancelled }
  }

  mutating func solve(cost: Double) throws(EngramError) -> [LinearFit] {
    try settings.options.work.checkCancelled("training was stopped")
    let (rows, columns) = (problem.rows, problem.columns)
    let targets = places.map { problem.targets(of: $0) }
    var weights = [Double](repeating: 0, count: places.count * columns)
    var iterations = [Int32](repeating: 0, count: places.count)
    let stop = Stop(settings.options.work.isCancelled)
    // SAFETY: the arrays are as long as the function says, and what asks lives until it returns.
    let status = withExtendedLifetime(stop) {
      let asks = unsafe engram_liblinear_stop(
        is_cancelled: { context in
          guard let context = unsafe context else { return 0 }
          return unsafe Unmanaged<Stop>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
        }, context: Unmanaged.passUnretained(stop).toOpaque())
      return unsafe engram_liblinear_train(
        rows.values, rows.count, columns, rows.stride, targets.flatMap { $0 }, places.count, cost, settings.tolerance,
        UInt32(truncatingIfNeeded: settings.options.seed), asks, &weights, &iterations)
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
