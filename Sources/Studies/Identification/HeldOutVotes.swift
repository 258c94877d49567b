// HeldOutVotes.swift -- what forests said of training examples that they had not learned from.

import Base
import Classifiers
import Splits
import TrajectoryModel

/// What forests said of training examples that they had not learned from.
struct HeldOutVotes: Sendable {
  /// Log-probabilities, a row for each held-out example.
  let logs: LogProbabilities
  /// The row of the training matrix, the class and the fold of each.
  let rows: [Int]
  let labels: [Int32]
  let folds: [Int]

  /// Trains a forest for each fold and asks it about what was held out.
  init(
    _ groups: CalibrationGroups, _ training: TrainingRuns, _ features: borrowing FeatureSet, _ forest: RandomForest,
    seed: UInt32, work: WorkContext
  ) throws(EngramError) {
    let ids = training.examples.ids
    var values: [Double] = []
    var (rows, folds): ([Int], [Int]) = ([], [])
    for (fold, split) in groups.folds.enumerated() {
      let train = ids.indices.filter { split.train.contains(ids[$0]) }
      let test = ids.indices.filter { split.test.contains(ids[$0]) }
      let model = try forest.fit(
        features.matrix, columns: features.layout, labels: training.labels, rows: train.map(Int32.init),
        options: FitOptions(
          seed: UInt64(seed),
          work: work.part(
            (fold * ids.count)..<((fold + 1) * ids.count), of: groups.folds.count * ids.count, stage: "calibrating",
            unit: .things("examples"))))
      let said = try model.probabilities(of: features.matrix, rows: test.map(Int32.init), work: work)
      values += LogProbabilities(of: said, classCount: model.classCount, voters: forest.treeCount).values
      rows += test
      folds += [Int](repeating: fold, count: test.count)
    }
    logs = LogProbabilities(values: values, classCount: training.classes.values.count)
    labels = rows.map { training.labels.codes[$0] }
    (self.rows, self.folds) = (rows, folds)
  }

  private init(logs: LogProbabilities, labels: [Int32], folds: [Int], rows: [Int] = []) {
    (self.logs, self.labels, self.folds, self.rows) = (logs, labels, folds, rows)
  }

  /// What was said of some folds only.
  func only(_ wanted: Set<Int>) -> HeldOutVotes {
    let kept = folds.indices.filter { wanted.contains(folds[$0]) }
    return HeldOutVotes(
      logs: logs.rows(kept), labels: kept.map { labels[$0] }, folds: kept.map { folds[$0] },
      rows: rows.isEmpty ? [] : kept.map { rows[$0] })
  }

  /// The most likely class of each.
  var predicted: [Int32] {
    (0..<logs.count).map { row in
      Int32(mostLikely(logs.values[(row * logs.classCount)..<((row + 1) * logs.classCount)]))
    }
  }

  /// The share of rows of each of some folds whose most likely class is the true one.
  func accuracies(foldCount: Int) -> [Double] {
    var (right, all) = ([Double](repeating: 0, count: foldCount), [Double](repeating: 0, count: foldCount))
    for (row, code) in predicted.enumerated() {
      all[folds[row]] += 1
      if code == labels[row] { right[folds[row]] += 1 }
    }
    return zip(right, all).map { $0 / max(1, $1) }
  }

  /// The runs that were held out whole: the means of the logarithms of their layers.
  func pooled(_ training: TrainingRuns) -> HeldOutVotes {
    let codes = rows.map { training.runs.codes[$0] }
    let present = Set(codes).sorted()
    let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, Int32($0)) })
    var runFolds = [Int](repeating: 0, count: present.count)
    let groups = codes.map { places[$0] ?? 0 }
    for (row, group) in groups.enumerated() { runFolds[Int(group)] = folds[row] }
    return HeldOutVotes(
      logs: logs.means(of: groups, groupCount: present.count), labels: present.map { training.runClasses[Int($0)] },
      folds: runFolds)
  }

  /// The scaling that makes confidence true, and how true it is on each fold with the scaling of the others.
  ///
  /// Every fold counts the same, however many rows it has: what is to be identified is one more architecture, say, like
  /// each of those that were held out.
  ///
  /// The probabilities are those of each row with the scaling of the folds that it is not in.
  var calibration: (scaling: TemperatureScaling, level: ConfidenceLevel, probabilities: [Double]) {
    let sizes = Dictionary(grouping: folds) { $0 }.mapValues(\.count)
    let weights = folds.map { 1 / Double(sizes[$0] ?? 1) }
    let scaling = TemperatureScaling(fitting: logs, labels: labels, weights: weights)
    var calibrated = [Double](repeating: 0, count: logs.values.count)
    for fold in Set(folds) {
      let inside = folds.indices.filter { folds[$0] == fold }
      let outside = folds.indices.filter { folds[$0] != fold }
      let other = TemperatureScaling(
        fitting: logs.rows(outside), labels: outside.map { labels[$0] }, weights: outside.map { weights[$0] })
      let found = other.probabilities(of: logs.rows(inside))
      for (place, row) in inside.enumerated() {
        for code in 0..<logs.classCount {
          calibrated[row * logs.classCount + code] = found[place * logs.classCount + code]
        }
      }
    }
    func reliability(_ probabilities: [Double]) -> Reliability {
      Reliability(probabilities: probabilities, labels: labels, classCount: logs.classCount)
    }
    return (
      scaling,
      ConfidenceLevel(
        exponent: scaling.exponent, uncalibrated: reliability(TemperatureScaling().probabilities(of: logs)),
        calibrated: reliability(calibrated)), calibrated
    )
  }
}
