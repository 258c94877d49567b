// TrajectoryStore+Metrics.swift -- adding metrics to runs that are stored already.

public import Base
import Catalog
public import TrajectoryModel

/// What an addition of metrics did.
public struct MetricReport: Sendable, Hashable {
  /// The number of the commit; where nothing was added, that of the last one.
  public let commit: Int64
  /// The number of values added.
  public let values: Int
  /// The number of values that were stored already, the same.
  public let known: Int
  /// The number of runs they belong to.
  public let runs: Int
  /// The names of the metrics, ascending.
  public let metrics: [String]
  /// What a user should know about how a file was understood.
  public var notes: [String] = []
}

extension TrajectoryStore {
  /// Adds metrics to runs, in one commit; values that are stored never change.
  ///
  /// There is no commit where all of them are stored.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no such run, `exists` when a run has another
  ///   value of that metric at that epoch, `invalidData` for an impossible name or epoch, `busy`, `diskFull`, `io`, `cancelled`.
  public func addMetrics(
    _ metrics: [RunMetric], options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> MetricReport {
    try addMetrics(metrics, operation: "append", source: "the program", options: options) { "value \($0)" }
  }

  /// Adds metrics that came from a file.
  ///
  /// - Parameters:
  ///   - metrics: The values.
  ///   - operation: One word for the commit log.
  ///   - source: Where they came from, for the commit log.
  ///   - options: How the writer waits and works.
  ///   - place: Where the value of an index came from, for errors.
  /// - Returns: What was added.
  /// - Throws: As ``addMetrics(_:options:)``.
  package func addMetrics(
    _ metrics: [RunMetric], operation: String, source: String, options: WriteOptions = WriteOptions(),
    placeOf place: (Int) -> String
  ) throws(EngramError) -> MetricReport {
    guard !metrics.isEmpty else {
      throw EngramError(.usage, "there are no metrics to add", expected: "at least one value", found: "none")
    }
    let names = Set(metrics.map(\.value.metric)).sorted()
    let runs = Set(metrics.map(\.run)).count
    /// Values between two looks at whether to stop.
    let step = 4_096
    return try write("metrics", options: options) { (session) throws(EngramError) in
      try session.commit(
        operation: operation,
        message: "\(metrics.count) values of \(names.joined(separator: ", ")) for \(runs) runs from \(source)",
        unless: { (report: MetricReport) in report.values == 0 }
      ) { (catalog) throws(EngramError) in
        var known = 0
        for (index, metric) in metrics.enumerated() {
          if index % step == 0 {
            try options.work.checkCancelled("stopped; the store is as it was before")
            options.work.report("adding metrics", index, of: metrics.count, .things("values"))
          }
          do throws(EngramError) {
            if try catalog.addMetric(metric) { continue }
            let stored = try catalog.metricValue(of: metric)
            if stored?.bitPattern == metric.value.value.bitPattern || stored?.isNaN == true && metric.value.value.isNaN
            {
              known += 1
              continue
            }
          } catch {
            var placed = error
            placed.place = place(index)
            throw placed
          }
          throw EngramError(
            .exists, "the run has another value of this metric at this epoch", file: path, place: place(index),
            expected: (try catalog.metricValue(of: metric)).map { "\($0), as it is stored" } ?? "a new epoch",
            found: "\(metric.value.value) for \(metric.value.metric) of run \(metric.run) at epoch "
              + EpochSelection.text(metric.value.epoch),
            mend: "stored metrics never change; leave out what is there, or give the metric another name")
        }
        return MetricReport(
          commit: known < metrics.count ? catalog.commitID : catalog.commitID - 1, values: metrics.count - known,
          known: known, runs: runs, metrics: names)
      }
    }
  }
}
