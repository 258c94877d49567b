// PredictionPlan.swift -- which statistics the writer tries to predict from which, by their published names.

import TrajectoryModel

/// For each statistic of an axis, what the writer tries to predict it from.
///
/// The statistics of the paper depend on one another by definition. Statistics of other names stand for themselves.
/// No statistic depends on itself by way of others.
package struct PredictionPlan: Sendable {
  /// What is tried for one statistic.
  package struct Trial: Sendable, Hashable {
    /// The statistic of which examples may be copies.
    package var copySource: Int?
    /// The prediction to try.
    package var prediction: Prediction?
    /// Whether fewer bytes count for more than fast decoding, because the statistic is seldom read.
    package var favorsSize = false
  }

  /// The trials of each statistic.
  package let trials: [Trial]

  /// A plan in which each of a number of statistics stands for itself.
  package init(independent count: Int) { trials = Array(repeating: Trial(), count: count) }

  /// The plan for statistics of some names.
  package init(statistics names: [String]) {
    let statistics = names.map { Statistic(name: $0) }
    var indices: [Statistic: Int] = [:]
    for (index, statistic) in statistics.enumerated() { if let statistic { indices[statistic] = index } }
    var trials = statistics.map { statistic in
      Trial(copySource: statistic?.copySource.flatMap { indices[$0] }, favorsSize: statistic?.isSeldomRead ?? false)
    }
    // A norm that something else is told from stands for itself, so it is the last to be predicted.
    let isNorm = statistics.map { $0 == .weight(.raw, .norm) }
    for index in names.indices.filter({ !isNorm[$0] }) + names.indices.filter({ isNorm[$0] }) {
      for (predictor, operands) in statistics[index]?.formulas ?? [] {
        let found = operands.compactMap { indices[$0] }
        guard found.count == operands.count, !found.contains(where: { Self.depends($0, on: index, trials) }) else {
          continue
        }
        trials[index].prediction = Prediction(predictor, found)
        break
      }
    }
    self.trials = trials
  }

  /// Whether a statistic is another one, or depends on it by way of others.
  private static func depends(_ index: Int, on other: Int, _ trials: [Trial]) -> Bool {
    if index == other { return true }
    let needed = (trials[index].prediction?.operands ?? []) + (trials[index].copySource.map { [$0] } ?? [])
    return needed.contains { depends($0, on: other, trials) }
  }
}
