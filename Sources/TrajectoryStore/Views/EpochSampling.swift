// EpochSampling.swift -- what is read of an axis of epochs.

import Base
import TrajectoryModel

/// What is read of an axis: the same epochs for every example, or a few from a start of each example's own.
struct EpochSampling: Sendable, Hashable {
  /// The epochs that may be read, ascending.
  let axis: [Double]
  /// Places on the axis from one sample to the next.
  let step: Int
  /// The number of samples.
  let count: Int
  /// The number of places to start; 1 means that every example starts at the first.
  let places: Int
  /// How examples draw their start, where there are several.
  let start: RandomStart?
  /// Which epoch of each run is taken, where each gives its own; it is then the only sample.
  let choice: EpochChoice?
  /// Whether the samples become their mean.
  let isMean: Bool
  /// What columns call the samples.
  let names: [String]

  /// Every epoch as it is.
  init(all axis: [Double]) {
    self.axis = axis
    (step, count, places, start, choice, isMean) = (1, axis.count, 1, nil, nil, false)
    names = axis.map { EpochSelection.text($0) }
  }

  /// What a view reads of an axis.
  init(_ samples: TrajectoryView.Samples, isMean: Bool, axis: [Double]) throws(EngramError) {
    self.isMean = isMean
    if case .choice(let chosen) = samples { choice = chosen } else { choice = nil }
    switch samples {
    case .all:
      self.axis = axis
      (step, count, places, start) = (1, axis.count, 1, nil)
      names = axis.map { EpochSelection.text($0) }
    case .portion(let portion):
      self.axis = Array(axis[try portion.range(ofAxis: axis.count)])
      (step, count, places, start) = (1, self.axis.count, 1, nil)
      names = self.axis.map { EpochSelection.text($0) }
    case .choice(let choice):
      self.axis = axis
      (step, count, places, start) = (1, 1, axis.count, nil)
      names = [choice.text]
    case .randomStart(let plan):
      let (step, places) = try plan.plan(onAxis: axis)
      names = (0..<plan.count).map { "+" + EpochSelection.text(Double($0) * plan.period) }
      count = plan.count
      self.places = places
      // With one place to start, it is the same samples for every example, which is read faster.
      self.axis = places > 1 ? axis : (0..<plan.count).map { axis[$0 * step] }
      (self.step, start) = places > 1 ? (step, plan) : (1, nil)
    }
  }

  /// Whether examples differ in where their samples begin.
  var hasStarts: Bool { start != nil || choice != nil }

  /// The values of a statistic for one example.
  var outputCount: Int { isMean ? 1 : count }
}
