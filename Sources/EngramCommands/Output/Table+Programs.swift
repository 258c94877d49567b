// Table+Programs.swift -- tables as CSV (RFC 4180, lines end in LF) and as JSON (an array of objects).

extension Table {
  /// A header line and a line for each row; no value is an empty field, empty text is `""`.
  package var csvText: String {
    var result = columns.map(Self.csvField).joined(separator: ",") + "\n"
    for row in rows {
      result += row.map { $0.plainText.map(Self.csvField) ?? "" }.joined(separator: ",") + "\n"
    }
    return result
  }

  /// The rows as JSON objects.
  package var json: JSONText {
    .array(rows.map { row in .object(zip(columns, row).map { ($0, $1.json) }) })
  }

  /// An array with one object on each line.
  package var jsonText: String {
    guard !rows.isEmpty else { return "[]\n" }
    let lines = rows.map { row in "  " + JSONText.object(zip(columns, row).map { ($0, $1.json) }).text }
    return "[\n" + lines.joined(separator: ",\n") + "\n]\n"
  }

  /// A field, in quotes where it must be.
  private static func csvField(_ text: String) -> String {
    let needsQuotes = text.isEmpty || text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
    guard needsQuotes else { return text }
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}
