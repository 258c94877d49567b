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
    /// What counts for more.
    package var favor = Favor.neither

    /// What is tried for a statistic that stands for itself, or is predicted.
    package init(copySource: Int? = nil, prediction: Prediction? = nil, favor: Favor = .neither) {
      self.copySource = copySource
      self.prediction = prediction
      self.favor = favor
    }
  }

  /// What counts for more in a statistic: fewer bytes, or fast decoding.
  package enum Favor: Sendable {
    case neither
    /// Fewer bytes, because it is seldom read.
    case size
    /// Fast decoding, because it is decoded for others too.
    case speed
  }

  /// Operands of an often read statistic from which on what it is predicted from favors speed: read alone, it takes as many
  /// chunks beside its own.
  private static let manyOperands = 2

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
      Trial(
        copySource: statistic?.copySource.flatMap { indices[$0] },
        favor: statistic?.isSeldomRead ?? false ? .size : .neither)
    }
    for index in names.indices {
      for (predictor, operands) in statistics[index]?.formulas ?? [] {
        let found = operands.compactMap { indices[$0] }
        guard found.count == operands.count, !found.contains(where: { Self.depends($0, on: index, trials) }) else {
          continue
        }
        trials[index].prediction = Prediction(predictor, found)
        break
      }
    }
    for index in trials.indices where trials[index].favor != .size {
      guard let prediction = trials[index].prediction, prediction.operands.count >= Self.manyOperands else { continue }
      for other in Self.needed(by: index, trials, withCopies: false) { trials[other].favor = .speed }
    }
    self.trials = trials
  }

  /// Whether a statistic is another one, or depends on it by way of others.
  private static func depends(_ index: Int, on other: Int, _ trials: [Trial]) -> Bool {
    index == other || needed(by: index, trials, withCopies: true).contains(other)
  }

  /// The statistics that one is predicted from, by way of others too, and those of which it may have copies.
  private static func needed(by index: Int, _ trials: [Trial], withCopies: Bool) -> Set<Int> {
    var direct = trials[index].prediction?.operands ?? []
    if withCopies, let source = trials[index].copySource { direct.append(source) }
    return direct.reduce(into: []) { $0.formUnion(needed(by: $1, trials, withCopies: withCopies).union([$1])) }
  }
}
