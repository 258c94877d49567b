// MeasureAgreement.swift -- whether weights, activations and activity changes, each learned from alone, say the same of runs.

import Base
import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

/// Whether forests that see one measure each (weights, activations, activity changes) say the same of the runs to identify.
///
/// On kinds of networks that were trained on, each measure alone is mostly correct, so they agree. On a kind for which what was
/// learned does not hold, each is wrong in its own way: how much classifiers that see different things agree says how often they
/// are correct, and takes no label (Blum and Mitchell 1998; Platanios, Blum and Mitchell 2014). Confidence and distance say less:
/// a forest may be as confident on a new task as on a known one, and every new task is far away. Measures that hardly agree can still
/// be correct together; where two or more held-out parts show that, there is no doubt.
public struct MeasureAgreement: Sendable, Hashable {
  /// The measures that were compared.
  public let measures: [String]
  /// The mean over pairs of measures of the share of runs of which both say the same class.
  public let share: Double
  /// That share with chance taken away: 0 where they agree as often as guesses do, 1 where always (Bennett, Alpert and Goldstein 1954).
  public let value: Double
  /// Whether they agree hardly more than guesses do: at most ``leastValue``, or not above 0 by two standard errors.
  public let isSlight: Bool
  /// Whether the agreement is slight, and no held-out parts show that such runs are identified correctly all the same.
  public let isDoubtful: Bool
  /// Whether they agree clearly less than on every held-out part that is not doubtful, so that confidence, which was measured on those, may
  /// be far too high.
  public let isUnlike: Bool

  /// The value up to which agreement is slight, however many runs there are.
  package static let leastValue = 0.1
  /// Held-out parts of which the value cannot be told from another, by so many standard errors, show whether such runs are identified
  /// correctly all the same.
  private static let likeErrors = 2.0
  /// So many parts it takes to show it, and so far from guessing to certainty their mean accuracy must be.
  private static let fewestParts = 2, leastWay = 0.25
}

extension MeasureAgreement {
  /// How the measures agree on some examples to identify, and on each part that was held out in its turn.
  ///
  /// - Parameters:
  ///   - unknown: The examples to identify.
  ///   - runs: Their runs.
  ///   - training: What is learned from.
  ///   - parts: What is held out in turn, and is then learned without.
  ///   - accuracies: The share of runs of each part that was identified correctly by all measures together.
  ///   - columns: The columns that both sides have.
  ///   - forest: The forest of each measure.
  ///   - seed: Decides its random choices.
  ///   - snapshot: Where the examples are.
  ///   - work: How the work is done.
  /// - Returns: The agreement on the examples, and on each part; nil where both sides have fewer than two measures in common.
  /// - Throws: ``EngramError`` when the examples cannot be read, and `cancelled`.
  static func measured(
    on unknown: ExampleSet, _ runs: ExampleRuns, from training: TrainingRuns, holdingOut parts: [Split],
    accuracies: [Double], _ columns: FeatureColumns, forest: RandomForest, seed: UInt32, in snapshot: Snapshot,
    work: WorkContext
  ) throws(EngramError) -> (unknown: MeasureAgreement, parts: [MeasureAgreement])? {
    let families = StatisticFamily.allCases.filter { family in
      columns.statistics.contains { StatisticFamily(ofStatistic: $0) == family }
    }
    guard families.count > 1 else { return nil }
    let ids = training.examples.ids
    let rows = parts.map { part in
      (
        train: ids.indices.filter { part.train.contains(ids[$0]) }.map(Int32.init),
        test: ids.indices.filter { part.test.contains(ids[$0]) }.map(Int32.init)
      )
    }
    var said = [[[Int]]](repeating: [], count: parts.count + 1)
    var features = FeatureSet(layout: .columnMajor)
    var unknownFeatures = FeatureSet(layout: .columnMajor)
    for family in families {
      let own = try FeatureColumns(
        statistics: columns.statistics.filter { StatisticFamily(ofStatistic: $0) == family }, epochs: columns.epochs,
        view: columns.view)
      try FeatureSet.fill(
        train: training.examples, &features, test: unknown, &unknownFeatures, own, from: snapshot, work: work)
      let options = FitOptions(seed: UInt64(seed), work: work.silent)
      for (place, part) in rows.enumerated() {
        let model = try forest.fitted(
          features.matrix, labels: training.labels, rows: part.train, options: options)
        said[place].append(
          mostLikelyClasses(
            try model.probabilities(of: features.matrix, rows: part.test, work: work), forest,
            of: part.test.map { training.runs.codes[Int($0)] }, training.classes.values.count))
      }
      let model = try forest.fitted(features.matrix, labels: training.labels, options: options)
      said[parts.count].append(
        mostLikelyClasses(
          try model.probabilities(of: unknownFeatures.matrix, rows: nil, work: work), forest, of: runs.codes,
          training.classes.values.count))
    }
    return judged(
      said, accuracies: accuracies, measures: families.map(\.measureWord), classCount: training.classes.values.count)
  }

