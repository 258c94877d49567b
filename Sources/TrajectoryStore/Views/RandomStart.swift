// RandomStart.swift -- a few samples at a period, from a start that each example draws for itself (paper App. B.3.1).

import Base
import TrajectoryModel

/// A few samples at a period, from a start that each example draws for itself (paper Appendix B.3.1).
///
/// On an axis of T evenly spaced epochs, a period of p steps and K samples leave S = T - (K - 1)p places to start.
/// Example *e* starts at `numpy.random.RandomState((seed * 2654435761 + e) % 2**32).randint(S)`: every example has a
/// seed of its own, so its start depends on nothing but its id, the view's seed and S, and never on which other
/// examples are selected. With seed 0 the seed of an example is its id; the factor (Knuth's) keeps the seeds of two
/// views far apart.
public struct RandomStart: Sendable, Hashable {
  /// Epochs from one sample to the next, in the units of the axis.
  public var period: Double
  /// The number of samples, K.
  public var count: Int
  /// The seed of the view.
  public var seed: UInt32

  /// Makes a plan.
  public init(period: Double, count: Int, seed: UInt32 = 0) {
    self.period = period
    self.count = count
    self.seed = seed
  }

  /// The published plans, by period and then by the number of samples.
  public static let published: [RandomStart] =
    [2, 4, 6, 9, 11, 13, 16, 18, 21].map { RandomStart(period: 5, count: $0) }
    + [2, 4, 6].map { RandomStart(period: 15, count: $0) } + [2, 4].map { RandomStart(period: 25, count: $0) }

  /// The seed of the start of one example.
  public func seed(of example: Int64) -> UInt32 {
    seed &* 2_654_435_761 &+ UInt32(truncatingIfNeeded: example)
  }

  /// Where an example starts, among so many places; the definition, of which ``starts(of:among:into:)`` is a faster form.
  public func start(of example: Int64, among places: Int) -> Int {
    var random = RandomState(seed: seed(of: example))
    return Int(random.interval(UInt64(places - 1)))
  }

  /// Adds the starts of neighbouring examples to a list.
  ///
  /// - Complexity: O(examples), about a tenth of a microsecond for each.
  package func starts(of examples: Range<Int64>, among places: Int, into starts: inout [Int32]) {
    RandomState.appendFirstIntervals(
      UInt32(places - 1), firstSeed: seed(of: examples.lowerBound), count: examples.count, to: &starts)
  }

  /// The steps of the axis in one period, and how many places there are to start.
  ///
  /// - Throws: ``EngramError`` with code `usage` when the axis is not even, the period is not a whole number of its
  ///   steps, or the samples do not fit it.
  func plan(onAxis axis: [Double]) throws(EngramError) -> (step: Int, places: Int) {
    func fail(_ message: String, expected: String, found: String, mend: Mend) -> EngramError {
      EngramError(.usage, message, place: "random start", expected: expected, found: found, mend: mend)
    }
    guard count >= 1, period > 0, period.isFinite else {
      throw fail(
        "a random start has a period above 0 and at least one sample", expected: "such as random-start:15x4",
        found: "random-start:\(EpochSelection.text(period))x\(count)", mend: "choose another period or count")
    }
    guard axis.count > 1 else {
      if count == 1, axis.count == 1 { return (1, 1) }
      throw fail(
        "\(count) samples do not fit the axis", expected: "at most \(axis.count)", found: "\(count)",
        mend: "ask for fewer samples or more epochs")
    }
    let spacing = (axis[axis.count - 1] - axis[0]) / Double(axis.count - 1)
    // Epochs such as 0.1, 0.2, 0.3 are not exact; a millionth of a step is.
    let tolerance = spacing * 1e-6
    for (index, epoch) in axis.enumerated() where abs(axis[0] + Double(index) * spacing - epoch) > tolerance {
      throw fail(
        "a period needs evenly spaced epochs", expected: "one distance from each epoch to the next",
        found: EpochSelection.text(axis), mend: "choose evenly spaced epochs with epochs:FIRST:LAST:STEP")
    }
    let steps = (period / spacing).rounded()
    guard steps >= 1, abs(steps * spacing - period) <= tolerance else {
      throw fail(
        "the period is not a whole number of steps of the axis",
        expected: "a multiple of \(EpochSelection.text(spacing)) epochs", found: EpochSelection.text(period),
        mend: "choose another period, or other epochs")
    }
    let longest = Double(axis.count - 1) / steps
    guard Double(count - 1) <= longest else {
      let most = Int(longest) + 1
      throw fail(
        most == 1
          ? "the period is longer than the trajectory"
          : "\(count) samples at a period of \(EpochSelection.text(period)) epochs are longer than the trajectory",
        expected:
          "at most \(most) \(most == 1 ? "sample" : "samples") from \(EpochSelection.text(axis[0])) to \(EpochSelection.text(axis[axis.count - 1]))",
        found: "\(count)", mend: "ask for fewer samples or a shorter period")
    }
    // One sample alone may have any period, also one that no Int holds.
    let step = Int(min(steps, Double(axis.count)))
    return (step, axis.count - (count - 1) * step)
  }
}
