// TrajectoryView.swift -- how trajectories are looked at when matrices are made: which epochs, from where, on what scale.

import Base
public import TrajectoryModel

/// How trajectories are looked at when matrices are made; the store keeps them whole.
///
/// The parts apply in this order, each to what the one before left:
/// 1. ``epochs`` choose the axis from the recorded epochs.
/// 2. ``samples`` choose samples from the axis: all, a random start in each example, a consecutive portion, or one epoch of
///    each run.
/// 3. ``isMean`` replaces the samples of a statistic by their mean.
/// 4. ``isStandardized`` subtracts the mean of a column over the train side and divides by its standard deviation.
/// 5. ``hasPositions`` puts three columns in front that say where the layer sits; they are not standardized.
///
/// Values that are only moved keep every bit. A view has a text form, for the command line, and a JSON form, which is
/// stored with results:
///
/// ```swift
/// let view = try TrajectoryView(parsing: "random-start:15x4+positions")
/// let selection = try snapshot.select(examples, view: view)
/// ```
public struct TrajectoryView: Sendable, Hashable {
  /// Which samples of the axis are looked at.
  public enum Samples: Sendable, Hashable {
    /// Every one.
    case all
    /// A few at a period, from a start that each example draws for itself.
    case randomStart(RandomStart)
    /// One of several consecutive portions.
    case portion(Portion)
    /// One epoch of each run: its first, last or best, whatever the others have.
    case choice(EpochChoice)
  }

  /// What results call it; the text form unless given.
  public var name: String
  /// The axis.
  public var epochs: EpochSelection
  /// What is sampled of it.
  public var samples: Samples
  /// Whether each statistic is its mean over the samples, as in figure S2b of the paper.
  public var isMean: Bool
  /// Whether columns are z-scored with the statistics of the train side, as the published `featurewise_norm` does.
  public var isStandardized: Bool
  /// Whether the layer's position comes first, as three columns: early, middle, deep.
  public var hasPositions: Bool

  /// Makes a view; without arguments it is every recorded epoch as it is.
  public init(
    name: String? = nil, epochs: EpochSelection = .all, samples: Samples = .all, isMean: Bool = false,
    isStandardized: Bool = false, hasPositions: Bool = false
  ) {
    self.name = ""
    self.epochs = epochs
    self.samples = samples
    self.isMean = isMean
    self.isStandardized = isStandardized
    self.hasPositions = hasPositions
    self.name = name ?? text
  }

  /// Whether each example draws its own start.
  public var hasRandomStart: Bool {
    if case .randomStart = samples { true } else { false }
  }

  /// Which epoch of each run is looked at, where each gives its own.
  public var choice: EpochChoice? {
    if case .choice(let choice) = samples { choice } else { nil }
  }

  /// Whole trajectories as they are.
  public static let whole = TrajectoryView()

  /// The fourteen views of the paper with two to 21 samples from a random start.
  ///
  /// Fig. 4a: at a period of 5, 15 or 25 epochs.
  public static let figure4a: [TrajectoryView] = RandomStart.published.map { TrajectoryView(samples: .randomStart($0)) }

  /// The views of every consecutive portion, such as the thirds of paper Appendix B.3.1 for a count of 3.
  public static func portions(_ count: Int) -> [TrajectoryView] {
    (0..<max(0, count)).map { TrajectoryView(samples: .portion(Portion(index: $0, count: count))) }
  }
}

/// One of several consecutive portions of an axis, all equally long: the thirds of 21 epochs have 7 samples, the
/// sevenths 3.
public struct Portion: Sendable, Hashable {
  /// Which one, from 0.
  public var index: Int
  /// How many there are.
  public var count: Int

  /// Makes a portion.
  public init(index: Int, count: Int) {
    self.index = index
    self.count = count
  }

  /// The places of its samples on an axis.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there is no such portion or the axis has no equal portions.
  func range(ofAxis length: Int) throws(EngramError) -> Range<Int> {
    guard count >= 1, index >= 0, index < count else {
      throw EngramError(
        .usage, "there is no such portion", place: "portion", expected: "1 to \(max(1, count)), of at least one",
        found: "\(index + 1) of \(count)", mend: "portion:2/3 is the second third")
    }
    guard length % count == 0, length > 0 else {
      let divisors = (1...max(1, length)).filter { length % $0 == 0 }.map(String.init)
      throw EngramError(
        .usage, "\(length) epochs have no \(count) equal portions", place: "portion",
        expected: "one of \(divisors.joined(separator: ", ")) portions", found: "\(count)",
        mend: "choose another number of portions, or other epochs")
    }
    let size = length / count
    return (index * size)..<((index + 1) * size)
  }
}
