// LinearSVMModel.swift -- what a linear SVM has learned.

public import Base
import CClassifierKernels
import Glibc
public import TrajectoryModel

/// A trained linear SVM: for each class an intercept and a weight for each column.
///
/// Weights are those of the z-scored columns if columns were z-scored, and principal components are undone, so weights
/// tell which columns speak for a class. A class without training rows has decision value -infinity and probability 0.
public struct LinearSVMModel: ClassifierModel, Hashable {
  /// The number of classes.
  public let classCount: Int
  /// The number of columns of the feature matrix.
  public let columnCount: Int
  /// The parameters that the model was trained with.
  public let machine: LinearSVM
  /// The codes of the classes that had training rows, ascending.
  public let presentClasses: [Int]
  /// How the solver fared on each of ``presentClasses``.
  public let problems: [LinearSVMConvergence]
  /// The intercept of each of ``presentClasses``.
  public let intercepts: [Double]
  /// The weights of each of ``presentClasses``, a row of as many as there are columns.
  public let weights: [Double]
  /// The mean of each column that is subtracted, 0 where none is.
  public let means: [Double]
  /// What each column is divided by then, 1 where it is not.
  public let scales: [Double]

  /// Whether the solver converged on every class.
  public var isConverged: Bool { problems.allSatisfy(\.isConverged) }

  /// Makes the model of a design and what the solver found for it.
  init(_ machine: LinearSVM, design: LinearDesign, fits: [LinearFit], present: [Int], classCount: Int) {
    let folded = fits.map { design.columnWeights($0.weights) }
    let positions = design.positionCount
    let rest = design.columnCount - positions
    let plain = Standardization(
      means: [Double](repeating: 0, count: rest), scales: [Double](repeating: 1, count: rest))
    let standardization = design.standardization ?? plain
    self.init(
      machine, classCount: classCount, presentClasses: present, problems: fits.map(\.convergence),
      intercepts: folded.map(\.intercept), weights: folded.flatMap(\.weights),
      means: [Double](repeating: 0, count: positions) + standardization.means,
      scales: [Double](repeating: 1, count: positions) + standardization.scales)
  }

  /// Makes a model of its parts.
  init(
    _ machine: LinearSVM, classCount: Int, presentClasses: [Int], problems: [LinearSVMConvergence],
    intercepts: [Double], weights: [Double], means: [Double], scales: [Double]
  ) {
    self.machine = machine
    self.classCount = classCount
    self.presentClasses = presentClasses
    self.problems = problems
    self.intercepts = intercepts
    self.weights = weights
    self.means = means
    self.scales = scales
    columnCount = means.count
  }

  /// Parameters; for each class iterations, violation, whether it converged, objective and gap.
  public var summary: JSONObject {
    var object = JSONObject()
    object["parameters"] = .object(machine.parameters)
    object["converged"] = .bool(isConverged)
    object["problems"] = .array(
      zip(presentClasses, problems).map { code, problem in
        var one = problem.json
        one["class"] = .integer(Int64(code))
        return .object(one)
      })
    object["probabilities"] = "softmax of decision values, not calibrated"
    return object
  }

  /// The decision value of each class for rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: A matrix of `columnCount` columns.
  ///   - rows: The rows to look at; nil for all.
  ///   - work: How the work is done; it does not change the result.
  /// - Returns: rows x `classCount`, row by row; -infinity for a class without training rows.
  /// - Throws: ``EngramError`` with code `invalidData` for another number of columns or a value that is not finite.
  public func decisionValues(
    of features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Double] {
    try features.requireColumns(columnCount)
    try features.requireFinite(rows: rows)
    let rows = rows ?? (0..<Int32(features.rows)).map { $0 }
    let taken = try DenseRows(count: rows.count, columns: columnCount)
    try taken.fill(from: features, 0..<columnCount, rows: rows, at: 0, work: work)
    let values = PartResults<[Double]>(count: presentClasses.count)
    try parallelFor(count: presentClasses.count, work: work) { (place, _) throws(EngramError) in
      let slopes = columns.map { weights[place * columnCount + $0] / scales[$0] }
      let offset = intercepts[place] - zip(slopes, means).reduce(0) { $0 + $1.0 * $1.1 }
      var products = [Double](repeating: 0, count: rows.count)
      // SAFETY: rows have `stride` elements, and so have the weights; `products` has a place for each row.
      unsafe engram_row_products(
        taken.values, rows.count, taken.stride, taken.stride,
        slopes + [Double](repeating: 0, count: taken.stride - columnCount), &products)
      values.set(place, products.map { $0 + offset })
    }
    var result = [Double](repeating: -.infinity, count: rows.count * classCount)
    for (code, column) in zip(presentClasses, values.inOrder) {
      for row in column.indices { result[row * classCount + code] = column[row] }
    }
    return result
  }

  private var columns: Range<Int> { 0..<columnCount }

  /// The softmax of the decision values: it orders classes and grows with the margin, but is not calibrated.
  public func probabilities(
    of features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Float] {
    let values = try decisionValues(of: features, rows: rows, work: work)
    return stride(from: 0, to: values.count, by: classCount).flatMap { start in
      let row = values[start..<(start + classCount)]
      let greatest = row.reduce(-.infinity, max)
      let powers = row.map { exp($0 - greatest) }
      let sum = powers.reduce(0, +)
      return powers.map { Float($0 / sum) }
    }
  }

  /// The class of the greatest decision value of each row; the lowest code where several are equal.
  public func predict(
    _ features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Int32] {
    try mostLikelyClasses(decisionValues(of: features, rows: rows, work: work), classCount: classCount)
  }
}
