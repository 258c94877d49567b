// LAPACK.swift -- eigenvectors and linear systems, which can be stopped.
//
// LAPACK itself cannot be: when it is told to stop, what takes long goes on in a thread of its own, with a copy of the matrix, until
// it ends or the process does.

import Base
import CBLAS

/// LAPACK's routines for symmetric matrices, row by row.
enum LAPACK {
  /// Turns a symmetric matrix into its unit eigenvectors, a row each (dsyevd).
  ///
  /// - Parameters:
  ///   - matrix: n x n finite numbers, of which the upper triangle is read.
  ///   - size: n.
  ///   - sought: What is looked for, for the error.
  ///   - work: Whether to stop; asked every few milliseconds.
  /// - Returns: The eigenvalues, ascending.
  /// - Throws: ``EngramError`` with code `cancelled`, or `invalidData` when none are found.
  /// - Complexity: O(n³) on one thread, and a copy of the matrix.
  static func eigenvectors(
    _ matrix: inout [Double], size: Int, of sought: String, work: WorkContext
  ) throws(EngramError) -> [Double] {
    if size == 0 { return [] }
    try loadBLAS()
    guard matrix.allSatisfy(\.isFinite) else { throw OneVersusRest.overflow() }
    var values = [Double](repeating: 0, count: size)
    let question = StopQuestion(work)
    // SAFETY: `matrix` is size x size, `values` has a place for each, and the question lives until the function returns.
    let info = withExtendedLifetime(question) {
      unsafe engram_dsyevd(
        Int32(size), &matrix, &values, engram_blas_stop(is_cancelled: StopQuestion.ask, context: question.context))
    }
    if info == ENGRAM_BLAS_STOPPED { throw EngramError(.cancelled, "training was stopped") }
    guard info == 0, values.allSatisfy(\.isFinite) else {
      throw EngramError(
        .invalidData, "\(sought) cannot be worked out", found: "LAPACK dsyevd says \(info)",
        mend: "standardize the columns, whose scales may differ too much")
    }
    return values
  }

  /// Solves a system with a positive definite matrix (dposv).
  ///
  /// - Parameters:
  ///   - matrix: n x n, of which the upper triangle is read; changed.
  ///   - vector: At least n numbers; the first n become the solution.
  ///   - size: n.
  ///   - work: Whether to stop; asked every few milliseconds.
  /// - Returns: Whether the matrix is positive definite, for rounding may have made it not so; else `vector` is as it was.
  /// - Throws: ``EngramError`` with code `cancelled`.
  /// - Complexity: O(n³) on one thread, and a copy of the matrix.
  static func solve(
    _ matrix: inout [Double], _ vector: inout [Double], size: Int, work: WorkContext
  ) throws(EngramError) -> Bool {
    let question = StopQuestion(work)
    // SAFETY: `matrix` is size x size, `vector` has as many numbers, and the question lives until the function returns.
    let info = withExtendedLifetime(question) {
      unsafe engram_dposv(
        Int32(size), &matrix, &vector, engram_blas_stop(is_cancelled: StopQuestion.ask, context: question.context))
    }
    if info == ENGRAM_BLAS_STOPPED { throw EngramError(.cancelled, "training was stopped") }
    return info == 0
  }
}

/// Loads OpenBLAS.
///
/// - Throws: ``EngramError`` with code `notFound` when the library is not there, `limit` when there is no memory for it.
func loadBLAS() throws(EngramError) {
  // SAFETY: the text is static.
  guard let reason = unsafe engram_blas_load() else { return }
  if engram_blas_lacks_memory() != 0 {
    throw EngramError(
      .limit, "there is no memory for OpenBLAS", found: unsafe String(cString: reason),
      mend: "raise the limit on memory (ulimit -v), or set the environment variable OPENBLAS_NUM_THREADS to 1")
  }
  throw EngramError(
    .notFound, "OpenBLAS cannot be loaded", found: unsafe String(cString: reason),
    mend: "install it: apt-get install libopenblas0-pthread")
}
