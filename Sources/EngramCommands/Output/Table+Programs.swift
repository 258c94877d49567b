// Table+Programs.swift -- tables as CSV (RFC 4180, lines end in LF) and as JSON (an array of objects).

package import Base
import Formats

extension Table {
  /// A header line and a line for each row; no value is an empty field, empty text is `""`.
  ///
  /// For a terminal, control characters in texts are written out, as ``printable(_:)`` does.
  package func csvText(isForTerminal: Bool = false) -> String {
    var writer = CSVWriter(isForTerminal: isForTerminal)
    writer.header(columns)
    for row in rows { writer.row(row.map(\.field)) }
    return String(decoding: writer.takeBytes(), as: UTF8.self)
  }

  /// An array with one object on each line.
  package func jsonText() throws(EngramError) -> String {
    var writer = JSONWriter(.pretty, nonFinite: .named)
    writer.beginArray()
    for row in rows {
      writer.beginObject(onOneLine: true)
      for (column, cell) in zip(columns, row) {
        writer.key(column)
        try writer.value(cell.json)
      }
      writer.endObject()
    }
    writer.endArray()
    return String(decoding: writer.takeBytes(), as: UTF8.self) + "\n"
  }
}
