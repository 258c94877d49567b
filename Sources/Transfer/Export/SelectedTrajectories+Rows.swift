// SelectedTrajectories+Rows.swift -- selected trajectories as rows of CSV or JSON.

package import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension SelectedTrajectories {
  /// Writes a row for each example, or for each value: its metadata, then its values, statistic by statistic.
  ///
  /// Reals have the fewest digits that read back to the same bits. In JSON what is not finite is the text "NaN",
  /// "Infinity" or "-Infinity"; in CSV it is `nan`, whatever its sign, `inf` or `-inf`.
  ///
  /// - Parameters:
  ///   - format: One of rows.
  ///   - isForTerminal: Whether control characters in CSV are written out.
  ///   - put: Takes the text piece by piece, as UTF-8.
  /// - Throws: What reading and `put` throw.
  package func writeRows(
    as format: SelectionExport.Format, isForTerminal: Bool = false, _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    switch format {
    case .json: try writeJSON(put)
    case .jsonl: try writeJSONLines(put)
    case .csvLong: try writeLong(isForTerminal: isForTerminal, put)
    case .csv, .npy, .npz: try writeCSV(isForTerminal: isForTerminal, put)
    }
  }

  /// Writes a row for each value; under a view the name of a sample stands in the place of the epoch, and where each run
  /// gives its own epoch, that.
  ///
  /// The position of a layer has no epoch; where a field says it, it has no rows.
  private func writeLong(
    isForTerminal: Bool, _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let fields = try fields()
    let samples = columns.sampleNames
    let positions = fields.contains(LayerColumns.position) ? 0 : columns.positionCount
    var writer = CSVWriter(isForTerminal: isForTerminal)
    writer.header(fields + RowColumn.names(beside: fields))
    try forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      let isSingle = values.elementType == .float32
      for (row, known) in metadata.enumerated() {
        let cells = known.values.map { CSVWriter.Field($0) }
        for column in 0..<positions {
          writer.row(cells + [.missing, .text(columns.names[column]), .number(values[row, column])])
        }
        for (index, name) in samples.enumerated() {
          let epoch = hasChosenEpochs ? known.epoch.map { EpochSelection.text($0) } : name
          let sample = epoch.map { CSVWriter.Field.plain($0) } ?? .missing
          for (number, statistic) in columns.statistics.enumerated() {
            let value = values[row, columns.positionCount + number * samples.count + index]
            writer.row(cells + [sample, .text(statistic), isSingle ? .number(Float(value)) : .number(value)])
          }
        }
      }
      try put(writer.takeBytes())
    }
    try put(writer.takeBytes())
  }

  private func writeJSONLines(_ put: ([UInt8]) throws(EngramError) -> Void) throws(EngramError) {
    let fields = try fields()
    let names = columns.names
    try forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      var bytes: [UInt8] = []
      for (row, known) in metadata.enumerated() {
        var writer = JSONWriter(.line, nonFinite: .named)
        try write(fields, known, names, values, row, to: &writer)
        bytes += writer.takeBytes() + [0x0A]
      }
      try put(bytes)
    }
  }

  /// Writes one example as an object.
  private func write(
    _ fields: [String], _ known: Row, _ names: [String], _ values: borrowing Matrix, _ row: Int,
    to writer: inout JSONWriter
  ) throws(EngramError) {
    let isSingle = values.elementType == .float32
    writer.beginObject(onOneLine: true)
    for (name, value) in zip(fields, known.values) {
      writer.key(name)
      switch value {
      case .null: writer.null()
      case .integer(let number): writer.integer(number)
      case .real(let number): try writer.real(number)
      case .text(let text): writer.string(text)
      }
    }
    if hasChosenEpochs {
      writer.key(nameOfEpochs(beside: fields))
      if let epoch = known.epoch { try writer.real(epoch) } else { writer.null() }
    }
    for (column, name) in names.enumerated() {
      writer.key(name)
      let value = values[row, column]
      // The digits that tell a Float32 from its neighbours.
      try writer.real(isSingle ? Double("\(Float(value))") ?? value : value)
    }
    writer.endObject()
  }

  private func writeCSV(
    isForTerminal: Bool, _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let fields = try fields()
    let count = columns.count
    var writer = CSVWriter(isForTerminal: isForTerminal)
    writer.header(fields + (hasChosenEpochs ? [nameOfEpochs(beside: fields)] : []) + columns.names)
    try forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      let isSingle = values.elementType == .float32
      for (row, known) in metadata.enumerated() {
        var cells = known.values.map { CSVWriter.Field($0) }
        if hasChosenEpochs { cells.append(known.epoch.map { .plain(EpochSelection.text($0)) } ?? .missing) }
        for column in 0..<count {
          let value = values[row, column]
          cells.append(isSingle ? .number(Float(value)) : .number(value))
        }
        writer.row(cells)
      }
      try put(writer.takeBytes())
    }
    try put(writer.takeBytes())
  }

  private func writeJSON(_ put: ([UInt8]) throws(EngramError) -> Void) throws(EngramError) {
    let fields = try fields()
    let names = columns.names
    var writer = JSONWriter(.pretty, nonFinite: .named)
    writer.beginArray()
    try forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      for row in metadata.indices { try write(fields, metadata[row], names, values, row, to: &writer) }
      try put(writer.takeBytes())
    }
    writer.endArray()
    try put(writer.takeBytes() + [0x0A])
  }
}
