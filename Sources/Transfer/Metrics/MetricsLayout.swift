// MetricsLayout.swift -- what the columns of a table of metrics mean.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// What the columns of a table of metrics mean.
struct MetricsLayout {
  static let runID = MetadataField(name: "run_id", type: .integer)

  let table: TextTable
  /// The columns that name a run, with the field that each is.
  let keys: [(field: MetadataField, column: Int)]
  /// Columns of fields beside a column `run_id` that nobody asked for: they say of which run a row is too.
  let described: [(field: MetadataField, column: Int)]
  let epochColumn: Int
  /// The columns of `metric` and `value`, in the long form.
  let long: TrackerColumns.Long?
  /// The columns that are metrics, in the wide form.
  let metrics: [Int]

  /// What a user should know about how the table was understood.
  private(set) var notes: [String]

  var isByRunID: Bool { keys.first?.field.name == Self.runID.name }

  init(
    _ table: TextTable, by: [String]?, fields: [MetadataField], in snapshot: Snapshot
  ) throws(EngramError) {
    self.table = table
    let names = table.columns.map { $0.name.lowercased() }
    let tracker = TrackerColumns(names) { column in
      table.columns[column].cells.contains { cell in
        if case .success(nil) = cell.number { false } else { true }
      }
    }
    notes = tracker.notes
    let known = [Self.runID] + fields
    guard let epochColumn = tracker.epoch else {
      throw EngramError(
        .invalidData, "the table has no column of epochs", file: table.file, place: "header",
        expected: "one of \(TrackerColumns.epochs.joined(separator: ", "))",
        found: table.columns.map(\.name).joined(separator: ", "),
        mend: "say which column it is: \(map: "epoch", to: "NAME")")
    }
    self.epochColumn = epochColumn
    var keys: [(field: MetadataField, column: Int)] = []
    let isLong = tracker.long?.columns ?? []
    let free = names.indices.filter { !tracker.ignored.contains($0) && !isLong.contains($0) && $0 != epochColumn }
    let wanted =
      by
      ?? (names.contains("run_id")
        ? ["run_id"] : fields.map(\.name).filter { name in free.contains { names[$0] == name.lowercased() } })
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
      keys.append(try Self.key(field, column, isAsked: by != nil, table, fields, in: snapshot, &notes))
    }
    guard !keys.isEmpty else {
      throw EngramError(
        .invalidData, "the table does not say which run a row is about", file: table.file, place: "header",
        expected: "a column run_id, or columns of \(fields.map(\.name).joined(separator: ", "))",
        found: table.columns.map(\.name).joined(separator: ", "), mend: "add such columns")
    }
    self.keys = keys
    let isByNumber = by == nil && keys[0].field.name == Self.runID.name
    described = (isByNumber ? fields : []).compactMap { field in
      free.first { names[$0] == field.name.lowercased() }.map { (field, $0) }
    }
    let used = Set((keys + described).map(\.column))
    let left = free.filter { index in
      !used.contains(index) && known.contains { $0.name.lowercased() == names[index] }
    }
    notes += Self.notes(onLeftOut: left.map { table.columns[$0].name })
    (long, metrics) = try Self.values(table, tracker, except: Set(keys.map(\.column) + [epochColumn]), known)
  }

  /// What is said of columns of fields of runs that neither name runs nor are compared with them.
  private static func notes(onLeftOut columns: [String]) -> [String] {
    if columns.isEmpty { return [] }
    let shown = columns.map { "'\($0)'" }.joined(separator: ", ")
    return [
      "columns called as fields of runs are no metrics and are left out: \(shown); map another name to one that is a metric"
    ]
  }

  /// The columns of the values: those of the long form, or a column for each metric.
  private static func values(
    _ table: TextTable, _ tracker: TrackerColumns, except keys: Set<Int>, _ known: [MetadataField]
  ) throws(EngramError) -> (long: TrackerColumns.Long?, metrics: [Int]) {
    let names = table.columns.map { $0.name.lowercased() }
    let used = keys.union(tracker.ignored)
    // A column of a field that does not name runs is a note on them, not a metric.
    let rest = names.indices.filter { index in
      !used.contains(index) && !known.contains { $0.name.lowercased() == names[index] }
    }
    guard let columns = tracker.long else { return (nil, rest) }
    // Aim writes the parameters of a run beside its values.
    let isAim = names.contains("idx") || names.contains("time")
    if let other = rest.first(where: { !columns.columns.contains($0) && !(isAim && names[$0].hasPrefix("run")) }) {
      throw EngramError(
        .invalidData, "a column has no meaning beside 'metric' and 'value'", file: table.file,
        place: "header, column \(other + 1)", found: table.columns[other].name, mend: "leave it out")
    }
    return (columns, [])
  }

  /// What a column that names runs is compared with: `run_id`, unless it holds the ids of a tracker.
  ///
  /// - Throws: ``EngramError`` with code `notFound` for ids that no field has, `invalidData` for numbers that may be either.
  private static func key(
    _ field: MetadataField, _ column: Int, isAsked: Bool, _ table: TextTable, _ fields: [MetadataField],
    in snapshot: Snapshot, _ notes: inout [String]
  ) throws(EngramError) -> (field: MetadataField, column: Int) {
    let cells = table.columns[column].cells
    guard field.name == runID.name else { return (field, column) }
    if cells.allSatisfy({ $0.value(as: .integer) != nil }) {
      if isAsked { return (field, column) }
      switch try RunIDs(cells, beside: table.columns.map(\.name), in: snapshot) {
      case .ofStore: return (field, column)
      case .ofTracker(let other):
        notes.append(RunIDs.note(other))
        return (other, column)
      case .ofEither(let other):
        throw EngramError(
          .invalidData, "the column run_id may number the runs of the store or hold the ids of a tracker",
          file: table.file, place: "column run_id", expected: "values that are one of the two",
          found: "numbers of runs that are values of the field \(other.name) of other runs",
          mend: """
            if they number the runs of the store, say \(set: .runKey, to: "run_id"); if they are those of the tracker, \
            \(map: "tracker_run", to: "run_id")
            """)
      }
    }
    let wanted = Set(cells.compactMap { $0.text ?? nil })
    for other in fields where other.type == .text {
      let runs = try snapshot.runs(fields: [other.name]).rows + snapshot.hiddenRuns(fields: [other.name]).rows
      let known = Set(runs.map { $0[0] })
      guard wanted.allSatisfy({ known.contains(.text($0)) }) else { continue }
      notes.append(RunIDs.note(other))
      return (other, column)
    }
    throw EngramError(
      .notFound, "the runs of a tracker are not known by their ids", file: table.file, place: "column run_id",
      expected: "numbers of runs, or the values of a field of text", found: "'\(wanted.sorted().first ?? "")'",
      mend: """
        ingest the recordings with these ids as a field, such as \(map: "tracker_run", to: "run_id"), or name the runs by \
        other columns with \(option: .runKey)
        """)
  }

  func epoch(of row: Int) throws(EngramError) -> Double {
    let cell = table.columns[epochColumn].cells[row]
    guard case .success(let epoch?) = cell.number, epoch.isFinite else {
      throw EngramError(
        .invalidData, "a row has no epoch", file: table.file, place: "row \(row + 1), column epoch",
        expected: "a number", found: cell.shown)
    }
    try InexactNumbers.refuse(epoch, file: table.file, place: { "row \(row + 1), column epoch" }, of: { cell })
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
      if let long, let metric = long.name {
        guard let text = table.columns[metric].cells[row].text, !text.isEmpty else {
          throw EngramError(
            .invalidData, "a row does not say which metric it has", file: table.file,
            place: "row \(row + 1), column metric", expected: "a name",
            found: table.columns[metric].cells[row].shown)
        }
        name = TrackerColumns.name(
          text,
          contexts: long.contexts.map { (table.columns[$0].name, table.columns[$0].cells[row].plainText) })
      }
      values.append((name, number))
    }
    return values
  }
}
