// MatchedSplits.swift -- balanced splits of runs that do equally well, so that rules cannot be told apart by accuracy.

import Base
public import TrajectoryModel
import TrajectoryStore

/// Balanced splits of only those runs whose metric is comparable: the control of paper Figure S2a.
///
/// A classifier that tells learning rules apart might only see how well networks perform. This control keeps runs whose
/// metric, such as the validation top-1, lies in a band, or pairs runs of two rules whose values are close.
public struct MatchedSplits: Sendable, Hashable {
  /// Which runs are comparable.
  public enum Matching: Sendable, Hashable {
    /// Runs whose value is at least `lowest` and at most `highest`.
    case band(lowest: Double, highest: Double)
    /// As many pairs of a run of the one class and a run of the other as can be, each run in one pair, whose values
    /// differ by at most `tolerance` and whose columns `same` are equal.
    case pairs(first: MetadataValue, second: MetadataValue, tolerance: Double, same: [String])
  }

  /// The metric of runs.
  public var metric: String
  /// Which epoch stands for a run.
  public var moment: MetricMoment
  /// Which runs are comparable.
  public var matching: Matching
  /// How the splits are drawn from the examples of these runs.
  public var balanced: BalancedSplits

  /// Makes a plan.
  public init(
    metric: String, at moment: MetricMoment = .last, _ matching: Matching, balanced: BalancedSplits = BalancedSplits()
  ) {
    self.metric = metric
    self.moment = moment
    self.matching = matching
    self.balanced = balanced
  }
}

extension MatchedSplits: SplitPlan {
  static let kind = "matched"
  static let keys = ["metric", "at", "band", "classes", "tolerance", "same"] + BalancedSplits.keys

  init(reading object: JSONObject) throws(EngramError) {
    let matching: Matching
    if let band = try object.optional("band", { (value) throws(EngramError) in try value.asReals() }) {
      guard band.count == 2, object["classes"] == nil, object["tolerance"] == nil, object["same"] == nil else {
        throw EngramError(
          .usage, "a band is its lowest and its highest value, without classes, tolerance and same",
          place: "key \"band\"", expected: "such as [0.6, 0.7]")
      }
      matching = .band(lowest: band[0], highest: band[1])
    } else {
      let classes = try object.require("classes") { (value) throws(EngramError) in
        try value.elements { (part) throws(EngramError) in try part.asMetadata() }
      }
      guard classes.count == 2 else {
        throw EngramError(
          .usage, "runs of two classes are paired", place: "key \"classes\"", expected: "such as [\"adam\", \"sgdm\"]",
          found: "\(classes.count) classes")
      }
      matching = .pairs(
        first: classes[0], second: classes[1], tolerance: try object.real("tolerance"),
        same: try object.optionalColumns("same") ?? [])
    }
    self.init(
      metric: try object.string("metric"), at: try MetricMoment(parsing: try object.optionalText("at") ?? "last"),
      matching, balanced: try BalancedSplits(reading: object))
  }

  func write(to object: inout JSONObject) {
    object["metric"] = .string(metric)
    object["at"] = .string(moment.text)
    switch matching {
    case .band(let lowest, let highest): object["band"] = .array([.real(lowest), .real(highest)])
    case .pairs(let first, let second, let tolerance, let same):
      object["classes"] = .array([JSONValue(first), JSONValue(second)])
      object["tolerance"] = .real(tolerance)
      object["same"] = same.isEmpty ? nil : .array(same.map { .string($0) })
    }
    balanced.write(to: &object)
  }

  func check() throws(EngramError) {
    guard !metric.isEmpty else {
      throw EngramError(.usage, "the metric has no name", place: "key \"metric\"", expected: "such as top1")
    }
    switch matching {
    case .band(let lowest, let highest):
      guard lowest <= highest else {
        throw EngramError(
          .usage, "the lowest value of a band is not above the highest", place: "key \"band\"",
          expected: "such as [0.6, 0.7]", found: "[\(lowest), \(highest)]")
      }
    case .pairs(let first, let second, let tolerance, let same):
      guard first != second, first != .null, second != .null else {
        throw EngramError(
          .usage, "runs of two classes are paired", place: "key \"classes\"", expected: "two classes, neither null",
          found: "\(first) and \(second)")
      }
      guard tolerance >= 0, tolerance.isFinite else {
        throw EngramError(
          .usage, "a tolerance is not negative", place: "key \"tolerance\"", expected: "0 or above",
          found: "\(tolerance)")
      }
      if !same.isEmpty { try Choices.check(columns: same, "same") }
    }
    try balanced.check()
  }

