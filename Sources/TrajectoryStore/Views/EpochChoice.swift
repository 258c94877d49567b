// EpochChoice.swift -- one epoch of each run: its first, its last, the last up to a number, or the best by a metric.

import TrajectoryModel

/// One epoch of each run, for runs that were recorded at epochs of their own.
///
/// In text: `first`, `last`, `at-most:50`, `best:top1` and `best:loss:min`. Each run gives its own epoch at the same column of a
/// matrix, so runs of different lengths stand side by side.
public enum EpochChoice: Sendable, Hashable {
  /// The first epoch that was recorded.
  case first
  /// The last epoch that was recorded.
  case last
  /// The last recorded epoch that is not above a number.
  case atMost(Double)
  /// The recorded epoch at which a metric of the run is highest, or lowest; of several the first. NaN is passed over.
  case best(metric: String, isLowest: Bool)

  /// Parses the text form; nil for anything else.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count == 2 ? parts[1] : nil) {
    case ("first", nil): self = .first
    case ("last", nil): self = .last
    case ("at-most", let number?):
      guard let epoch = Double(number), epoch.isFinite else { return nil }
      self = .atMost(epoch)
    case ("best", var metric?):
      let isLowest = metric.hasSuffix(":min")
      if isLowest || metric.hasSuffix(":max") { metric.removeLast(4) }
      guard !metric.isEmpty else { return nil }
      self = .best(metric: metric, isLowest: isLowest)
    default: return nil
    }
  }

  /// The words that begin a text form.
  package static let words = ["first", "last", "at-most", "best"]

  /// The text form, which ``init(parsing:)`` reads back.
  public var text: String {
    switch self {
    case .first: "first"
    case .last: "last"
    case .atMost(let epoch): "at-most:\(EpochSelection.text(epoch))"
    case .best(let metric, let isLowest): "best:\(metric):\(isLowest ? "min" : "max")"
    }
  }

  /// What it is, as a noun.
  var noun: String {
    switch self {
    case .first: "the first epoch"
    case .last: "the last epoch"
    case .atMost(let epoch): "the last epoch up to \(EpochSelection.text(epoch))"
    case .best(let metric, let isLowest): "the epoch of the \(isLowest ? "lowest" : "highest") \(metric)"
    }
  }

  /// The place of the chosen epoch among some epochs of a run, ascending; nil where there is none.
  ///
  /// - Parameters:
  ///   - epochs: The epochs.
  ///   - metric: The values of the metric, by epoch; empty unless one is asked for.
  /// - Returns: The place.
  func place(among epochs: [Double], metric: [Double: Double]) -> Int? {
    switch self {
    case .first: return epochs.isEmpty ? nil : 0
    case .last: return epochs.isEmpty ? nil : epochs.count - 1
    case .atMost(let most): return epochs.lastIndex { $0 <= most }
    case .best(_, let isLowest):
      var best: (place: Int, value: Double)?
      for (place, epoch) in epochs.enumerated() {
        guard let value = metric[epoch], !value.isNaN else { continue }
        if let known = best, isLowest ? value >= known.value : value <= known.value { continue }
        best = (place, value)
      }
      return best?.place
    }
  }
}