  /// The most likely class of each run, by the mean log-probability of its rows.
  private static func mostLikelyClasses(
    _ probabilities: [Float], _ forest: RandomForest, of runs: [Int32], _ classCount: Int
  ) -> [Int] {
    let present = Set(runs).sorted()
    let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
    let logs = LogProbabilities(of: probabilities, classCount: classCount, voters: forest.treeCount)
      .means(of: runs.map { places[$0] ?? 0 }, groupCount: present.count)
    return (0..<logs.count).map { run in
      mostLikely(logs.values[(run * classCount)..<((run + 1) * classCount)])
    }
  }

  /// Judges agreements by one another.
  ///
  /// - Parameters:
  ///   - said: For each part, and last for what is to be identified, the class that each measure says of each run.
  ///   - accuracies: The accuracy on each part.
  ///   - measures: What the measures are called.
  ///   - classCount: The number of classes.
  /// - Returns: The agreement on what is to be identified, and on each part.
  package static func judged(
    _ said: [[[Int]]], accuracies: [Double], measures: [String], classCount: Int
  ) -> (unknown: MeasureAgreement, parts: [MeasureAgreement]) {
    let chance = 1 / Double(classCount)
    let found = said.map { Agreement(of: $0, chance: chance) }
    // How far apart two agreements are, in standard errors, where the second is the greater one.
    func distance(_ place: Int, _ other: Int) -> Double {
      let (own, its) = (found[place], found[other])
      return (its.value - own.value) / (own.error * own.error + its.error * its.error).squareRoot()
    }
    let doubtful = found.indices.map { place in
      let own = found[place]
      let isSlight = own.value <= max(leastValue, 2 * own.guessError)
      // Each part is judged by the others, as what is to be identified is by all.
      let like = accuracies.indices.filter { $0 != place && abs(distance(place, $0)) <= likeErrors }.map {
        accuracies[$0]
      }
      let isRight =
        like.count >= fewestParts && like.reduce(0, +) / Double(like.count) >= chance + leastWay * (1 - chance)
      return (isSlight: isSlight, isDoubtful: isSlight && !isRight)
    }
    let judged = found.indices.map { place in
      let trusted = accuracies.indices.filter { $0 != place && !doubtful[$0].isDoubtful }
      return MeasureAgreement(
        measures: measures, share: found[place].share, value: found[place].value, isSlight: doubtful[place].isSlight,
        isDoubtful: doubtful[place].isDoubtful,
        isUnlike: trusted.count >= fewestParts && trusted.allSatisfy { distance(place, $0) > likeErrors })
    }
    return (judged[judged.count - 1], Array(judged.dropLast()))
  }
}

/// How often measures say the same of some runs.
private struct Agreement {
  /// The mean over pairs of measures of the share of runs, and that with chance taken away.
  let share: Double, value: Double
  /// The standard error of ``value``, and what it is of guesses.
  let error: Double, guessError: Double

  /// Counts.
  ///
  /// - Parameters:
  ///   - said: For each measure the class that it says of each run.
  ///   - chance: How often two guesses are the same.
  init(of said: [[Int]], chance: Double) {
    let runs = said.first?.count ?? 0
    let pairs = said.indices.flatMap { first in ((first + 1)..<said.count).map { (first, $0) } }
    let shares = (0..<runs).map { run in
      Double(pairs.count { said[$0.0][run] == said[$0.1][run] }) / Double(max(1, pairs.count))
    }
    let share = shares.reduce(0, +) / Double(max(1, runs))
    (self.share, value) = (share, (share - chance) / (1 - chance))
    // Of guesses, pairs agree independently of one another, for any two of three say nothing of the third.
    guessError = (chance * (1 - chance) / Double(max(1, pairs.count * runs))).squareRoot() / (1 - chance)
    let variance = shares.reduce(0) { $0 + ($1 - share) * ($1 - share) } / Double(max(1, runs - 1))
    // Few runs of which all measures say the same do not make it certain.
    error = max(guessError, (variance / Double(max(1, runs))).squareRoot() / (1 - chance))
  }
}

extension StatisticFamily {
  /// What the paper calls it.
  fileprivate var measureWord: String {
    switch self {
    case .weight: "weights"
    case .activation: "activations"
    case .layerwise: "activity changes"
    }
  }
}
