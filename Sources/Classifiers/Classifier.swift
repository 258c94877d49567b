// Classifier.swift -- what every classifier can do: learn from a matrix, and say what it is.

public import Base
public import TrajectoryModel

/// Learns from rows of a matrix to tell classes apart.
///
/// A classifier is a value that holds nothing but its parameters. It knows matrices and labels, and no store.
///
/// ```swift
/// let model = try RandomForest(treeCount: 100).fit(
///   train, columns: columns, labels: labels, rows: nil, options: FitOptions(seed: 0))
/// let predicted = try model.predict(test)
/// ```
public protocol Classifier: Sendable {
  /// The kind, as in model files and on the command line, such as `random-forest`.
  static var kind: String { get }

  /// Every parameter with its value, in a fixed order: what a report shows and what a content hash covers.
  var parameters: JSONObject { get }

  /// Learns from rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: One row an example, one column a feature; either type and layout. All values must be finite.
  ///   - columns: What the columns are.
  ///   - labels: The class of every row of `features`, also of rows that are not used.
  ///   - rows: The rows to learn from, each at most once; nil for all.
  ///   - options: The seed, and how the work is done.
  /// - Returns: The model; the same for the same input, parameters and seed, whatever the number of threads.
  /// - Throws: ``EngramError`` with code `invalidData` when a value is not finite (which and where), when there are
  ///   fewer than two classes, or when the data are singular; `usage` for a parameter that cannot be; `cancelled`.
  func fit(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
  ) throws(EngramError) -> any ClassifierModel
}

/// What a classifier has learned.
public protocol ClassifierModel: Sendable {
  /// The number of classes; codes are 0 ..< classCount.
  var classCount: Int { get }
  /// The columns that a matrix must have.
  var columnCount: Int { get }
  /// What was learned, in a few numbers and words for a report: parameters, sizes, convergence.
  var summary: JSONObject { get }

  /// The probability of each class for rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: A matrix of `columnCount` columns.
  ///   - rows: The rows to look at; nil for all.
  ///   - work: How the work is done; it does not change the result.
  /// - Returns: rows x `classCount`, row by row; each row sums to 1.
  /// - Throws: ``EngramError`` with code `invalidData` for another number of columns or a value that is not finite.
  func probabilities(
    of features: borrowing Matrix, rows: [Int32]?, work: WorkContext
  ) throws(EngramError) -> [Float]

  /// The most likely class of each of some rows; the lowest code where several are equally likely.
  func predict(_ features: borrowing Matrix, rows: [Int32]?, work: WorkContext) throws(EngramError) -> [Int32]

  /// The model as the contents of a model file.
  func encoded() throws(EngramError) -> ModelFile
}

extension ClassifierModel {
  /// The most likely class of each row, by probability.
  public func predict(
    _ features: borrowing Matrix, rows: [Int32]? = nil, work: WorkContext = WorkContext()
  ) throws(EngramError) -> [Int32] {
    try mostLikelyClasses(probabilities(of: features, rows: rows, work: work), classCount: classCount)
  }
}
