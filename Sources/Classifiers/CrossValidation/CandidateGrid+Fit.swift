// CandidateGrid+Fit.swift -- learning from all train rows with the best candidate of a search that can.

public import Base
public import TrajectoryModel

/// A candidate that was best in the folds and then could not learn from all train rows.
public struct PassedOverCandidate: Sendable, Hashable {
  /// Its number in the grid.
  public let candidate: Int
  /// Why it could not.
  public let reason: String

  /// Says why a candidate was passed over.
  public init(candidate: Int, reason: String) {
    self.candidate = candidate
    self.reason = reason
  }
}

/// What learned in the end.
public struct FittedCandidate: Sendable {
  /// The candidate's classifier.
  public let classifier: any Classifier
  /// What it learned.
  public let model: any ClassifierModel
  /// Better candidates that could not, best first.
  public let passedOver: [PassedOverCandidate]
}

extension CandidateGrid {
  /// Learns from all train rows with the best candidate that can.
  ///
  /// The folds took nearly all the time by then. That the best candidate fails on the whole is a reason to take the next and
  /// to say so, not to lose the search.
  ///
  /// - Parameters:
  ///   - ranking: Candidates, best first.
  ///   - features: The train rows.
  ///   - columns: What the columns are.
  ///   - labels: The class of every row.
  ///   - options: The seed, and how the work is done.
  /// - Returns: The model, and which candidates were passed over.
  /// - Throws: ``EngramError`` of the best candidate when none can; at once anything but `invalidData`.
  public func fitBest(
    of ranking: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, options: FitOptions
  ) throws(EngramError) -> FittedCandidate {
    var passedOver: [PassedOverCandidate] = []
    var first = EngramError(.invalidData, "no candidate of the grid can be tried on these data", place: "grid")
    for candidate in ranking {
      let classifier = classifier(candidate)
      do throws(EngramError) {
        let model = try classifier.fit(features, columns: columns, labels: labels, rows: nil, options: options)
        return FittedCandidate(classifier: classifier, model: model, passedOver: passedOver)
      } catch {
        guard error.code == .invalidData else { throw error }
        if passedOver.isEmpty { first = error }
        passedOver.append(PassedOverCandidate(candidate: candidate, reason: error.message))
      }
    }
    throw first
  }
}
