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
    trials = statistics.map { statistic in
      guard let statistic else { return Trial() }
      var trial = Trial(favorsSize: statistic.isSeldomRead)
      trial.copySource = statistic.copySource.flatMap { indices[$0] }
      if let (predictor, operands) = statistic.formula {
        let found = operands.compactMap { indices[$0] }
        if found.count == operands.count { trial.prediction = Prediction(predictor, found) }
      }
      return trial
    }
  }
}
