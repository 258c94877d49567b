// Sureness.swift -- whether runs are told apart less surely than any that were held out, as those of an unknown class are.

import Classifiers

/// How surely held-out runs were told apart, by the parts that were held out together.
///
/// Runs of a class that was not learned often lie among the training runs, where no distance shows them. But no learned class
/// fits them well, so the greatest probabilities are lower (Hendrycks and Gimpel 2017).
struct Sureness: Sendable {
  /// The normal quantile of 99 in 100.
  private static let quantile = 2.326

  /// For each part that was held out, the greatest probability of each of its runs.
  let parts: [[Double]]

  /// Takes what was said of held-out runs.
  ///
  /// - Parameters:
  ///   - votes: What was said of them.
  ///   - scaling: What their probabilities are raised to, which is what those of the runs to identify are.
  init(_ votes: HeldOutVotes, _ scaling: TemperatureScaling) {
    let probabilities = scaling.probabilities(of: votes.logs)
    let count = votes.logs.classCount
    let greatest = votes.folds.indices.map { probabilities[($0 * count)..<(($0 + 1) * count)].max() ?? 0 }
    parts = Set(votes.folds).sorted().map { fold in
      votes.folds.indices.filter { votes.folds[$0] == fold }.map { greatest[$0] }
    }
  }

  /// The mean over all runs.
  var mean: Double { Self.mean(parts.flatMap { $0 }) }
  /// The mean of the part with the least.
  var leastMean: Double { parts.map(Self.mean).min() ?? 0 }

  /// Whether runs are told apart less surely: less on the mean than each part, and beyond chance by the rank-sum test of Mann and
  /// Whitney (1947) at 1 in 100, ties counted.
  func isAbove(_ own: [Double]) -> Bool {
    guard parts.count > 1, !own.isEmpty, Self.mean(own) < leastMean else { return false }
    let heldOut = parts.flatMap { $0 }
    var counts: [Double: (own: Double, heldOut: Double)] = [:]
    for value in own { counts[value, default: (0, 0)].own += 1 }
    for value in heldOut { counts[value, default: (0, 0)].heldOut += 1 }
    // Of all pairs, those in which the held-out run is the surer one, equal ones half.
    var (greater, tied, above) = (0.0, 0.0, Double(heldOut.count))
    for (_, count) in counts.sorted(by: { $0.key < $1.key }) {
      above -= count.heldOut
      greater += count.own * (above + count.heldOut / 2)
      let same = count.own + count.heldOut
      tied += same * (same * same - 1)
    }
    let (n, m) = (Double(own.count), Double(heldOut.count))
    let total = n + m
    let variance = n * m / 12 * (total + 1 - tied / (total * (total - 1)))
    return variance > 0 && (greater - n * m / 2 - 0.5) / variance.squareRoot() > Self.quantile
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
