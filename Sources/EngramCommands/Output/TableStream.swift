// TableStream.swift -- a table that is written row by row, however many rows it has.

package import Base
import Formats

/// Writes a table row by row, so that no more of it is held than what lines up.
///
/// Programs get each row at once. For people the first rows say how wide the columns are; they are written when there are
/// as many as are looked at, or when they are ``finish()``ed.
///
/// ```swift
/// let stream = TableStream(columns: ["run_id", "task"], as: .csv, to: output)
/// while let row = try next() { try stream.append(row) }
/// try stream.finish()
/// ```
package final class TableStream {
  /// Rows that people's columns are made to fit, and the most bytes of them.
  private static let (mostRows, mostBytes) = (1_000, 1 << 20)

  private let format: Table.Format
  private let terminal: Terminal
  private let output: ByteOutput
  private let columns: [String]
  /// What the columns are called in JSON.
  private let keys: [String]
  /// Rows that have not been written.
  private var waiting: Table
  private var waitingBytes = 0
  /// How people's columns line up, once that is known.
  private var layout: Table.Layout?
  private var csv: CSVWriter
  private var json = JSONWriter(.pretty, nonFinite: .named)

  /// Begins a table.
  package init(columns: [String], as format: Table.Format, to output: ByteOutput, terminal: Terminal = .none)
    throws(EngramError)
  {
    (self.columns, self.format, self.output, self.terminal) = (columns, format, output, terminal)
    keys = Table.keys(of: columns)
    waiting = Table(columns: columns)
    csv = CSVWriter(isForTerminal: terminal.isTerminal)
    switch format {
    case .table: break
    case .csv: csv.header(columns)
    case .json: json.beginArray()
    }
  }

  /// Adds a row.
  ///
  /// - Throws: As ``ByteOutput/write(_:)-(String)``.
  package func append(_ row: [TableCell]) throws(EngramError) {
    switch format {
    case .table:
      waiting.append(row)
      for case .text(let text) in row { waitingBytes += text.utf8.count }
      waitingBytes += row.count
      if waiting.rows.count >= Self.mostRows || waitingBytes >= Self.mostBytes { try writeWaiting() }
    case .csv:
      csv.row(row.map(\.field))
      try output.write(csv.takeBytes())
    case .json:
      json.beginObject(onOneLine: true)
      for (key, cell) in zip(keys, row) {
        json.key(key)
        try json.value(cell.json)
      }
      json.endObject()
      try output.write(json.takeBytes())
    }
  }

  /// Ends the table.
  ///
  /// - Throws: As ``append(_:)``.
  package func finish() throws(EngramError) {
    switch format {
    case .table: try writeWaiting()
    case .csv: try output.write(csv.takeBytes())
    case .json:
      json.endArray()
      try output.write(json.takeBytes())
      try output.write("\n")
    }
  }

  private func writeWaiting() throws(EngramError) {
    let known = layout
    let layout = known ?? waiting.layout(width: terminal.width)
    if known == nil { try output.write(waiting.heading(layout, style: terminal.style)) }
    self.layout = layout
    try output.write(waiting.lines(layout))
    waiting = Table(columns: columns)
    waitingBytes = 0
  }
}
