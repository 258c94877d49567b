// CatalogWriter+Metrics.swift -- adding metrics of runs.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Adds one value of a metric of a run; what is there already is left as it is.
  ///
  /// - Returns: Whether it was added; false when the run has that metric at that epoch.
  /// - Throws: Code `notFound` when there is no such run, `invalidData` for an impossible name or epoch.
  package func addMetric(_ metric: RunMetric) throws(EngramError) -> Bool {
    precondition(!isEnded, "a catalog is written inside the closure that received the writer")
    let (name, epoch, value) = (metric.value.metric, metric.value.epoch, metric.value.value)
    guard metric.run >= 1, metric.run < nextRun else {
      throw EngramError(
        .notFound, "there is no run \(metric.run)", file: connection.path,
        expected: nextRun == 1 ? "none yet" : "a run from 1 to \(nextRun - 1)", found: "\(metric.run)")
    }
    do throws(EngramError) {
      try MetricValue.check(name: name)
    } catch {
      var placed = error.inFile(connection.path)
      placed.place = "run \(metric.run)"
      throw placed
    }
    guard epoch.isFinite else {
      throw EngramError(
        .invalidData, "this is no metric", file: connection.path, place: "run \(metric.run)",
        expected: "a finite epoch", found: "\(name.debugDescription) at epoch \(epoch)")
    }
    let row = try statement(
      """
      INSERT INTO run_metric (metric, run_id, epoch, value, bits, commit_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT DO NOTHING RETURNING 1
      """)
    defer { row.reset() }
    try row.bind(1, name)
    try row.bind(2, metric.run)
    // -0.0 is the epoch 0.0.
    try row.bind(3, epoch + 0.0)
    if value.isNaN { try row.bind(4, nil) } else { try row.bind(4, value) }
    // What REAL cannot hold: NaN, which becomes NULL, and the sign of zero.
    let isKept = !value.isNaN && (value != 0 || value.sign == .plus)
    try row.bind(5, isKept ? nil : Int64(bitPattern: value.bitPattern))
    try row.bind(6, commitID)
    let isAdded = try row.step()
    if isAdded { _ = try row.step() }
    return isAdded
  }

  /// Adds a value of a metric, or finds it stored already, the same.
  ///
  /// - Returns: Whether it is new.
  /// - Throws: As ``addMetric(_:)``, and code `exists` when the run has another value at that epoch.
  package func addOrMatch(_ metric: RunMetric) throws(EngramError) -> Bool {
    if try addMetric(metric) { return true }
    try requireSame(metric)
    return false
  }
}
