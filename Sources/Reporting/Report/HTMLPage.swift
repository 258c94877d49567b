// HTMLPage.swift -- a page of HTML in one file: its styles, its script, and the elements that reports are made of.

import Base
import Drawing

/// A page of HTML in one file, which asks the network for nothing.
struct HTMLPage {
  private(set) var body = ""
  private var figureCount = 0

  /// Adds a heading with a name to jump to.
  mutating func heading(_ text: String, id: String, level: Int = 2) {
    body += "<h\(level) id=\"\(escapedMarkup(id))\">\(escapedMarkup(text))</h\(level)>\n"
  }

  /// Adds a paragraph.
  mutating func paragraph(_ text: String, style: String = "") {
    body += "<p\(style.isEmpty ? "" : " class=\"\(style)\"")>\(escapedMarkup(text))</p>\n"
  }

  /// Adds commands, a line for each.
  mutating func preformatted(_ lines: [String]) {
    // Escaping writes out the end of a line within a text.
    body += "<pre>\(lines.map(escapedMarkup).joined(separator: "\n"))</pre>\n"
  }

  /// Adds a picture, as wide as it needs or as the page lets it.
  mutating func picture(_ picture: Picture) {
    figureCount += 1
    body += "<div class=\"wide\">\n\(picture.svg(id: "p\(figureCount)", isInline: true))</div>\n"
  }

  /// Adds a table whose columns sort when their heads are pressed.
  ///
  /// - Parameters:
  ///   - columns: The heads.
  ///   - rows: Cells; numbers stand on the right, and `holds` and its like have colours.
  ///   - caption: What it is, for screen readers.
  mutating func table(_ columns: [String], _ rows: [[JSONValue]], caption: String) {
    body += "<div class=\"wide\"><table class=\"sortable\"><caption>\(escapedMarkup(caption))</caption>\n<thead><tr>"
    for (place, column) in columns.enumerated() {
      let isNumber = rows.contains { Self.isNumber($0[place]) }
      body +=
        "<th scope=\"col\"\(isNumber ? " class=\"number\"" : "")><button type=\"button\">\(escapedMarkup(column))</button></th>"
    }
    body += "</tr></thead>\n<tbody>\n"
    for row in rows {
      body += "<tr>"
      for cell in row { body += Self.cell(cell) }
      body += "</tr>\n"
    }
    body += "</tbody></table></div>\n"
  }

  private static func cell(_ cell: JSONValue) -> String {
    switch cell {
    case .integer, .real:
      return "<td class=\"number\" data-value=\"\(NumberTable.plain(cell) ?? "")\">\(shown(cell))</td>"
    case .null: return "<td class=\"none\"></td>"
    default:
      let text = NumberTable.plain(cell) ?? ""
      // A hash has no place to break.
      let isLong = text.split(separator: " ").contains { $0.count > 32 }
      let verdict =
        Claim.Verdict(rawValue: text).map { " class=\"\(verdictStyle($0))\"" } ?? (isLong ? " class=\"long\"" : "")
      return "<td\(verdict)>\(escapedMarkup(text))</td>"
    }
  }

  private static func isNumber(_ cell: JSONValue) -> Bool {
    switch cell {
    case .integer, .real: true
    default: false
    }
  }

  private static func verdictStyle(_ verdict: Claim.Verdict) -> String {
    switch verdict {
    case .holds: "yes"
    case .doesNotHold: "no"
    case .cannotBeTested: "open"
    }
  }

  /// A number as people read it; the whole of it sorts, and is in the CSV.
  private static func shown(_ cell: JSONValue) -> String {
    if case .integer(let number) = cell { return Int(exactly: number).map(countText) ?? "\(number)" }
    guard case .real(let number) = cell else { return NumberTable.plain(cell) ?? "" }
    if number == number.rounded(), number.magnitude < 1e6 { return NumberText.fixed(number, 0) }
    return number.magnitude >= 0.001 && number.magnitude < 1e4 ? NumberText.fixed(number, 4) : NumberText.short(number)
  }

  /// Adds the numbers of a picture: a table that opens, and a link that saves them as CSV.
  mutating func numbers(_ table: NumberTable, file: String, caption: String) {
    body +=
      "<p><a class=\"save\" download=\"\(escapedMarkup(file))\" "
      + "href=\"data:text/csv;charset=utf-8;base64,\(base64(Array(table.csv.utf8)))\">Save \(escapedMarkup(file))</a></p>\n"
    body += "<details><summary>Numbers (\(table.rows.count) \(table.rows.count == 1 ? "row" : "rows"))</summary>\n"
    self.table(table.columns, table.rows, caption: caption)
    body += "</details>\n"
  }

  /// Adds a list of links into the page.
  mutating func contents(_ entries: [(id: String, text: String)]) {
    body += "<nav aria-label=\"Contents\"><ul>\n"
    for entry in entries {
      body += "<li><a href=\"#\(escapedMarkup(entry.id))\">\(escapedMarkup(entry.text))</a></li>\n"
    }
    body += "</ul></nav>\n"
  }

  /// The whole page.
  func text(title: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <link rel="icon" href="data:,">
    <title>\(escapedMarkup(title))</title>
    <style>
    \(String(decoding: PackageResources.page_css, as: UTF8.self))
    \(StyleSheet.css)
    </style>
    </head>
    <body>
    <main>
    \(body)</main>
    <script>
    \(String(decoding: PackageResources.page_js, as: UTF8.self))
    </script>
    </body>
    </html>

    """
  }

}

/// Bytes in the alphabet of base64 (RFC 4648).
func base64(_ bytes: [UInt8]) -> String {
  let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var result: [UInt8] = []
  result.reserveCapacity((bytes.count + 2) / 3 * 4)
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let part = bytes[start..<min(start + 3, bytes.count)]
    let group = part.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
    for place in 0..<4 {
      result.append(
        place <= part.count ? alphabet[Int(group >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
    }
  }
  return String(decoding: result, as: UTF8.self)
}
