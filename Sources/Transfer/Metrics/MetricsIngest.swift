// MetricsIngest.swift -- from a table of metrics to rows of the catalog: every row finds its one run, or nothing is added.

public import Base
import Formats
import TrajectoryModel
public import TrajectoryStore

/// Which file of metrics to take in, and how its rows name their runs.
///
/// The table has the columns that name a run, `epoch`, and then a column for each metric (wide form), or the columns
/// `metric` and `value` (long form). What is empty was not recorded; `nan` and `inf` are values.
public struct MetricsIngest: Sendable, Hashable {
  /// The CSV, TSV or JSON file.
  public var source: String
  /// The columns that name a run: `run_id`, or fields; nil for `run_id` where it is there, else every column that is a
  /// field of the store.
  public var by: [String]?

  /// Makes a request.
  public init(source: String, by: [String]? = nil) {
    self.source = source
    self.by = by
  }

  /// Adds the metrics to a store, in one commit.
  ///
  /// - Throws: ``EngramError`` that names row and column: code `notFound` for a run that is not there, `invalidData` for
  ///   a row that several runs fit, a value that comes twice or is no number, `exists` for one that is stored already.
  public func ingest(into store: String, options: WriteOptions = WriteOptions()) throws(EngramError) -> MetricReport {
    let table = try TextTable(metrics: source)
    let opened = try TrajectoryStore(opening: store)
    let snapshot = try opened.snapshot()
    let layout = try MetricsLayout(table, by: by, fields: try snapshot.fields())
    let runs = try RunLookup(snapshot, layout: layout)
    var metrics: [RunMetric] = []
    var rows: [Int] = []
    var seen: [Place: Int] = [:]
    for row in 0..<table.rowCount {
      let run = try runs.run(of: row)
      let epoch = try layout.epoch(of: row)
      for (metric, value) in try layout.values(of: row) {
        if let earlier = seen.updateValue(row, forKey: Place(run: run, metric: metric, epoch: epoch)) {
          throw EngramError(
            .invalidData, "a metric comes twice for one run and epoch", file: source, place: "row \(row + 1)",
            found: "\(metric) of run \(run) at epoch \(EpochSelection.text(epoch)) is in row \(earlier + 1) too",
            mend: layout.isByRunID
              ? "keep one of the rows" : "keep one of the rows, or name a run more closely with \(option: .runKey)")
        }
        metrics.append(RunMetric(run: run, MetricValue(metric, epoch: epoch, value)))
        rows.append(row)
      }
    }
    guard !metrics.isEmpty else {
      throw EngramError(
        .invalidData, "the table has no values", file: source, expected: "at least one row with a metric",
        found: "\(table.rowCount) rows")
    }
    return try opened.addMetrics(metrics, operation: "metrics", source: source, options: options) {
      "\(source), row \(rows[$0] + 1)"
    }
  }

  /// What may come once.
  private struct Place: Hashable {
    let run: Int64
    let metric: String
    let epoch: Double
  }

}

/// What the columns of a table of metrics mean.
private struct MetricsLayout {
  static let runID = MetadataField(name: "run_id", type: .integer)

  let table: TextTable
  /// The columns that name a run, with the field that each is.
  let keys: [(field: MetadataField, column: Int)]
  let epochColumn: Int
  /// The columns of `metric` and `value`, in the long form.
  let long: (metric: Int, value: Int)?
  /// The columns that are metrics, in the wide form.
  let metrics: [Int]

  var isByRunID: Bool { keys.first?.field.name == Self.runID.name }

