// CandidateGrid.swift -- candidates among which cross-validation chooses, scored together where they share work.

public import Base
public import TrajectoryModel

/// The candidates of one kind of classifier among which cross-validation chooses.
///
/// A grid scores many candidates at once because they share work: forests of fewer trees are the first trees of a larger
/// one, one decomposition serves every number of components, and each C starts from the solution of the one before.
public protocol CandidateGrid: Sendable {
  /// The parameters of each candidate, in the order in which ties are broken: the first of equals wins.
  var candidates: [JSONObject] { get }

  /// The candidates that are to be scored together, in batches that need nothing of each other.
  ///
  /// A search keeps what it knows after each batch, so that it can go on from there when it was stopped.
  var batches: [[Int]] { get }

  /// Learns from some rows and predicts others, for some candidates.
  ///
  /// - Parameters:
  ///   - indices: The candidates, ascending.
  ///   - features: One row an example; as for ``Classifier/fit(_:columns:labels:rows:options:)``.
  ///   - columns: What the columns are.
  ///   - labels: The class of every row.
  ///   - train: The rows to learn from.
  ///   - validation: The rows to predict.
  ///   - options: The seed, and how the work is done.
  /// - Returns: For each of `indices`, how it did.
  /// - Throws: As ``Classifier/fit(_:columns:labels:rows:options:)``.
  func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore]

  /// The classifier of a candidate.
  func classifier(_ index: Int) -> any Classifier

  /// How long a candidate takes beside the others of its grid, by which the remaining time is told.
  ///
  /// - Parameters:
  ///   - index: The candidate.
  ///   - columnCount: The columns that are learned from.
  /// - Returns: A number of at least 1.
  func relativeCost(_ index: Int, columnCount: Int) -> Int
}

extension CandidateGrid {
  /// All candidates in one batch.
  public var batches: [[Int]] { [Array(candidates.indices)] }

  /// All candidates take as long.
  public func relativeCost(_ index: Int, columnCount: Int) -> Int { 1 }
}

/// How one candidate did on validation rows.
public enum CandidateScore: Sendable, Hashable {
  /// The share of validation rows that it got right, and what there is to say of it, such as that it did not converge.
  case accuracy(Double, note: String?)
  /// It cannot be tried on these data, and why: more components than columns, for one.
  case skipped(String)
}