  func makeSplits(_ source: SplitSource, _ receive: (Split) throws(EngramError) -> Void) throws(EngramError) {
    let runs = try source.snapshot.metric(metric, at: moment).filter { !$0.examples.isDisjoint(with: source.selected) }
    let classes = try source.classes()
    let kept: ExampleSet
    switch matching {
    case .band(let lowest, let highest):
      kept = ExampleSet(runs.filter { $0.value >= lowest && $0.value <= highest }.flatMap(\.examples.ranges))
    case .pairs(let first, let second, let tolerance, let same):
      kept = try paired(runs, of: (first, second), tolerance, same, classes, source)
    }
    let members = classes.map { ExampleClass(label: $0.label, examples: $0.examples.intersection(kept)) }
      .filter { !$0.examples.isEmpty }
    guard members.count >= 2 else {
      let values = runs.map(\.value).filter { !$0.isNaN }
      throw EngramError(
        .invalidData, "the runs that match are of fewer than two classes", place: "metric \(metric)",
        expected: "runs of two classes or more",
        found: values.isEmpty
          ? "\(runs.count) runs, all NaN"
          : "\(runs.count) runs with values from \(values.min() ?? .nan) to \(values.max() ?? .nan)",
        mend: "widen the band or the tolerance")
    }
    try balanced.draw(
      of: members, label: source.label, train: source.trainPool, test: source.testPool, name: { String($0) }, receive)
  }

  /// The share of a tolerance by which a difference may be above it.
  private static let slack = 1e-9

  /// The examples of the runs of both classes that find a partner.
  ///
  /// Values ascending, the lowest runs of both classes are a pair where they are close enough; else the lower of them
  /// has no partner and is left out. No other way makes more pairs.
  private func paired(
    _ runs: [RunMetricValue], of labels: (MetadataValue, MetadataValue), _ tolerance: Double, _ same: [String],
    _ classes: [ExampleClass], _ source: SplitSource
  ) throws(EngramError) -> ExampleSet {
    let wanted = same.isEmpty ? [ExampleGroup(key: [], examples: source.selected)] : try source.groups(by: same)
    let owners = Ownership(wanted.map(\.examples))
    func members(_ label: MetadataValue) throws(EngramError) -> [[RunMetricValue]] {
      guard let examples = classes.first(where: { $0.label == label })?.examples else {
        throw EngramError(
          .invalidData, "no selected example is of the class '\(label)'", place: source.label,
          expected: "one of \(classes.prefix(12).map(\.label.description).joined(separator: ", "))")
      }
      var groups = [[RunMetricValue]](repeating: [], count: wanted.count)
      for run in runs where !run.value.isNaN {
        let inside = run.examples.intersection(examples)
        if inside.isEmpty { continue }
        guard let group = owners.owner(of: inside) else {
          throw EngramError(
            .invalidData, "a run is of several groups", place: same.joined(separator: ","), found: "run \(run.run)",
            mend: "pair by fields of runs, not of layers")
        }
        groups[group].append(run)
      }
      return groups.map { $0.sorted { ($0.value, $0.run) < ($1.value, $1.run) } }
    }
    let (first, second) = (try members(labels.0), try members(labels.1))
    // Decimals such as 0.62 and 0.61 differ by a little more than 0.01 in binary, and large ones by a step of theirs.
    func areClose(_ one: Double, _ other: Double) -> Bool {
      let step = tolerance > 0 ? max(one.magnitude, other.magnitude).ulp : 0
      return abs(one - other) <= tolerance * (1 + Self.slack) + step
    }
    var ranges: [Range<Int64>] = []
    for (one, other) in zip(first, second) {
      var (i, j) = (0, 0)
      while i < one.count, j < other.count {
        if areClose(one[i].value, other[j].value) {
          ranges.append(contentsOf: one[i].examples.ranges + other[j].examples.ranges)
          i += 1
          j += 1
        } else if one[i].value < other[j].value {
          i += 1
        } else {
          j += 1
        }
      }
    }
    return ExampleSet(ranges)
  }
}
