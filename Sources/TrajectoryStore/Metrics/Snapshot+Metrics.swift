// Snapshot+Metrics.swift -- scalars of runs, such as loss and top-1, as of one commit.

public import Base
import Catalog
public import TrajectoryModel

/// How much a store has of one metric.
public struct MetricSummary: Sendable, Hashable {
  /// The name.
  public let name: String
  /// The number of runs that have it.
  public let runs: Int
  /// The number of values, and how many of them are NaN.
  public let values, nans: Int
  /// The first and the last epoch of any run.
  public let firstEpoch, lastEpoch: Double
}

/// What a metric says of one run: the run, its examples, and the value.
public struct RunMetricValue: Sendable, Hashable {
  /// The id of the run.
  public let run: Int64
  /// Every example of the run.
  public let examples: ExampleSet
  /// The value at the moment that was asked for.
  public let value: Double
}

extension Snapshot {
  /// The metrics of the runs, by name.
  public func metrics() throws(EngramError) -> [MetricSummary] {
    if commit == 0 { return [] }
    return try read { (catalog) throws(EngramError) in
      try catalog.metricCounts(asOf: commit).map {
        MetricSummary(
          name: $0.name, runs: Int($0.runs), values: Int($0.values), nans: Int($0.nans), firstEpoch: $0.first,
          lastEpoch: $0.last)
      }
    }
  }

  /// The value of a metric for each run that has it, ascending by run.
  ///
  /// ```swift
  /// let accuracies = try snapshot.metric("top1", at: .last)
  /// let good = accuracies.filter { $0.value >= 0.6 }.reduce(ExampleSet()) { $0.union($1.examples) }
  /// ```
  ///
  /// - Parameters:
  ///   - name: The metric.
  ///   - moment: Which epoch stands for a run.
  /// - Returns: Runs that do not have the metric, or not at that epoch, are not among them.
  /// - Throws: ``EngramError`` with code `notFound` when no run has the metric, or none at that epoch, with what there is.
  /// - Complexity: O(values of the metric + observations).
  public func metric(_ name: String, at moment: MetricMoment = .last) throws(EngramError) -> [RunMetricValue] {
    var runs: [(run: Int64, value: Double)] = []
    var current: (run: Int64, values: [(epoch: Double, value: Double)])?
    func close() {
      guard let done = current, let value = moment.value(of: done.values, metric: name) else { return }
      runs.append((done.run, value))
    }
    if commit > 0 {
      try read { (catalog) throws(EngramError) in
        try catalog.metrics(name, asOf: commit) { (metric) throws(EngramError) in
          if current?.run != metric.run {
            close()
            current = (metric.run, [])
          }
          current?.values.append((metric.value.epoch, metric.value.value))
        }
      }
    }
    close()
    guard !runs.isEmpty else { throw try missing(name, at: moment) }
    var result: [RunMetricValue] = []
    result.reserveCapacity(runs.count)
    var next = runs[...]
    for group in try groups(by: ["run_id"]) {
      guard let first = next.first else { break }
      guard group.key[0] == .integer(first.run) else { continue }
      result.append(RunMetricValue(run: first.run, examples: group.examples, value: first.value))
      next = next.dropFirst()
    }
    return result
  }

  private func missing(_ name: String, at moment: MetricMoment) throws(EngramError) -> EngramError {
    let known = try metrics()
    if let metric = known.first(where: { $0.name == name }) {
      return EngramError(
        .notFound, "no run has the metric '\(name)' at that epoch", file: store.path,
        expected: "an epoch from \(EpochSelection.text(metric.firstEpoch)) to \(EpochSelection.text(metric.lastEpoch))",
        found: moment.text, mend: "`last` takes the last epoch of each run")
    }
    let names = known.map(\.name)
    return EngramError(
      .notFound, "no run has a metric '\(name)'", file: store.path,
      expected: names.isEmpty ? "none is stored yet" : "one of \(names.prefix(20).joined(separator: ", "))",
      found: name,
      mend: closestName(to: name, among: names).map { "did you mean '\($0)'?" }
        ?? "add metrics with \(run: .ingestMetrics, on: store.path)")
  }
}
