// Claim.swift -- what the paper's text claims, and what the results of a store say of it.

import Base
import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

/// One claim of the paper's text, with what the results of a store say of it.
package struct Claim: Sendable, Hashable {
  /// What the results say.
  package enum Verdict: String, Sendable, Hashable {
    /// As the paper says.
    case holds
    /// Otherwise.
    case doesNotHold = "does not hold"
    /// The store lacks the data, or the results are not computed.
    case cannotBeTested = "cannot be tested here"
  }

  /// The figures that it is about.
  package let figures: String
  /// What is claimed.
  package let text: String
  /// What counts as holding.
  package let criterion: String
  /// What the results say.
  package let verdict: Verdict
  /// The numbers behind the verdict, or what is missing.
  package private(set) var numbers: String

  /// A claim with its test: whether it holds and by which numbers; nil where these are not there.
  init(_ figures: String, _ text: String, if criterion: String, _ test: (holds: Bool, numbers: String)?) {
    self.figures = figures
    self.text = text
    self.criterion = criterion
    guard let test else {
      verdict = .cannotBeTested
      numbers = "the results that it takes are not in the store"
      return
    }
    verdict = test.holds ? .holds : .doesNotHold
    numbers = test.numbers
  }

  /// The claims of the paper on the results of its study.
  package static func paper(_ figures: StudyFigures) -> [Claim] {
    let numbers = PaperNumbers(figures: figures)
    let claims =
      separability(numbers) + confusions(numbers) + importances(numbers) + holdouts(numbers) + controls(numbers)
      + samples(numbers) + portions(numbers) + conditions(numbers)
    return claims.map { claim in
      guard claim.verdict == .cannotBeTested,
        let figure = figures.plan.study.figures.first(where: { $0.name == claim.figures }),
        let reason = figures.plan.whyImpossible(figure)
      else { return claim }
      var said = claim
      said.numbers = reason
      return said
    }
  }
}

/// The results of the paper's study, by the words of the claims.
struct PaperNumbers {
  let figures: StudyFigures

  static let measures: [StatisticSelection] = [
    .admissible, .family(.weight), .family(.activation), .family(.layerwise),
  ]
  static let singles = Array(measures.dropFirst())

  /// The accuracy of an experiment with one view.
  func accuracy(_ experiment: String, _ kind: ClassifierKind, _ measure: StatisticSelection) -> Accuracy? {
    cell(experiment, kind, measure).flatMap(figures.accuracy)
  }

  /// The first cell of an experiment.
  func cell(_ experiment: String, _ kind: ClassifierKind, _ measure: StatisticSelection) -> StudyCell? {
    figures.plan.cells.first {
      $0.experiment == experiment && $0.kind == kind && $0.statistics == measure && $0.testView == nil
    }
  }

  /// The mean accuracy of each measure; nil where one is missing.
  func means(
    _ experiment: String, _ kind: ClassifierKind, _ measures: [StatisticSelection] = measures
  ) -> [(measure: StatisticSelection, mean: Double)]? {
    let found = measures.compactMap { measure in accuracy(experiment, kind, measure).map { (measure, $0.mean) } }
    return found.count == measures.count ? found : nil
  }

  /// The accuracy of each group held out.
  func heldOut(
    _ experiment: String, _ kind: ClassifierKind, _ measure: StatisticSelection
  ) -> [(group: String, accuracy: Double)]? {
    guard let cell = cell(experiment, kind, measure), let result = figures.results[cell], !result.splits.isEmpty else {
      return nil
    }
    let by = figures.columns(ofGroups: cell)
    return result.splits.map { (shortName(ofGroup: $0.name, by: by), $0.test.confusion.accuracy) }
  }

  /// The accuracies of the splits of each pair of classes.
  func pairs(
    _ experiment: String, _ kind: ClassifierKind, _ measure: StatisticSelection
  ) -> [String: [Double]]? {
    guard let cell = cell(experiment, kind, measure), let result = figures.results[cell], !result.splits.isEmpty else {
      return nil
    }
    return Dictionary(grouping: result.splits) { figures.nameWithoutRepeat(of: $0, in: cell) }
      .mapValues { $0.map(\.test.confusion.accuracy) }
  }

  /// Numbers by measure in words.
  static func text(_ means: [(measure: StatisticSelection, mean: Double)]) -> String {
    means.map { "\($0.measure.measureName) \(number($0.mean))" }.joined(separator: ", ")
  }

  /// An accuracy in words.
  static func number(_ value: Double) -> String { NumberWords.accuracy(value) }
}
