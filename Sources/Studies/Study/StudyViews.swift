// StudyViews.swift -- how an experiment looks at trajectories, before it is known which epochs a store has.

import Base
import TrajectoryModel
import TrajectoryStore

/// How an experiment looks at trajectories: a view, or a word for several that depend on the epochs.
enum StudyViews {
  /// A view.
  case one(TrajectoryView)
  /// Every one of so many consecutive portions.
  case portions(Int)
  /// The numbers of samples and periods of paper figure 4a.
  case randomStarts

  /// Parses a view, `portions:N` or `random-starts`.
  init(parsing text: String) throws(EngramError) {
    if text == "random-starts" {
      self = .randomStarts
    } else if text.hasPrefix("portions:") {
      guard let count = Int(text.dropFirst("portions:".count)), (2...1_000).contains(count) else {
        throw EngramError(
          .usage, "these are no portions", place: "key \"views\"", expected: "such as portions:3", found: text)
      }
      self = .portions(count)
    } else {
      self = .one(try TrajectoryView(parsing: text))
    }
  }

  /// The views that this means on an axis of epochs, each with the positions of layers where examples have them.
  func views(onAxis axis: [Double], positions: Bool) -> [TrajectoryView] {
    switch self {
    case .one(var view):
      view.hasPositions = view.hasPositions && positions
      return [
        TrajectoryView(
          epochs: view.epochs, samples: view.samples, isMean: view.isMean, isStandardized: view.isStandardized,
          hasPositions: view.hasPositions)
      ]
    case .portions(let count):
      return (0..<count).map {
        TrajectoryView(samples: .portion(Portion(index: $0, count: count)), hasPositions: positions)
      }
    case .randomStarts:
      return Self.randomStarts(onAxis: axis).map { TrajectoryView(samples: .randomStart($0), hasPositions: positions) }
    }
  }

  /// Dense, intermediate and sparse samples: 1, 3 and 5 steps of the axis apart, as of 21 epochs in the paper.
  ///
  /// Dense counts are the whole parts of nine numbers evenly from 2 to all; of the others there are 2, 4, 6 as far as they fit.
  static func randomStarts(onAxis axis: [Double]) -> [RandomStart] {
    guard axis.count >= 3, let first = axis.first, let last = axis.last else { return [] }
    let spacing = (last - first) / Double(axis.count - 1)
    var starts: [RandomStart] = []
    var seen: Set<Int> = []
    for number in 0..<9 {
      let count = Int((2 + Double(number) * Double(axis.count - 2) / 8).rounded(.down))
      if seen.insert(count).inserted { starts.append(RandomStart(period: spacing, count: count)) }
    }
    for (step, counts) in [(3, [2, 4, 6]), (5, [2, 4])] {
      for count in counts where (count - 1) * step < axis.count {
        starts.append(RandomStart(period: spacing * Double(step), count: count))
      }
    }
    return starts
  }
}
