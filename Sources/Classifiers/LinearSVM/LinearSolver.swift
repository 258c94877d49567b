// LinearSolver.swift -- what the solvers have in common.

import Base

/// Solves one-vs-rest problems on the same rows for one cost after the other, each from where the last one ended.
protocol LinearSolver {
  /// Solves for a cost.
  ///
  /// - Returns: For each class of the solver what it found.
  mutating func solve(cost: Double) throws(EngramError) -> [LinearFit]
}

/// What a solver is told beside the problem.
struct LinearSolverSettings: Sendable {
  var tolerance: Double
  var maxIterations: Int
  var options: FitOptions
}

/// Solves the problems of all classes, on several threads.
struct OneVersusRest: Sendable {
  private let solver: LinearSVMSolver
  private let settings: LinearSolverSettings

  /// Takes the solver and the stopping rule from a machine.
  init(_ machine: LinearSVM, options: FitOptions) {
    solver = machine.solver
    settings = LinearSolverSettings(
      tolerance: machine.tolerance, maxIterations: machine.maxIterations, options: options)
  }

  /// Solves problems, each for costs in the order given.
  ///
  /// Problems and classes are shared out among threads; no result depends on how.
  ///
  /// - Returns: For each problem, each cost and each class what was found. With two classes the first is the mirror of
  ///   the
  ///   second.
  func solve(
    _ problems: [(problem: LinearProblem, costs: [Double])], classCount: Int
  ) throws(EngramError) -> [[[LinearFit]]] {
    let options = settings.options
    let places = classCount == 2 ? [1] : Array(0..<classCount)
    let groupSize = groupSize(of: places.count)
    let groups = stride(from: 0, to: places.count, by: groupSize).map {
      Array(places[$0..<min($0 + groupSize, places.count)])
    }
    let parts = problems.count * groups.count
    let results = PartResults<[[LinearFit]]>(count: parts)
    let (done, total) = (Counter(), groups.count * problems.reduce(0) { $0 + $1.costs.count })
    try parallelFor(count: parts, work: options.work) { (part, _) throws(EngramError) in
      let (problem, costs) = problems[part / groups.count]
      var solver = try makeSolver(problem, groups[part % groups.count])
      var fits: [[LinearFit]] = []
      for cost in costs {
        fits.append(try solver.solve(cost: cost))
        guard fits[fits.count - 1].allSatisfy(\.isFinite) else { throw Self.overflow(cost: cost) }
        options.work.report("training", done.next(), of: total, .things("problems"))
      }
      results.set(part, fits)
    }
    let found = results.inOrder
    return problems.indices.map { problem in
      problems[problem].costs.indices.map { cost in
        let fits = groups.indices.flatMap { found[problem * groups.count + $0][cost] }
        return classCount == 2 ? [fits[0].mirrored, fits[0]] : fits
      }
    }
  }

  /// The error for features whose squares, or whose Float32 values, are infinite, or a solution is at a cost.
  static func overflow(cost: Double? = nil) -> EngramError {
    EngramError(
      .invalidData,
      "the values of the columns\(cost.map { ", or C = \($0)," } ?? "") are too large to calculate with",
      mend: "z-score the columns (`standardize`), leave out the statistic with the largest values, or make C smaller")
  }

  /// How many classes a solver works on at once.
  private func groupSize(of placeCount: Int) -> Int {
    switch solver {
    case .newton: 1
    case .liblinear: placeCount
    case .dualCoordinateDescent: DualCoordinateDescent.mostClasses
    }
  }

  private func makeSolver(_ problem: LinearProblem, _ places: [Int]) throws(EngramError) -> any LinearSolver {
    switch solver {
    case .newton: try NewtonSolver(problem, place: places[0], settings)
    case .dualCoordinateDescent: try DualCoordinateDescent(problem, places: places, settings)
    case .liblinear: try LIBLINEARSolver(problem, places: places, settings)
    }
  }
}

extension LinearFit {
  /// Whether all numbers are; they are not when squares of features overflow.
  fileprivate var isFinite: Bool {
    convergence.objective.isFinite && convergence.gap.isFinite && convergence.violation?.isFinite != false
      && weights.allSatisfy(\.isFinite)
  }

  /// The same for the other class of two.
  fileprivate var mirrored: LinearFit { LinearFit(weights: weights.map { -$0 }, convergence: convergence) }
}
