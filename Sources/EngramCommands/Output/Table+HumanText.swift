// Table+HumanText.swift -- columns that line up, cut to the width of the terminal.

import Base

extension Table {
  /// The narrowest that a column is cut to.
  private static let narrowest = 8

  /// Lines for a person: two spaces between columns, numbers on the right, a dash for no value.
  ///
  /// With a width, the widest columns are cut, with an ellipsis, until the line fits; without one nothing is cut.
  package func humanText(width: Int?, style: TextStyle = .plain) -> String {
    let texts = rows.map { $0.map(\.humanText) }
    let headings = columns.map(printable)
    let isRight = columns.indices.map { column in
      rows.contains { $0[column].isNumber } && rows.allSatisfy { $0[column].isNumber || $0[column] == .missing }
    }
    var widths = columns.indices.map { column in
      max(headings[column].count, texts.map { $0[column].count }.max() ?? 0)
    }
    if let width { Self.shrink(&widths, to: width) }
    func line(_ cells: [String]) -> String {
      let parts = cells.indices.map { Self.fitted(cells[$0], to: widths[$0], isRight: isRight[$0]) }
      return String(trimmedRight: parts.joined(separator: "  "))
    }
    var result = style.bold(line(headings)) + "\n"
    for row in texts { result += line(row) + "\n" }
    return result
  }

  /// Narrows the widest columns one by one until all fit, none below ``narrowest``.
  private static func shrink(_ widths: inout [Int], to width: Int) {
    var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - width
    while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > narrowest {
      widths[widest] -= 1
      excess -= 1
    }
  }

  private static func fitted(_ text: String, to width: Int, isRight: Bool) -> String {
    guard text.count <= width else { return text.prefix(width - 1) + "…" }
    let fill = String(repeating: " ", count: width - text.count)
    return isRight ? fill + text : text + fill
  }
}

extension String {
  /// Text without the spaces at its end.
  fileprivate init(trimmedRight text: String) {
    var rest = text[...]
    while rest.last == " " { rest.removeLast() }
    self.init(rest)
  }
}