  init(_ table: TextTable, by: [String]?, fields: [MetadataField]) throws(EngramError) {
    self.table = table
    let names = table.columns.map { $0.name.lowercased() }
    let known = [Self.runID] + fields
    guard let epochColumn = names.firstIndex(of: "epoch") else {
      throw EngramError(
        .invalidData, "the table has no column 'epoch'", file: table.file, place: "header", expected: "epoch",
        found: table.columns.map(\.name).joined(separator: ", "), mend: "name the column of the epochs 'epoch'")
    }
    self.epochColumn = epochColumn
    var keys: [(field: MetadataField, column: Int)] = []
    let wanted =
      by ?? (names.contains("run_id") ? ["run_id"] : fields.map(\.name).filter { names.contains($0.lowercased()) })
    for name in wanted {
      guard let field = known.first(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw EngramError(
          .usage, "runs have no field '\(name)'", file: table.file, place: "fields of a run",
          expected: "of \(known.map(\.name).joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: known.map(\.name)).map { "did you mean '\($0)'?" })
      }
      guard let column = names.firstIndex(of: name.lowercased()) else {
        throw EngramError(
          .invalidData, "the table has no column '\(name)'", file: table.file, place: "header", expected: name,
          found: table.columns.map(\.name).joined(separator: ", "),
          mend: closestName(to: name, among: table.columns.map(\.name)).map { "did you mean '\($0)'?" })
      }
      keys.append((field, column))
    }
    guard !keys.isEmpty else {
      throw EngramError(
        .invalidData, "the table does not say which run a row is about", file: table.file, place: "header",
        expected: "a column run_id, or columns of \(fields.map(\.name).joined(separator: ", "))",
        found: table.columns.map(\.name).joined(separator: ", "), mend: "add such columns")
    }
    self.keys = keys
    let used = Set(keys.map(\.column) + [epochColumn])
    // A column of a field that does not name runs is a note on them, not a metric.
    let rest = names.indices.filter { index in
      !used.contains(index) && !known.contains { $0.name.lowercased() == names[index] }
    }
    if let metric = names.firstIndex(of: "metric"), let value = names.firstIndex(of: "value") {
      long = (metric, value)
      metrics = []
      if let other = rest.first(where: { $0 != metric && $0 != value }) {
        throw EngramError(
          .invalidData, "a column has no meaning beside 'metric' and 'value'", file: table.file,
          place: "header, column \(other + 1)", found: table.columns[other].name, mend: "leave it out")
      }
    } else {
      long = nil
      metrics = rest
    }
  }

  func epoch(of row: Int) throws(EngramError) -> Double {
    let cell = table.columns[epochColumn].cells[row]
    guard case .success(let epoch?) = cell.number, epoch.isFinite else {
      throw EngramError(
        .invalidData, "a row has no epoch", file: table.file, place: "row \(row + 1), column epoch",
        expected: "a number", found: cell.shown)
    }
    return epoch + 0.0
  }

  /// The metrics that a row records.
  func values(of row: Int) throws(EngramError) -> [(metric: String, value: Double)] {
    var values: [(metric: String, value: Double)] = []
    let columns = long.map { [$0.value] } ?? metrics
    for column in columns {
      let cell = table.columns[column].cells[row]
      guard case .success(let number) = cell.number else {
        throw EngramError(
          .invalidData, "a metric is not a number", file: table.file,
          place: "row \(row + 1), column \(table.columns[column].name)", expected: "a number, nan, inf or nothing",
          found: cell.shown, mend: "if the column is no metric, leave it out")
      }
      guard let number else { continue }
      var name = table.columns[column].name
      if let long {
        guard let text = table.columns[long.metric].cells[row].text, !text.isEmpty else {
          throw EngramError(
            .invalidData, "a row does not say which metric it has", file: table.file,
            place: "row \(row + 1), column metric", expected: "a name",
            found: table.columns[long.metric].cells[row].shown)
        }
        name = text
      }
      values.append((name, number))
    }
    return values
  }
}

/// Which run a row is about.
private struct RunLookup {
  private let layout: MetricsLayout
  private var runs: [[MetadataValue]: [Int64]] = [:]

  init(_ snapshot: Snapshot, layout: MetricsLayout) throws(EngramError) {
    self.layout = layout
    let names = layout.keys.map(\.field.name)
    let table = try snapshot.runs(fields: names.filter { $0 != MetricsLayout.runID.name })
    for (id, values) in zip(table.ids, table.rows) {
      var rest = values[...]
      let key = names.map { $0 == MetricsLayout.runID.name ? .integer(id) : rest.removeFirst() }
      runs[key, default: []].append(id)
    }
  }

  func run(of row: Int) throws(EngramError) -> Int64 {
    var key: [MetadataValue] = []
    for (field, column) in layout.keys {
      let cell = layout.table.columns[column].cells[row]
      guard let value = cell.value(as: field.type) else {
        throw EngramError(
          .invalidData, "a value does not fit the field '\(field.name)'", file: layout.table.file,
          place: "row \(row + 1), column \(field.name)", expected: field.type.rawValue, found: cell.shown)
      }
      key.append(value)
    }
    let matches = runs[key] ?? []
    if let run = matches.first, matches.count == 1 { return run }
    let said = zip(layout.keys, key).map { "\($0.field.name) = \($1)" }.joined(separator: ", ")
    guard !matches.isEmpty else {
      throw EngramError(
        .notFound, "there is no such run", file: layout.table.file, place: "row \(row + 1)",
        expected: "a run of the store", found: said,
        mend: "\(run: .query, "\"SELECT * FROM run\"") lists the runs; ingest their recordings first")
    }
    /// Runs named in full; the rest are counted.
    let shown = 5
    let others = matches.count > shown ? " and \(matches.count - shown) more" : ""
    throw EngramError(
      .invalidData, "several runs fit a row", file: layout.table.file, place: "row \(row + 1)", expected: "one run",
      found: "runs \(matches.prefix(shown).map(String.init).joined(separator: ", "))\(others) with \(said)",
      mend: "add columns that tell them apart, or a column run_id")
  }
}
