// RunMetric.swift -- scalars of a run that are no observables, such as its loss or top-1 accuracy, epoch by epoch.

public import Base

/// One scalar of a run at one epoch, such as its loss or top-1 accuracy.
///
/// A value may be anything a Float64 can be: the loss of a run that diverged is NaN, which is a value, while a metric
/// that nobody recorded has none.
public struct MetricValue: Sendable, Hashable {
  /// The name of the metric, such as `top1`.
  public var metric: String
  /// The epoch after which it was taken.
  public var epoch: Double
  /// The value.
  public var value: Double

  /// Makes a value.
  public init(_ metric: String, epoch: Double, _ value: Double) {
    self.metric = metric
    self.epoch = epoch
    self.value = value
  }

  /// Bytes of the longest name of a metric.
  private static let longestName = 200

  /// Refuses a name that no metric can have.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a name that is empty, too long or has a NUL.
  package static func check(name: String) throws(EngramError) {
    guard !name.isEmpty, name.utf8.count <= longestName, !name.utf8.contains(0) else {
      throw EngramError(
        .invalidData, "this is no metric", expected: "a name of at most \(longestName) bytes, without a NUL",
        found: name.prefix(longestName).debugDescription)
    }
  }
}

/// A metric of a run of a store.
public struct RunMetric: Sendable, Hashable {
  /// The id of the run in its store, the column `run_id`.
  public var run: Int64
  /// Metric, epoch and value.
  public var value: MetricValue

  /// Makes a metric.
  public init(run: Int64, _ value: MetricValue) {
    self.run = run
    self.value = value
  }
}

/// Which epoch of a metric stands for a run.
///
/// In text: `last`, `best`, `highest`, `lowest`, or `epoch:90`.
public enum MetricMoment: Sendable, Hashable {
  /// The last epoch at which the run has the metric, also where that value is NaN.
  case last
  /// The best value: the lowest of a metric whose name contains `loss` or `error`, else the highest.
  case best
  /// The highest value; NaN only where all are.
  case highest
  /// The lowest value; NaN only where all are.
  case lowest
  /// The value at this epoch; runs that lack it have none.
  case epoch(Double)

  /// The text form.
  public var text: String {
    switch self {
    case .last: "last"
    case .best: "best"
    case .highest: "highest"
    case .lowest: "lowest"
    case .epoch(let epoch): "epoch:\(Int64(exactly: epoch).map(String.init) ?? String(epoch))"
    }
  }

  /// Parses the text form.
  ///
  /// - Throws: ``EngramError`` with code `usage`.
  public init(parsing text: String) throws(EngramError) {
    switch text {
    case "last": self = .last
    case "best": self = .best
    case "highest": self = .highest
    case "lowest": self = .lowest
    default:
      guard text.hasPrefix("epoch:"), let epoch = Double(text.dropFirst(6)), epoch.isFinite else {
        throw EngramError(
          .usage, "this is no moment of a metric", expected: "last, best, highest, lowest or epoch:90",
          found: "'\(text)'", mend: "last takes the last epoch of each run")
      }
      self = .epoch(epoch)
    }
  }

  /// The value that stands for a run.
  ///
  /// - Parameters:
  ///   - values: The values of the run, ascending by epoch.
  ///   - metric: The name of the metric, which says what is best.
  /// - Returns: The value, or nil where the run has none at this moment.
  public func value(of values: [(epoch: Double, value: Double)], metric: String) -> Double? {
    /// The extreme of the values that are numbers, else NaN.
    func extreme(_ isBefore: (Double, Double) -> Bool) -> Double? {
      let numbers = values.lazy.map(\.value).filter { !$0.isNaN }
      return numbers.max(by: isBefore) ?? values.last?.value
    }
    switch self {
    case .last: return values.last?.value
    case .highest: return extreme(<)
    case .lowest: return extreme(>)
    case .best:
      let name = metric.lowercased()
      return name.contains("loss") || name.contains("error") ? extreme(>) : extreme(<)
    case .epoch(let epoch): return values.first { $0.epoch == epoch }?.value
    }
  }
}
