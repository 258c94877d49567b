// LineChart+Terminal.swift -- lines in braille, each with a letter at its end.

extension LineChart {
  private static let rows = 14
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

  func terminalLines(_ pen: TerminalPen) -> [String] {
    let (x, y) = fitted(xTicks: max(2, pen.width / 14), yTicks: 5)
    /// Digits of the longest label by which neighbouring ticks may differ.
    let longest = 20
    let labelWidth = min(longest, y.ticks.map(\.label.count).max() ?? 1)
    let columns = max(10, pen.width - labelWidth - 2)
    if y.isEmpty { return pen.wrapped("no finite values of \(yAxis.title)") }
    var canvas = BrailleCanvas(columns: columns, rows: Self.rows)
    for reference in references {
      guard let share = y.clamped(reference.value) else { continue }
      canvas.line(from: (0, share), to: (1, share), reference.isChance ? nil : .red, isDotted: true)
    }
    var letters: [Int: (text: String, ink: Ink)] = [:]
    var key: [String] = []
    // Faint lines have no letters: there are many.
    for line in series where line.style == .faint { draw(line, x, y, &canvas) }
    for (number, line) in series.filter({ $0.style != .faint }).enumerated() {
      let last = draw(line, x, y, &canvas)
      let letter = number < 26 ? String(Self.letters[number]) : "*"
      if let last {
        var (column, row) = canvas.place(last)
        // Lines that end at one place have their letters side by side.
        while letters[canvas.index(column: column, row: row)] != nil, column > 0 { column -= 1 }
        letters[canvas.index(column: column, row: row)] = (letter, line.ink)
        row = 0
      }
      key.append("\(letter) \(line.label)")
    }
    var lines: [String] = []
    for (row, text) in canvas.lines(letters, pen).enumerated() {
      lines.append(pen.fitted(label(ofRow: row, y), labelWidth, isRight: true) + " ┤" + text)
    }
    lines.append(String(repeating: " ", count: labelWidth + 1) + "└" + String(repeating: "─", count: columns))
    lines.append(String(repeating: " ", count: labelWidth + 2) + tickLine(x, columns))
    if !xAxis.title.isEmpty || !yAxis.title.isEmpty {
      lines += pen.wrapped([yAxis.title, xAxis.title].filter { !$0.isEmpty }.joined(separator: " by "))
    }
    if !key.isEmpty { lines += pen.wrapped(key.joined(separator: ", ")) }
    return lines
      + references.flatMap { pen.wrapped("dotted: \($0.label) \(NumberText.withError($0.value, $0.error))") }
  }

  @discardableResult private func draw(
    _ line: Series, _ x: FittedAxis, _ y: FittedAxis, _ canvas: inout BrailleCanvas
  ) -> (x: Double, y: Double)? {
    var before: (x: Double, y: Double)?
    var last: (x: Double, y: Double)?
    for point in line.points {
      guard let across = x.clamped(point.x), let up = y.clamped(point.y) else {
        before = nil
        continue
      }
      canvas.line(from: before ?? (across, up), to: (across, up), line.ink)
      before = (across, up)
      last = before
    }
    return last
  }

  /// The label of the tick that stands in a row of characters.
  private func label(ofRow row: Int, _ y: FittedAxis) -> String {
    let rows = Double(Self.rows)
    let here = y.ticks.first { tick in
      guard let share = y.share(tick.value), share >= -0.001, share <= 1.001 else { return false }
      return min(Self.rows - 1, Int((1 - share) * rows)) == row
    }
    return here?.label ?? ""
  }

  private func tickLine(_ x: FittedAxis, _ columns: Int) -> String {
    var cells = [Character](repeating: " ", count: columns)
    var free = 0
    for tick in x.ticks {
      guard let share = x.share(tick.value) else { continue }
      let text = Array(tick.label)
      let start = min(columns - text.count, max(0, Int(share * Double(columns - 1)) - text.count / 2))
      if start < free || start < 0 { continue }
      for (offset, character) in text.enumerated() { cells[start + offset] = character }
      free = start + text.count + 1
    }
    while cells.last == " " { cells.removeLast() }
    return String(cells)
  }
}
