// SelectedTrajectories+Rows.swift -- selected trajectories as rows of CSV or JSON.

package import Base
import Formats
import TrajectoryModel
import TrajectoryStore

extension SelectedTrajectories {
  /// Writes a row for each example: its metadata, then its values, statistic by statistic.
  ///
  /// Reals have the fewest digits that read back to the same bits. In JSON what is not finite is the text "NaN",
  /// "Infinity" or "-Infinity".
  ///
  /// - Parameters:
  ///   - asJSON: Whether rows are objects of an array, one on each line, rather than CSV.
  ///   - isForTerminal: Whether control characters in CSV are written out.
  ///   - put: Takes the text piece by piece, as UTF-8.
  /// - Throws: What reading and `put` throw.
  package func writeRows(
    asJSON: Bool, isForTerminal: Bool = false, _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    if asJSON { try writeJSON(put) } else { try writeCSV(isForTerminal: isForTerminal, put) }
  }

  private func writeCSV(
    isForTerminal: Bool, _ put: ([UInt8]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let fields = try fields()
    let count = columns.count
    var writer = CSVWriter(isForTerminal: isForTerminal)
    writer.row(fields + columns.names)
    try forEachRowBlock(of: fields) { (metadata, values) throws(EngramError) in
      let isSingle = values.elementType == .float32
      for (row, known) in metadata.enumerated() {
        var cells: [String?] = known.map { $0 == .null ? nil : $0.description }
        for column in 0..<count {
          let value = values[row, column]
          cells.append(isSingle ? "\(Float(value))" : "\(value)")
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
      let isSingle = values.elementType == .float32
      for (row, known) in metadata.enumerated() {
        writer.beginObject(onOneLine: true)
        for (name, value) in zip(fields, known) {
          writer.key(name)
          switch value {
          case .null: writer.null()
          case .integer(let number): writer.integer(number)
          case .real(let number): try writer.real(number)
          case .text(let text): writer.string(text)
          }
        }
        for (column, name) in names.enumerated() {
          writer.key(name)
          let value = values[row, column]
          // The digits that tell a Float32 from its neighbours.
          try writer.real(isSingle ? Double("\(Float(value))") ?? value : value)
        }
        writer.endObject()
      }
      try put(writer.takeBytes())
    }
    writer.endArray()
    try put(writer.takeBytes() + [0x0A])
  }
}
