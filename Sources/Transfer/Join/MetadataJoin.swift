// MetadataJoin.swift -- from a table about runs to fields of the runs that are stored.

public import Base
import Formats
import TrajectoryModel
public import TrajectoryStore

/// Which table is joined to the runs of a store, and how its rows name them.
///
/// ```swift
/// let report = try MetadataJoin(source: "subjects.csv", by: ["animal", "session"]).run(on: store)
/// print(report.edit.runsChanged, report.unmatchedRows)
/// ```
public struct MetadataJoin: Sendable, Hashable {
  /// The CSV, TSV or JSON file.
  public var source: String
  /// The columns that name a run: `run_id`, or fields of the store.
  public var by: [String]
  /// Whether values that are there and differ are replaced.
  public var overwrites: Bool

  /// Makes a request.
  public init(source: String, by: [String], overwrites: Bool = false) {
    self.source = source
    self.by = by
    self.overwrites = overwrites
  }

  /// What a join did, or would do.
  public struct Report: Sendable, Hashable {
    /// What changed of the runs that rows are about.
    public let edit: EditReport
    /// The number of rows.
    public let rows: Int
    /// The numbers of the rows, from 1, that fit no run.
    public let unmatchedRows: [Int]
    /// The number of runs that no row is about.
    public let runsWithoutRow: Int
    /// What a user should know about how the table was understood.
    public let notes: [String]
  }

