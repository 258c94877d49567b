// IngestRequest+Series.swift -- a table of trajectories as an input: examples by what was recorded of them.

import Base
import Formats
import TrajectoryModel

extension IngestRequest {
  /// Opens a table of trajectories, wide or long, or one that a tracker wrote.
  ///
  /// Rows that agree in all columns but the epoch and the values are one example. Examples that were recorded at other
  /// epochs, or that lack a statistic, stand in parts of their own; a value that is missing at some epochs is NaN. A table of
  /// metadata is joined by the columns that both have.
  ///
  /// - Throws: ``EngramError`` as ``SeriesReader`` and ``MetadataTable``.
  func openSeries(runFields: [String]?, work: WorkContext) throws(EngramError) -> IngestInput {
    if array != nil {
      throw EngramError(
        .usage, "a name of an array belongs to .npz files", file: source, found: "a table of trajectories",
        mend: "leave \(option: .array) out")
    }
    let joined = try metadata.map { (path) throws(EngramError) in
      try JoinedMetadata(reading: path, rules, map: map)
    }
    var series = try SeriesReader(self, runFields: runFields, mappedElsewhere: joined?.names ?? [], work: work)
    let rowsOf = try series.rowsOfExamples()
    let changing = ChangingFields.ofStore(storedFields, series, rowsOf)
    if !changing.isEmpty {
      var again = self
      again.storedFields.subtract(changing)
      var input = try again.openSeries(runFields: runFields, work: work)
      input.notes.append(ChangingFields.note(changing))
      return input
    }
    var groups: [Axes: Int] = [:]
    var parts: [(axes: Axes, examples: [Int])] = []
    var (filled, empty) = (0, 0)
    for example in rowsOf.indices {
      let axes = Self.axes(of: rowsOf[example], in: series, &filled)
      if axes.columns.isEmpty {
        empty += 1
        continue
      }
      let group = groups[axes] ?? parts.count
      if group == parts.count {
        groups[axes] = group
        parts.append((axes, []))
      }
      parts[group].examples.append(example)
    }
    let order = parts.flatMap(\.examples)
    let type = valueType ?? storedType
    var notes = notes(of: series, rowsOf, filled: filled, empty: empty - series.respelled, parts: parts.count)
    let (columns, runs) = try metadata(of: order, in: series, joined, &notes)
    var input = IngestInput(
      source: source, format: "\(SeriesShape.format), \(series.shape.kind)",
      parts: parts.map { part in
        let gathered = GatheredRows(
          rows: series.rows, order: part.examples.flatMap { rowsOf[$0] }, columns: part.axes.columns,
          isSingle: type == .float32)
        return IngestInput.Part(
          values: NumPyArray(
            name: "values", type: NumPyType(type ?? .float64),
            shape: [part.examples.count, part.axes.epochs.count, part.axes.columns.count], isFortranOrder: false,
            payload: gathered), statistics: part.axes.columns.map { series.statistics[$0] }, epochs: part.axes.epochs)
      }, columns: columns, sourceRuns: runs, notes: notes)
    input.hasOpenType = type == nil
    input.isText = true
    input.rowNumbers = order.map { series.firstRows[$0] }
    input.warnings = ChangingFields(series, rowsOf, runFields: runFields).warnings
    return input
  }

  /// What is said of the values: what is missing, left out, repeated or rounded.
  private func notes(
    of series: SeriesReader, _ rowsOf: [[Int32]], filled: Int, empty: Int, parts: Int
  ) -> [String] {
    var notes = series.chartNotes + series.shape.notes + series.notes
    if epochs != nil { notes.append("the epochs that were given are not used: the table has its own") }
    if filled > 0 {
      notes.append("values that are missing at some epochs of their trajectory and are NaN there: \(filled)")
    }
    if empty > 0 {
      notes.append(
        "examples without one value are left out: \(empty); what was recorded and is no number is spelled nan")
    }
    if series.respelled > 0 {
      notes.append(
        "examples whose metadata are spelled in two ways, such as 1 and 1.0, and count as one: \(series.respelled)")
    }
    if series.rowsOfNothing > 0 {
      notes.append("\(series.rowsOfNothing) rows have neither an epoch nor values; they are left out")
    }
    if series.repeated > 0 { notes.append("\(series.repeated) values come twice, the same, and count once") }
    if let note = series.inexact.note { notes.append(note) }
    if valueType ?? storedType == .float32 {
      let beyond = rowsOf.joined().reduce(0) { $0 + series.rows.countBeyondFloat32(ofRow: Int($1)) }
      if beyond > 0 { notes.append("\(beyond) values are beyond float32 and are stored as infinities") }
    }
    if parts > 1 {
      notes.append("examples were recorded at \(parts) different sets of epochs and statistics")
    }
    return notes
  }

  /// What was recorded of an example.
  private struct Axes: Hashable {
    let epochs: [Double]
    let columns: [Int]
  }

  private static func axes(of rows: [Int32], in series: SeriesReader, _ filled: inout Int) -> Axes {
    var counts = [Int](repeating: 0, count: series.statistics.count)
    for row in rows { series.rows.countValues(ofRow: Int(row), in: &counts) }
    let columns = counts.indices.filter { counts[$0] > 0 }
    for column in columns { filled += rows.count - counts[column] }
    return Axes(epochs: rows.map { series.epochOfRow[Int($0)] }, columns: columns)
  }

  /// The metadata of examples in an order, and the runs that the file tells apart.
  private func metadata(
    of order: [Int], in series: SeriesReader, _ joined: JoinedMetadata?, _ notes: inout [String]
  ) throws(EngramError) -> (columns: [MetadataColumn], runs: [MetadataValue]?) {
    let names = series.shape.fields.map { series.header[$0] }
    var cells = names.indices.map { field in (name: names[field], cells: order.map { series.examples[$0][field] }) }
    var runs: [MetadataValue]?
    if series.isOwn, let own = OwnExport(names.map { map[$0] ?? $0 }),
      let place = names.firstIndex(where: { (map[$0] ?? $0) == own.runs })
    {
      for field in cells.indices { cells[field].cells = cells[field].cells.map(OwnExport.cell) }
      runs = cells[place].cells.map { .text($0.plainText) }
      var (kept, said) = (Set<String>(), [String]())
      let named = cells.map { column in
        (name: column.name, values: column.cells.map { $0.isNothing ? .null : MetadataValue.text($0.plainText) })
      }
      for column in own.metadata(named, keeping: Set(map.values), &said) { kept.insert(column.name) }
      cells = cells.filter { kept.contains($0.name) }
      notes += said
    }
    let own = MetadataTable.CellOrigin(file: source, rows: order.map { series.firstRows[$0] })
    var (ownCount, other) = (cells.count, own)
    if let joined {
      let further = try joined.columns(beside: cells, count: order.count, &notes)
      (ownCount, other) = (cells.count, further.origin)
      cells += further.columns
    }
    let table = TextTable(file: source, isJSON: series.isJSON, columns: cells, rowCount: order.count)
    let typed = try MetadataTable(table, rules: rules) { $0 < ownCount ? own : other }
    notes += typed.notes
    return (typed.columns, runs)
  }
}

extension SeriesShape {
  /// What a table of trajectories is called as a format.
  static let format = "a table of trajectories"

  /// How the values stand, in words.
  var kind: String {
    switch values {
    case .wide: "a row for each epoch"
    case .long: "a row for each value"
    case .spread: "a row for each example"
    }
  }
}
