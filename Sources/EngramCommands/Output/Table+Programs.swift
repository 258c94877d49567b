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

  /// The keys of columns in JSON: a name that came before gets a number that makes it another, such as `a_1`.
  package static func keys(of columns: [String]) -> [String] {
    var taken = Set(columns)
    var seen: Set<String> = []
    return columns.map { name in
      if seen.insert(name).inserted { return name }
      var number = 1
      while !taken.insert("\(name)_\(number)").inserted { number += 1 }
      return "\(name)_\(number)"
    }
  }

  /// An array with one object on each line.
  package func jsonText() throws(EngramError) -> String {
    var writer = JSONWriter(.pretty, nonFinite: .named)
    let keys = Self.keys(of: columns)
    writer.beginArray()
    for row in rows {
      writer.beginObject(onOneLine: true)
      for (key, cell) in zip(keys, row) {
        writer.key(key)
        try writer.value(cell.json)
      }
      writer.endObject()
    }
    writer.endArray()
    return String(decoding: writer.takeBytes(), as: UTF8.self) + "\n"
  }
}
