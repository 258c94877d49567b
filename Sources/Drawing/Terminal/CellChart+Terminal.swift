// CellChart+Terminal.swift -- cells as a table of texts on shades.

extension CellChart {
  /// Colours of a terminal of 256 that are near those of the scale.
  private static let grounds = [255, 189, 153, 117, 75, 69, 32, 25, 18]
  private static let shades = Array("·░▒▓█")

  func terminalLines(_ pen: TerminalPen) -> [String] {
    let longest = rows.map(\.count).max() ?? 0
    let nameWidth = min(longest, max(6, pen.width / 3))
    let texts = cells.map { row in row.map { text($0, pen) } }
    let widest = max(texts.flatMap(\.self).map(\.count).max() ?? 1, 3)
    let most = max(3, (pen.width - nameWidth - 1) / max(1, columns.count) - 1)
    let cellWidth = min(most, max(widest, min(12, columns.map(\.count).max() ?? 1)))
    var lines: [String] = []
    if !rowTitle.isEmpty || !columnTitle.isEmpty {
      lines += pen.wrapped([rowTitle, columnTitle].filter { !$0.isEmpty }.joined(separator: " / "))
    }
    lines.append(
      pen.fitted("", nameWidth) + columns.map { " " + pen.fitted($0, cellWidth, isRight: true) }.joined())
    for (row, name) in rows.enumerated() {
      var line = pen.fitted(name, nameWidth)
      for (column, cell) in cells[row].enumerated() {
        line += " " + grounded(pen.fitted(texts[row][column], cellWidth, isRight: true), cell, pen)
      }
      lines.append(line)
    }
    return lines
  }

  private func text(_ cell: Cell, _ pen: TerminalPen) -> String {
    guard let share = share(cell) else { return "" }
    return pen.isColoured ? cell.text : "\(Self.shades[min(4, Int(share * 5))])\(cell.text)"
  }

  private func grounded(_ text: String, _ cell: Cell, _ pen: TerminalPen) -> String {
    guard pen.isColoured, let share = share(cell) else { return text }
    let ground = Self.grounds[min(8, Int(share * 9))]
    return "\u{1B}[48;5;\(ground);38;5;\(ColourScale.isDark(share) ? 231 : 16)m\(text)\u{1B}[0m"
  }
}
