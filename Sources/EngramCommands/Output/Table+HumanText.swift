// Table+HumanText.swift -- columns that line up, cut to the width of the terminal.

import Base

extension Table {
  /// The narrowest that a column is cut to.
  private static let narrowest = 8

  /// Lines for a person: two spaces between columns, numbers on the right, a dash for no value.
  ///
  /// With a width, the widest columns are cut, with an ellipsis, until the line fits; without one nothing is cut.
  package func humanText(width: Int?, style: TextStyle = .plain) -> String {
    let layout = layout(width: width)
    return heading(layout, style: style) + lines(layout)
  }

  /// How wide the columns are, and on which side numbers stand, as these rows need it.
  func layout(width: Int?) -> Layout {
    let isRight = columns.indices.map { column in
      rows.contains { $0[column].isNumber } && rows.allSatisfy { $0[column].isNumber || $0[column] == .missing }
    }
    var widths = columns.map { printable($0).count }
    for row in rows {
      for column in columns.indices { widths[column] = max(widths[column], row[column].humanText.count) }
    }
    if let width { Self.shrink(&widths, to: width) }
    return Layout(widths: widths, isRight: isRight, cuts: width != nil)
  }

  /// How columns line up.
  struct Layout {
    let widths: [Int]
    let isRight: [Bool]
    /// Whether what is wider is cut; else it moves what follows to the right.
    let cuts: Bool

    /// The line of some cells.
    func line(_ cells: [String]) -> String {
      let parts = cells.indices.map { Table.fitted(cells[$0], to: widths[$0], isRight: isRight[$0], cuts: cuts) }
      return String(trimmedRight: parts.joined(separator: "  "))
    }
  }

  /// The names of the columns.
  func heading(_ layout: Layout, style: TextStyle) -> String { style.bold(layout.line(columns.map(printable))) + "\n" }

  /// The rows, which may be wider than those that the layout was made for.
  func lines(_ layout: Layout) -> String {
    rows.map { layout.line($0.map(\.humanText)) + "\n" }.joined()
  }

  /// Narrows the widest columns one by one until all fit, none below ``narrowest``.
  private static func shrink(_ widths: inout [Int], to width: Int) {
    var excess = widths.reduce(0, +) + 2 * max(0, widths.count - 1) - width
    while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > narrowest {
      widths[widest] -= 1
      excess -= 1
    }
  }

  fileprivate static func fitted(_ text: String, to width: Int, isRight: Bool, cuts: Bool) -> String {
    let count = text.count
    guard count <= width else { return cuts ? text.prefix(width - 1) + "…" : text }
    let fill = String(repeating: " ", count: width - count)
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