  /// Adds the columns of the table to the runs, in one commit.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - isTrial: Whether only to say what would change.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What was matched and what changed.
  /// - Throws: ``EngramError`` with code `notFound` when no row fits a run, `usage` for columns that are not there,
  ///   `invalidData` when two rows are about one run or a value does not fit its field, `exists` when a value would
  ///   replace another and that was not asked for.
  public func run(
    on store: TrajectoryStore, isTrial: Bool = false, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Report {
    let table = try MetadataTable(
      try TextTable(reading: source, isRowsOnly: true), renamesRuns: !by.contains { $0.lowercased() == Self.runID })
    var (unmatched, runsWithoutRow, notes) = ([Int](), 0, [String]())
    // What runs are is asked during the writer's turn, so that nothing is replaced that came while this one waited.
    let edit = try store.edit(isTrial: isTrial, options: options) { (snapshot) throws(EngramError) in
      let joined = try plan(table, snapshot)
      (unmatched, runsWithoutRow, notes) = (joined.unmatched, joined.runsWithoutRow, joined.notes)
      return joined.edits
    }
    return Report(
      edit: edit, rows: table.rowCount, unmatchedRows: unmatched, runsWithoutRow: runsWithoutRow, notes: notes)
  }

  /// What the table changes of the runs of a store.
  ///
  /// - Returns: The edits, the numbers of the rows that fit no run, how many runs no row is about, and what should be known.
  private func plan(
    _ table: MetadataTable, _ snapshot: Snapshot
  ) throws(EngramError) -> (edits: RunEdits, unmatched: [Int], runsWithoutRow: Int, notes: [String]) {
    let fields = try snapshot.fields()
    var notes = table.notes
    var keys = try keyColumns(table, fields)
    for index in keys.indices { keys[index].field = try field(of: keys[index], table, in: snapshot, &notes) }
    let runs = try snapshot.runs()
    let columns = table.columns.indices.filter { !keys.map(\.column).contains($0) }
    guard !columns.isEmpty else {
      throw EngramError(
        .invalidData, "the table has no column to join", file: source, place: "header",
        expected: "a column beside those that name a run", found: by.joined(separator: ", "))
    }
    let (matches, unmatched) = try match(table, keys, runs)
    let values = try columns.map { index throws(EngramError) in
      try self.values(table.columns[index], table.cells[index], fields)
    }
    if !overwrites { try requireNothingReplaced(matches, columns.map { table.columns[$0].name }, values, runs) }
    var edits: [RunEdit] = []
    for (run, row) in matches.sorted(by: { $0.key < $1.key }) {
      var edit = RunEdit(run: run, values: [:])
      for (index, column) in columns.enumerated() where values[index].cells[row] != .null {
        edit.values[table.columns[column].name] = values[index].cells[row]
      }
      edits.append(edit)
    }
    let names = columns.map { table.columns[$0].name }.joined(separator: ", ")
    let planned = RunEdits(
      edits: edits, newFields: values.compactMap(\.newField),
      message: "joined \(names) from \(source) by \(by.joined(separator: ", "))")
    return (planned, unmatched, runs.ids.count - matches.count, notes)
  }

  /// The column that numbers the runs of the store.
  private static let runID = "run_id"

  /// The columns that name a run, with the field that each is; nil is the id of the run.
  private func keyColumns(
    _ table: MetadataTable, _ fields: [MetadataField]
  ) throws(EngramError) -> [(column: Int, field: MetadataField?)] {
    var keys: [(column: Int, field: MetadataField?)] = []
    for name in by {
      let lower = name.lowercased()
      let field = fields.first { $0.name.lowercased() == lower }
      guard field != nil || lower == Self.runID else {
        throw EngramError(
          .usage, "runs have no field '\(name)'", file: source, place: "fields of a run",
          expected: "of run_id, \(fields.map(\.name).joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: fields.map(\.name)).map { "did you mean '\($0)'?" })
      }
      guard let column = table.columns.firstIndex(where: { $0.name.lowercased() == lower }) else {
        throw EngramError(
          .usage, "the table has no column '\(name)'", file: source, place: "header", expected: name,
          found: table.columns.map(\.name).joined(separator: ", "),
          mend: closestName(to: name, among: table.columns.map(\.name)).map { "did you mean '\($0)'?" })
      }
      keys.append((column, field))
    }
    guard !keys.isEmpty else {
      throw EngramError(.usage, "nothing says which run a row is about", file: source, expected: "columns of a key")
    }
    return keys
  }

  /// The field that a key is compared with; nil is the id of the run.
  ///
  /// A column `run_id` is that of a tracker where all its values are, and not all of them number runs.
  private func field(
    of key: (column: Int, field: MetadataField?), _ table: MetadataTable, in snapshot: Snapshot,
    _ notes: inout [String]
  ) throws(EngramError) -> MetadataField? {
    guard key.field == nil else { return key.field }
    switch try RunIDs(table.cells[key.column], beside: table.columns.map(\.name), in: snapshot) {
    case .ofStore: return nil
    case .ofTracker(let field):
      notes.append(RunIDs.note(field))
      return field
    case .ofEither(let field):
      notes.append(
        "the column 'run_id' numbers the runs of the store; as values of \(field.name), which they are too, they would mean "
          + "other runs: join by \(field.name) if they are those of the tracker")
      return nil
    }
  }

  /// For each run its row, and the rows that fit no run, counted from 1.
  private func match(
    _ table: MetadataTable, _ keys: [(column: Int, field: MetadataField?)], _ runs: RunTable
  ) throws(EngramError) -> (matches: [Int64: Int], unmatched: [Int]) {
    let places = keys.map { key in runs.fields.firstIndex { $0 == key.field } }
    var byKey: [[MetadataValue]: [Int64]] = [:]
    for (id, row) in zip(runs.ids, runs.rows) {
      byKey[places.map { $0.map { row[$0] } ?? .integer(id) }, default: []].append(id)
    }
    var matches: [Int64: Int] = [:]
    var unmatched: [Int] = []
    for row in 0..<table.rowCount {
      // What is no value of the field's type fits no run.
      let key = keys.map { key in table.cells[key.column][row].value(as: key.field?.type ?? .integer) }
      let known = key.compactMap { $0 }
      guard known.count == key.count, let ids = byKey[known] else {
        unmatched.append(row + 1)
        continue
      }
      for id in ids {
        if let other = matches.updateValue(row, forKey: id) {
          throw EngramError(
            .invalidData, "two rows are about one run", file: source, place: "row \(row + 1)",
            found: "run \(id) is in row \(other + 1) too", mend: "keep one of the rows, or name a run more closely")
        }
      }
    }
    guard !matches.isEmpty else {
      let found = keys.map { key in
        "\(table.columns[key.column].name) \(table.cells[key.column].first?.shown ?? "")"
      }
      throw EngramError(
        .notFound, "no row fits a run of the store", file: source,
        expected: "values of \(by.joined(separator: ", ")) as the runs have them",
        found: found.joined(separator: ", "), mend: "\(run: .query, "\"SELECT * FROM run\"") lists the runs")
    }
    return (matches, unmatched)
  }

  /// The values of a column as those of its field, which is new where the store has none.
  private func values(
    _ column: MetadataColumn, _ given: [TextTable.Cell], _ fields: [MetadataField]
  ) throws(EngramError) -> (cells: [MetadataValue], newField: MetadataField?) {
    guard let field = fields.first(where: { $0.name.lowercased() == column.name.lowercased() }) else {
      return (column.values, MetadataField(name: column.name, type: MetadataType(narrowestFor: column.values)))
    }
    var cells: [MetadataValue] = []
    for (row, cell) in given.enumerated() {
      let isInexact = field.type == .real && Int64(cell.plainText).map { Double(exactly: $0) == nil } ?? false
      guard let value = cell.value(as: field.type), !isInexact else {
        throw EngramError(
          .invalidData, "a value does not fit the field '\(field.name)'", file: source,
          place: "row \(row + 1), column \(column.sourceName ?? column.name)",
          expected: isInexact ? "a number that a real holds exactly" : field.type.rawValue,
          found: cell.shown,
          mend: "correct the value, or give the column another name")
      }
      cells.append(value)
    }
    return (cells, nil)
  }

  /// Refuses a value that differs from one that is there.
  private func requireNothingReplaced(
    _ matches: [Int64: Int], _ names: [String], _ values: [(cells: [MetadataValue], newField: MetadataField?)],
    _ runs: RunTable
  ) throws(EngramError) {
    for (index, name) in names.enumerated() {
      guard let place = runs.fields.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else { continue }
      for (run, row) in matches.sorted(by: { $0.value < $1.value }) {
        let (old, new) = (runs[run: run]?[place] ?? .null, values[index].cells[row])
        guard old != .null, new != .null, old != new else { continue }
        throw EngramError(
          .exists, "a run has another value already", file: source, place: "row \(row + 1), column \(name)",
          expected: "nothing, or '\(old)' as run \(run) has it", found: "'\(new)'",
          mend: "leave the column out, or say \(set: .overwrites)")
      }
    }
  }
}
