// SplitRows.swift -- the sides of a split as rows of CSV or lines of JSON.

import Base
import Formats
import TrajectoryModel
import TrajectoryStore

/// How the examples of the sides of a split become rows of text.
struct SplitRows {
  let format: SplitExport.Format
  /// The label column.
  let label: String
  /// Further columns of metadata.
  let fields: [String]
  let columns: FeatureColumns
  /// Whether values have the digits that tell a Float32 from its neighbours.
  let isSingle: Bool

  /// Examples of which rows are made at a time.
  private static let block = 256

  /// The columns before the values.
  private var leading: [String] {
    let names = ["example_id", label] + fields
    return [Self.nameOfSide(beside: names)] + names
  }

  /// The name of the column of sides, such that no field has it.
  private static func nameOfSide(beside fields: [String]) -> String {
    let taken = Set(fields.map { $0.lowercased() })
    var name = "side"
    while taken.contains(name) { name = "chosen_" + name }
    return name
  }

  /// Whether each run gives an epoch of its own, which then stands beside its values.
  private var hasChosenEpochs: Bool { columns.view.choice != nil }
  /// The name of the column of epochs, such that no other column has it.
  private var nameOfEpochs: String { RowColumn.epoch.name(beside: leading) }

  /// The row that names the columns; nothing in JSON lines.
  func header() -> [UInt8] {
    var writer = CSVWriter()
    switch format {
    case .csv: writer.header(leading + (hasChosenEpochs ? [nameOfEpochs] : []) + columns.names)
    case .csvLong: writer.header(leading + RowColumn.names(beside: leading))
    case .jsonl, .npz: return []
    }
    return writer.takeBytes()
  }

  /// Writes the rows of one side.
  ///
  /// - Parameters:
  ///   - examples: Its examples.
  ///   - side: What it is called.
  ///   - values: Their features, a row for each.
  ///   - snapshot: The store.
  ///   - work: Who may stop it.
  ///   - put: Takes the text piece by piece.
  /// - Throws: What reading the catalog and `put` throw.
  func write(
    _ examples: ExampleSet, as side: String, _ values: borrowing Matrix, from snapshot: Snapshot, _ work: WorkContext,
    _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let chosen = try snapshot.chosenEpochs(of: examples, columns)
    var row = 0
    for block in examples.parts(of: Self.block) {
      try work.checkCancelled("the export was stopped")
      var bytes: [UInt8] = []
      try snapshot.metadata(of: block, columns: ["example_id", label] + fields) {
        (_, known) throws(EngramError) in
        let cells = [.text(side)] + known
        switch format {
        case .jsonl: bytes += try object(cells, values, row, chosen.flatMap { $0[row] })
        case .csv, .csvLong, .npz: bytes += lines(cells, values, row, chosen.flatMap { $0[row] })
        }
        row += 1
      }
      try put(bytes)
    }
  }

  private func field(_ value: Double) -> CSVWriter.Field { isSingle ? .number(Float(value)) : .number(value) }

  private func lines(
    _ known: [MetadataValue], _ values: borrowing Matrix, _ row: Int, _ chosen: Double?
  ) -> [UInt8] {
    var writer = CSVWriter()
    let cells = known.map { CSVWriter.Field($0) }
    if format == .csv {
      var line = cells
      if hasChosenEpochs { line.append(chosen.map { .plain(EpochSelection.text($0)) } ?? .missing) }
      for column in 0..<values.columns { line.append(field(values[row, column])) }
      writer.row(line)
      return writer.takeBytes()
    }
    let samples = columns.sampleNames
    // The position of a layer has no epoch.
    for column in 0..<columns.positionCount {
      writer.row(cells + [.missing, .text(columns.names[column]), field(values[row, column])])
    }
    for (index, name) in samples.enumerated() {
      let epoch = chosen.map { EpochSelection.text($0) } ?? name
      for (number, statistic) in columns.statistics.enumerated() {
        let value = values[row, columns.positionCount + number * samples.count + index]
        writer.row(cells + [.plain(epoch), .text(statistic), field(value)])
      }
    }
    return writer.takeBytes()
  }

  private func object(
    _ known: [MetadataValue], _ values: borrowing Matrix, _ row: Int, _ chosen: Double?
  ) throws(EngramError) -> [UInt8] {
    var writer = JSONWriter(.line, nonFinite: .named)
    writer.beginObject(onOneLine: true)
    for (name, value) in zip(leading, known) {
      writer.key(name)
      switch value {
      case .null: writer.null()
      case .integer(let number): writer.integer(number)
      case .real(let number): try writer.real(number)
      case .text(let text): writer.string(text)
      }
    }
    if hasChosenEpochs {
      writer.key(nameOfEpochs)
      if let chosen { try writer.real(chosen) } else { writer.null() }
    }
    for (column, name) in columns.names.enumerated() {
      writer.key(name)
      let value = values[row, column]
      // The digits that tell a Float32 from its neighbours.
      try writer.real(isSingle ? Double("\(Float(value))") ?? value : value)
    }
    writer.endObject()
    return writer.takeBytes() + [0x0A]
  }
}
