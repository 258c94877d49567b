// PredictionSets.swift -- sets of classes that hold the true one in nine of ten cases, and how far that is true.

import Classifiers

/// Sets of classes that are to hold the true one at a level of confidence (conformal prediction), and how far they do.
///
/// A class is in the set of a run when its calibrated probability is at least ``leastProbability``; the most likely one always
/// is. What is to be identified is one more kind, and kinds differ far more than runs of one. So the bound is first the lowest
/// under which each kind that was held out is covered at the level, and then lower by as much as that kind fell short of all
/// others, for the next may fall short as far again. How far it holds is measured by nested hold-outs: each kind by the
/// probabilities and the bound that all others give.
///
/// A kind on which the measures hardly agree (``MeasureAgreement``) is one of which nothing can be said: its sets hold every class, and
/// the bound of the others is made without it. Nor can much be said of a kind on which they agree clearly less than on all others.
public struct PredictionSets: Sendable, Hashable {
  /// What was held out together.
  public struct Kind: Sendable, Hashable {
    /// Its name, such as `task=simclr`, or the number of a fold of runs.
    public let name: String
    /// The number of runs.
    public let runs: Int
    /// The share whose most likely class is the true one.
    public let accuracy: Double
    /// The share whose set holds the true class.
    public let coverage: Double
    /// Whether the accuracy may well be that of guessing: not above it by two standard errors.
    public let isNearChance: Bool
    /// How far the measures, each learned from alone, agree on its runs; nil where that was not measured.
    public let agreement: MeasureAgreement?
    /// Whether its sets hold every class, for the measures hardly agree on it.
    public var isDoubtful: Bool { agreement?.isDoubtful ?? false }
    /// Whether its sets hold every class, for the measures agree on it less than on all others.
    public var isUnlike: Bool { agreement?.isUnlike ?? false }
  }

  /// The level, such as 0.9.
  public let level: Double
  /// The least probability of a class in a set; 0 where nothing can be said of what is to be identified.
  public let leastProbability: Double
  /// What was held out, in order.
  public let kinds: [Kind]
  /// The mean number of classes in a set of a held-out run, each kind counting the same.
  public let meanSize: Double

  /// The mean coverage, each kind counting the same.
  public var coverage: Double { kinds.reduce(0) { $0 + $1.coverage } / Double(max(1, kinds.count)) }
  /// The kind that is covered worst; nil where nothing was held out.
  public var worst: Kind? { kinds.min { $0.coverage < $1.coverage } }

  /// Measures sets on held-out runs.
  ///
  /// - Parameters:
  ///   - probabilities: runs x classes, run by run, each calibrated without its own kind.
  ///   - labels: The true class of each run.
  ///   - folds: The number of the kind of each run.
  ///   - names: The names of the kinds.
  ///   - agreements: How far the measures agree on each kind; empty where that was not measured.
  ///   - isUnknown: Whether they hardly agree on what is to be identified, or clearly less than on all that was held out.
  ///   - classCount: The number of classes.
  ///   - level: The level.
  init(
    probabilities: [Double], labels: [Int32], folds: [Int], names: [String], agreements: [MeasureAgreement] = [],
    isUnknown: Bool = false, classCount: Int, level: Double = 0.9
  ) {
    self.level = level
    func own(_ run: Int) -> ArraySlice<Double> { probabilities[(run * classCount)..<((run + 1) * classCount)] }
    let present = Set(folds).sorted()
    let members = present.map { fold in folds.indices.filter { folds[$0] == fold } }
    let bounds = members.map { runs in
      Self.bound(runs.map { probabilities[$0 * classCount + Int(labels[$0])] }, level: level)
    }
    let agreed = present.map { agreements.indices.contains($0) ? agreements[$0] : nil }
    let isTrusted = agreed.map { !($0?.isDoubtful ?? false) }
    // Without any kind that can be trusted, all of them say what is known.
    let used = isTrusted.contains(true) ? bounds.indices.filter { isTrusted[$0] } : Array(bounds.indices)
    leastProbability = isUnknown ? 0 : Self.joint(used.map { bounds[$0] })
    var (kinds, sizes): ([Kind], [Double]) = ([], [])
    for (place, runs) in members.enumerated() {
      let others = used.filter { $0 != place }
      let bound =
        isTrusted[place] && !(agreed[place]?.isUnlike ?? false)
        ? Self.joint((others.isEmpty ? bounds.indices.filter { $0 != place } : others).map { bounds[$0] }) : 0
      let sets = runs.map { Self.codes(of: own($0), least: bound) }
      let count = Double(runs.count)
      let right = runs.count { mostLikely(own($0)) == Int(labels[$0]) }
      let covered = zip(runs, sets).count { $1.contains(Int(labels[$0])) }
      kinds.append(
        Kind(
          name: names.indices.contains(present[place]) ? names[present[place]] : String(present[place]),
          runs: runs.count,
          accuracy: Double(right) / count, coverage: Double(covered) / count,
          isNearChance: Self.isNearChance(Double(right) / count, of: runs.count, classCount: classCount),
          agreement: agreed[place]))
      sizes.append(sets.reduce(0) { $0 + Double($1.count) } / count)
    }
    self.kinds = kinds
    meanSize = sizes.reduce(0, +) / Double(max(1, sizes.count))
  }

  /// Whether a share of correct runs may well be that of guessing: not above it by two standard errors.
  static func isNearChance(_ accuracy: Double, of runs: Int, classCount: Int) -> Bool {
    let chance = 1 / Double(classCount)
    return accuracy <= chance + 2 * (chance * (1 - chance) / Double(max(1, runs))).squareRoot()
  }

  /// The probability that all but one in so many of the true classes reach; 0 where there are too few to tell.
  private static func bound(_ probabilities: [Double], level: Double) -> Double {
    let sorted = probabilities.sorted(by: >)
    let place = Int((Double(sorted.count + 1) * level).rounded(.up))
    return place <= sorted.count ? sorted[place - 1] : 0
  }

  /// The bound for one more kind: the lowest of some bounds, times how far it lies below the next.
  private static func joint(_ bounds: [Double]) -> Double {
    let sorted = bounds.sorted()
    guard let lowest = sorted.first else { return 0 }
    guard sorted.count > 1, sorted[1] > 0 else { return lowest }
    return lowest * lowest / sorted[1]
  }

  private static func codes(of probabilities: ArraySlice<Double>, least: Double) -> [Int] {
    let best = mostLikely(probabilities)
    return probabilities.enumerated().filter { $0.element >= least || $0.offset == best }.map(\.offset)
  }

  /// The codes of the classes in the set of a run.
  ///
  /// - Parameter probabilities: The calibrated probability of each class.
  /// - Returns: The codes, ascending; at least that of the most likely class.
  public func codes(of probabilities: [Double]) -> [Int] {
    Self.codes(of: probabilities[...], least: leastProbability)
  }
}
