// BarChart+Terminal.swift -- bars that lie, an eighth of a column fine, with their numbers behind them.

extension BarChart {
  /// What a bar ends in, by eighths of a column.
  private static let eighths = Array(" ▏▎▍▌▋▊▉█")

  func terminalLines(_ pen: TerminalPen) -> [String] {
    let axis = fitted
    let numberWidth = groups.flatMap(\.bars).map(\.numberText.count).max() ?? 0
    let names = groups.map { group in group.bars.map { Self.name($0, in: group) } }
    let longest = names.flatMap(\.self).map(\.count).max() ?? 0
    let nameWidth = min(longest, max(8, (pen.width - numberWidth) * 2 / 5))
    let room = max(4, pen.width - nameWidth - numberWidth - 3)
    var lines: [String] = []
    for (number, group) in groups.enumerated() {
      if Self.hasHead(group) {
        if number > 0 { lines.append("") }
        lines += pen.wrapped(group.label)
      }
      for (place, bar) in group.bars.enumerated() {
        let own = [bar.reference, group.reference].compactMap { $0 }
        lines.append(
          pen.fitted(names[number][place], nameWidth) + " " + drawn(bar, references + own, axis, room, pen) + " "
            + bar.numberText)
      }
    }
    let all = references + groups.compactMap(\.reference) + groups.flatMap(\.bars).compactMap(\.reference)
    return lines + pen.referenceLines(all, areEverywhere: references)
  }

  /// Whether the name of a group stands above its bars, rather than in place of the name of its only one.
  private static func hasHead(_ group: Group) -> Bool {
    !group.label.isEmpty && (group.bars.count > 1 || group.bars.contains { !["", group.label].contains($0.label) })
  }

  private static func name(_ bar: Bar, in group: Group) -> String {
    hasHead(group) ? "  " + bar.label : group.label.isEmpty ? bar.label : group.label
  }

  /// The bar from zero on, references as upright lines through it.
  ///
  /// Blocks fill a character from its left, so zero stands between two characters, and what goes to the left ends in halves.
  private func drawn(_ bar: Bar, _ references: [Reference], _ axis: FittedAxis, _ room: Int, _ pen: TerminalPen)
    -> String
  {
    let zero = Int(((axis.clamped(0) ?? 0) * Double(room)).rounded())
    let end = (axis.clamped(bar.value) ?? axis.clamped(0) ?? 0) * Double(room)
    var cells: [Character] = (0..<room).map { column in
      if column >= zero { return Self.eighths[min(8, max(0, Int(((end - Double(column)) * 8).rounded())))] }
      let filled = Double(column + 1) - end
      return filled >= 0.75 ? "█" : filled >= 0.25 ? "▐" : " "
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
}
