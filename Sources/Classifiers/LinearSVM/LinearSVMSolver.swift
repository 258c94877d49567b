// LinearSVMSolver.swift -- the ways to solve the problem of a linear SVM.

import Base

/// How the problems of a ``LinearSVM`` are solved; all three minimise the same function.
public enum LinearSVMSolver: String, Sendable, Hashable, CaseIterable {
  /// Newton's method on the primal, to the optimum; the default.
  ///
  /// The function is piecewise quadratic, so a step is a ridge regression on the rows inside the margin (Keerthi and
  /// DeCoste, *A modified finite Newton method*, JMLR 6, 2005) and a few tens of steps end at the optimum, also for C
  /// so large that coordinate descent never arrives. It stops when a step leaves the same rows inside the margin, which
  /// is the optimum, or when the duality gap is at most tolerance² of the objective.
  case newton
  /// Coordinate descent on the dual, for dense rows; four classes share each row while it is in the cache and one thread.
  ///
  /// It stops, as LIBLINEAR does, when the projected gradients of a pass over all rows lie within the tolerance of each
  /// other (Hsieh et al., ICML 2008). Nothing is shrunk: with several classes most rows are support vectors of
  /// one.
  case dualCoordinateDescent = "dual-coordinate-descent"
  /// LIBLINEAR itself (solver 1), the reference.
  case liblinear

  /// The solver of a name.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there is none.
  init(named name: String) throws(EngramError) {
    guard let solver = Self(rawValue: name) else {
      let names = Self.allCases.map(\.rawValue)
      throw EngramError(
        .usage, "there is no such solver", place: "key \"solver\"", expected: names.joined(separator: ", "),
        found: name, mend: closestName(to: name, among: names).map { "did you mean \($0)?" })
    }
    self = solver
  }
}
