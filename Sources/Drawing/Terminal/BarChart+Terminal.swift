// BarChart+Terminal.swift -- bars that lie, an eighth of a column fine, with their numbers behind them.

extension BarChart {
  /// What a bar ends in, by eighths of a column.
  private static let eighths = Array(" ▏▎▍▌▋▊▉█")

  func terminalLines(_ pen: TerminalPen) -> [String] {
    let axis = fitted
    let numbers = groups.flatMap(\.bars).map(\.numberText)
    let numberWidth = numbers.map(\.count).max() ?? 0
    let names = groups.map { group in group.bars.map { Self.name($0, in: group) } }
    let longest = names.flatMap(\.self).map(\.count).max() ?? 0
    let nameWidth = min(longest, max(8, (pen.width - numberWidth) * 2 / 5))
    let room = max(4, pen.width - nameWidth - numberWidth - 3)
    var lines: [String] = []
    for (number, group) in groups.enumerated() {
      if number > 0, groups.contains(where: { $0.bars.count > 1 }) { lines.append("") }
      for (place, bar) in group.bars.enumerated() {
        let own = [bar.reference, group.reference].compactMap { $0 }
        lines.append(
          pen.fitted(names[number][place], nameWidth) + " " + drawn(bar, references + own, axis, room, pen) + " "
            + bar.numberText)
      }
    }
    return lines + referenceLines(pen)
  }

  private static func name(_ bar: Bar, in group: Group) -> String {
    let names = [group.label, bar.label].filter { !$0.isEmpty }
    return names.count == 2 && names[0] == names[1] ? names[0] : names.joined(separator: ", ")
  }

  /// The bar from zero on, references as upright lines through it.
  private func drawn(_ bar: Bar, _ references: [Reference], _ axis: FittedAxis, _ room: Int, _ pen: TerminalPen)
    -> String
  {
    let zero = (axis.clamped(0) ?? 0) * Double(room)
    let end = axis.clamped(bar.value).map { $0 * Double(room) } ?? zero
    let (low, high) = (min(zero, end), max(zero, end))
    var cells: [Character] = (0..<room).map { column in
      let filled = min(high, Double(column + 1)) - max(low, Double(column))
      return Self.eighths[min(8, max(0, Int((filled * 8).rounded())))]
    }
    var marks: Set<Int> = []
    for reference in references {
      guard let share = axis.clamped(reference.value) else { continue }
      let column = min(room - 1, Int(share * Double(room)))
      cells[column] = reference.isChance ? "┊" : "│"
      marks.insert(column)
    }
    guard pen.isColoured else { return String(cells) }
    return cells.enumerated().map { column, cell in
      marks.contains(column)
        ? (cell == "│" ? pen.inked("│", .red) : "┊") : cell == " " ? " " : pen.inked(String(cell), bar.ink)
    }.joined()
  }

  private func referenceLines(_ pen: TerminalPen) -> [String] {
    var seen: Set<String> = []
    var lines: [String] = []
    for reference in references + groups.compactMap(\.reference) + groups.flatMap(\.bars).compactMap(\.reference) {
      let mark = reference.isChance ? "┊" : "│"
      let isOne = references.contains(reference)
      let text =
        isOne ? "\(reference.label): \(NumberText.withError(reference.value, reference.error))" : reference.label
      if seen.insert(text).inserted { lines += pen.wrapped("\(mark) \(text)") }
    }
    return lines
  }
}
