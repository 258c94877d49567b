// MetricsIngest.swift -- from a table of metrics to rows of the catalog: every row finds its one run, or nothing is added.

public import Base
import Formats
import TrajectoryModel
public import TrajectoryStore

/// Which file of metrics to take in, and how its rows name their runs.
///
/// The table has the columns that name a run, `epoch`, and then a column for each metric (wide form), or the columns
/// `metric` and `value` (long form). What trackers write is read as it is: MLflow (`run_id, key, value, step`), W&B (`_step`,
/// or columns `RUN - METRIC`), TensorBoard (`Wall time, Step, Value`). What is empty was not recorded; `nan` and `inf` are
/// values. A value that is there already, in the table or in the store, is passed over; another one is refused.
public struct MetricsIngest: Sendable, Hashable {
  /// The CSV, TSV, JSON or JSON lines file, plain, gzip or zstd.
  public var source: String
  /// The columns that name a run: `run_id`, or fields; nil for `run_id` where it is there, else every column that is a
  /// field of the store.
  public var by: [String]?
  /// Our name of a column to the name that it has in the file, such as `epoch` to `batch`.
  public var map: [String: String]

  /// Makes a request.
  public init(source: String, by: [String]? = nil, map: [String: String] = [:]) {
    self.source = source
    self.by = by
    self.map = map
  }

  /// Adds the metrics to a store, in one commit.
  ///
  /// - Throws: ``EngramError`` that names row and column: code `notFound` for a run that is not there, `invalidData` for
  ///   a row that several runs fit, a value that differs from one before or is no number, `exists` for one that differs from
  ///   what is stored.
  public func ingest(into store: String, options: WriteOptions = WriteOptions()) throws(EngramError) -> MetricReport {
    let opened = try TrajectoryStore(opening: store)
    let snapshot = try opened.snapshot()
    var notes: [String] = []
    let table = try TextTable(metrics: source, map: map).withRunColumns(in: snapshot, &notes)
    let layout = try MetricsLayout(table, by: by, fields: try snapshot.fields(), in: snapshot)
    let runs = try RunLookup(snapshot, layout: layout)
    var metrics: [RunMetric] = []
    var rows: [Int] = []
    var seen: [Place: (row: Int, value: Double)] = [:]
    for row in 0..<table.rowCount {
      let values = try layout.values(of: row)
      if values.isEmpty { continue }
      let run = try runs.run(of: row)
      let epoch = try layout.epoch(of: row)
      for (metric, value) in values {
        let place = Place(run: run, metric: metric, epoch: epoch)
        if let earlier = seen[place] {
          if earlier.value.bitPattern == value.bitPattern || earlier.value.isNaN && value.isNaN { continue }
          throw EngramError(
            .invalidData, "a metric comes twice for one run and epoch", file: source, place: "row \(row + 1)",
            expected: "\(earlier.value), as in row \(earlier.row + 1)",
            found: "\(value) for \(metric) of run \(run) at epoch \(EpochSelection.text(epoch))",
            mend: layout.isByRunID
              ? "keep one of the rows" : "keep one of the rows, or name a run more closely with \(option: .runKey)")
        }
        seen[place] = (row, value)
        metrics.append(RunMetric(run: run, MetricValue(metric, epoch: epoch, value)))
        rows.append(row)
      }
    }
    guard !metrics.isEmpty else {
      throw EngramError(
        .invalidData, "the table has no values", file: source, expected: "at least one row with a metric",
        found: "\(table.rowCount) rows")
    }
    var report = try opened.addMetrics(metrics, operation: "metrics", source: source, options: options) {
      "\(source), row \(rows[$0] + 1)"
    }
    report.notes = notes + layout.notes
    return report
  }

  /// What may come once.
  private struct Place: Hashable {
    let run: Int64
    let metric: String
    let epoch: Double
  }

}
