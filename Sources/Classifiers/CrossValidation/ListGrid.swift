// ListGrid.swift -- candidates that share no work: each is fitted and tested by itself.

public import TrajectoryModel

/// A list of classifiers as a grid; each is fitted and tested by itself.
public struct ListGrid: CandidateGrid {
  /// The classifiers, in order.
  public let classifiers: [any Classifier]

  /// Makes a grid.
  public init(_ classifiers: [any Classifier]) { self.classifiers = classifiers }

  /// The parameters of each classifier.
  public var candidates: [JSONObject] { classifiers.map(\.parameters) }

  /// Each candidate by itself.
  public var batches: [[Int]] { classifiers.indices.map { [$0] } }

  /// Fits and tests each candidate.
  public func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    var scores: [CandidateScore] = []
    for index in indices {
      let model = try classifiers[index].fit(
        features, columns: columns, labels: labels, rows: train, options: options)
      let predicted = try model.predict(features, rows: validation, threads: options.threads)
      let right = zip(validation, predicted).count { labels.codes[Int($0)] == $1 }
      scores.append(.accuracy(Double(right) / Double(validation.count), note: nil))
    }
    return scores
  }

  /// The classifier of a candidate.
  public func classifier(_ index: Int) -> any Classifier { classifiers[index] }
}
