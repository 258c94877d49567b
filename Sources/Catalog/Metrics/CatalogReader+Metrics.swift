// CatalogReader+Metrics.swift -- the metrics of runs.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// Visits the values of a metric, or of all, by metric, run and epoch, ascending.
  ///
  /// - Parameters:
  ///   - name: The metric; nil for all.
  ///   - commit: Values of later commits are left out; nil leaves out none.
  ///   - body: Gets each value.
  /// - Throws: Code `corrupt`, and what the body throws.
  package func metrics(
    _ name: String?, asOf commit: Int64?, _ body: (RunMetric) throws(EngramError) -> Void
  ) throws(EngramError) {
    let rows = try connection.prepare(
      """
      SELECT metric, run_id, epoch, value, bits FROM run_metric
      WHERE commit_id <= ?1\(name == nil ? "" : " AND metric = ?2") ORDER BY metric, run_id, epoch
      """)
    try rows.bind(1, commit ?? .max)
    if let name { try rows.bind(2, name) }
    while try rows.step() {
      let value = rows.isNull(4) ? rows.real(3) : Double(bitPattern: UInt64(bitPattern: rows.integer(4)))
      guard rows.isNull(3) == value.isNaN else {
        throw corrupt("a metric has no value", "table run_metric, run_id \(rows.integer(1)), epoch \(rows.real(2))")
      }
      try body(RunMetric(run: rows.integer(1), MetricValue(rows.text(0), epoch: rows.real(2), value)))
    }
  }

  /// How much there is of each metric: name, runs, values, those of them that are NaN, first and last epoch.
  package func metricCounts(
    asOf commit: Int64?
  ) throws(EngramError) -> [(name: String, runs: Int64, values: Int64, nans: Int64, first: Double, last: Double)] {
    let rows = try statement(
      """
      SELECT metric, count(DISTINCT run_id), count(*), count(*) - count(value), min(epoch), max(epoch)
      FROM run_metric WHERE commit_id <= ?1 GROUP BY metric ORDER BY metric
      """)
    defer { rows.reset() }
    try rows.bind(1, commit ?? .max)
    var counts: [(name: String, runs: Int64, values: Int64, nans: Int64, first: Double, last: Double)] = []
    while try rows.step() {
      counts.append((rows.text(0), rows.integer(1), rows.integer(2), rows.integer(3), rows.real(4), rows.real(5)))
    }
    return counts
  }

  /// Refuses a value of a metric that a run has otherwise.
  ///
  /// - Throws: Code `exists` when the run has another value at that epoch.
  package func requireSame(_ metric: RunMetric) throws(EngramError) {
    let new = metric.value.value
    guard let stored = try metricValue(of: metric) else { return }
    if stored.bitPattern == new.bitPattern || stored.isNaN && new.isNaN { return }
    throw EngramError(
      .exists, "the run has another value of this metric at this epoch", file: connection.path,
      place: "run \(metric.run)", expected: "\(stored), as it is stored",
      found: "\(new) for \(metric.value.metric) at epoch \(EpochSelection.text(metric.value.epoch))",
      mend: "stored metrics never change; leave out what is there, or give the metric another name")
  }

  /// The stored value of a metric of a run at an epoch, to the last bit, or nil.
  package func metricValue(of metric: RunMetric) throws(EngramError) -> Double? {
    let row = try statement("SELECT value, bits FROM run_metric WHERE metric = ?1 AND run_id = ?2 AND epoch = ?3")
    defer { row.reset() }
    try row.bind(1, metric.value.metric)
    try row.bind(2, metric.run)
    try row.bind(3, metric.value.epoch + 0.0)
    guard try row.step() else { return nil }
    return row.isNull(1) ? row.real(0) : Double(bitPattern: UInt64(bitPattern: row.integer(1)))
  }
}
