// MeasurementCondition.swift -- how many units are measured, and with how much noise.

public import Base
public import TrajectoryModel

/// A condition of measurement (paper Appendix B.4): noise on every value, then some of the units, chosen at random.
///
/// Noise is `noiseSD * RandomState(seed).standard_normal(shape)` over all values in their order, stimulus by stimulus; the
/// units are the first of `RandomState(seed).permutation(n)`, the same for all stimuli. Both generators start anew for
/// every tensor, so the condition means the same at every epoch.
public struct MeasurementCondition: Sendable, Hashable {
  /// Which of the units are measured.
  public enum Units: Sendable, Hashable {
    /// All of them.
    case all
    /// A fraction above 0 and at most 1, rounded up to whole units.
    case fraction(Double)
    /// So many.
    case count(Int)
  }

  /// Which of the units are measured.
  public let units: Units
  /// The standard deviation of the noise.
  public let noiseSD: Double
  /// What the units and the noise are drawn from.
  public let seed: UInt32

  /// All units, no noise.
  public static let perfect = MeasurementCondition(checkedUnits: .all, noiseSD: 0, seed: 0)

  private init(checkedUnits units: Units, noiseSD: Double, seed: UInt32) {
    self.units = units
    self.noiseSD = noiseSD
    self.seed = seed
  }

  /// Makes a condition.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a fraction that is none, a count below 1, or noise that is negative or
  ///   not finite.
  public init(units: Units = .all, noiseSD: Double = 0, seed: UInt32 = 0) throws(EngramError) {
    switch units {
    case .all: break
    case .fraction(let fraction):
      guard fraction > 0, fraction <= 1 else {
        throw EngramError(
          .usage, "no such fraction of units can be measured", expected: "above 0, at most 1", found: "\(fraction)")
      }
    case .count(let count):
      guard count > 0 else {
        throw EngramError(.usage, "no such number of units can be measured", expected: "at least 1", found: "\(count)")
      }
    }
    guard noiseSD >= 0, noiseSD.isFinite else {
      throw EngramError(
        .usage, "this is no standard deviation of noise", expected: "a finite number of at least 0", found: "\(noiseSD)"
      )
    }
    self.init(checkedUnits: units == .fraction(1) ? .all : units, noiseSD: noiseSD, seed: seed)
  }

  /// Whether all units are measured without noise, so that nothing is drawn.
  public var isPerfect: Bool { units == .all && noiseSD == 0 }

  /// Whether so many units are measured, of however many there are.
  package var isCount: Bool { if case .count = units { true } else { false } }

  /// Says that layers have as many units as are counted, so that nothing is chosen.
  package static func noteOnWhole(_ layers: [String]) -> String {
    "layers with as many units as are to be measured have one perfect observation without noise, whatever the seed: "
      + layers.joined(separator: ", ")
  }

  /// How many of some units are measured, at least one.
  ///
  /// - Throws: ``EngramError`` with code `usage` when there are fewer units than a count asks for.
  public func unitCount(of available: Int) throws(EngramError) -> Int {
    switch units {
    case .all: return available
    // As the published code has it: the fraction of the units, rounded up.
    case .fraction(let fraction): return min(available, max(1, Int((fraction * Double(available)).rounded(.up))))
    case .count(let count):
      guard count <= available else {
        throw EngramError(
          .usage, "there are fewer units than are to be measured", expected: "at most \(available)", found: "\(count)",
          mend: "ask for fewer units, or for a fraction of them")
      }
      return count
    }
  }

  /// The same for a layer of so many units at each epoch: a count of all of them chooses none.
  ///
  /// - Throws: As ``unitCount(of:)``, where any epoch has too few.
  package func applied(toUnits available: [Int]) throws(EngramError) -> MeasurementCondition {
    guard case .count(let count) = units else { return self }
    for units in available { _ = try unitCount(of: units) }
    guard available.allSatisfy({ $0 == count }) else { return self }
    return noiseSD == 0 ? .perfect : MeasurementCondition(checkedUnits: .all, noiseSD: noiseSD, seed: seed)
  }

  /// The same for the weights of a layer of so many units: a count is their share of the units.
  ///
  /// - Throws: As ``unitCount(of:)``.
  func applied(toWeightsOf unitCount: Int) throws(EngramError) -> MeasurementCondition {
    guard case .count(let count) = units else { return self }
    _ = try self.unitCount(of: unitCount)
    return try MeasurementCondition(
      units: .fraction(Double(count) / Double(unitCount)), noiseSD: noiseSD, seed: seed)
  }

  /// What a store keeps of the condition, for a layer of so many units.
  ///
  /// - Throws: As ``unitCount(of:)``.
  public func observation(ofUnits available: Int) throws(EngramError) -> ObservationCondition {
    try observation(ofUnits: [available])
  }

  /// What a store keeps of the condition, for a layer of so many units at each epoch; a count is a fraction of their mean, and one
  /// of all of them is no condition.
  ///
  /// - Throws: As ``unitCount(of:)``, where any epoch has too few.
  public func observation(ofUnits available: [Int]) throws(EngramError) -> ObservationCondition {
    let applied = try applied(toUnits: available)
    if applied.isPerfect { return .perfect }
    let fraction: Double
    switch applied.units {
    case .all: fraction = 1
    case .fraction(let share): fraction = share
    case .count(let count): fraction = Double(count * available.count) / Double(available.reduce(0, +))
    }
    return ObservationCondition(unitFraction: fraction, noiseSD: noiseSD, seed: Int64(seed))
  }
}
