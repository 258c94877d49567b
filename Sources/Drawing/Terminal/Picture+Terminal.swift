// Picture+Terminal.swift -- a picture in characters, within the width of a window.

import Base

/// How pictures are written into a terminal.
struct TerminalPen {
  /// The columns that there are.
  let width: Int
  /// Whether colours are used; without them letters and shades tell things apart.
  let isColoured: Bool

  /// Text in a colour.
  func inked(_ text: String, _ ink: Ink) -> String {
    isColoured && !text.isEmpty ? "\u{1B}[38;5;\(ink.terminal)m\(text)\u{1B}[0m" : text
  }

  /// Bold text.
  func bold(_ text: String) -> String { isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  /// Text made safe, cut to a number of columns and filled up to it.
  func fitted(_ text: String, _ columns: Int, isRight: Bool = false) -> String {
    let safe = printable(text)
    let kept = safe.count > columns ? String(safe.prefix(max(0, columns - 1))) + (columns > 0 ? "…" : "") : safe
    let fill = String(repeating: " ", count: max(0, columns - kept.count))
    return isRight ? fill + kept : kept + fill
  }

  /// What references mean, each text once; of those that are the same everywhere with their number.
  func referenceLines(_ references: [Reference], areEverywhere: [Reference]) -> [String] {
    var seen: Set<String> = []
    return references.flatMap { reference -> [String] in
      let number =
        areEverywhere.contains(reference) ? ": \(NumberText.withError(reference.value, reference.error))" : ""
      let text = "\(reference.isChance ? "┊" : "│") \(reference.label)\(number)"
      return seen.insert(text).inserted ? wrapped(text) : []
    }
  }

  /// A text in lines of at most the width, broken between words; longer words are cut.
  func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var current = ""
    for word in printable(text).split(separator: " ") {
      let word = word.count > width ? String(word.prefix(max(1, width))) : String(word)
      if !current.isEmpty, current.count + 1 + word.count > width {
        lines.append(current)
        current = word
      } else {
        current += current.isEmpty ? word : " " + word
      }
    }
    return current.isEmpty ? lines : lines + [current]
  }
}

extension TerminalPen {
  /// What colours mean, in lines within the width.
  fileprivate func lines(of key: [KeyEntry]) -> [String] {
    var (lines, used): ([String], Int) = ([], 0)
    for entry in key {
      let label = fitted(entry.label, min(width - 2, printable(entry.label).count))
      let wide = label.count + 2
      if lines.isEmpty || used + 2 + wide > width {
        (lines, used) = (lines + [""], 0)
      } else {
        (lines[lines.count - 1], used) = (lines[lines.count - 1] + "  ", used + 2)
      }
      lines[lines.count - 1] += inked("━", entry.ink) + " " + label
      used += wide
    }
    return lines
  }
}

extension Picture {
  /// The fewest columns in which anything can be seen; narrower windows get lines of this width.
  private static let leastWidth = 30
  /// Wider pictures are harder to read.
  private static let mostWidth = 160

  /// Whether there are lines without letters, of which only the colours say what they are.
  private var hasUnnamedLines: Bool {
    panels.contains { panel in
      if case .lines(let chart) = panel.content { chart.series.contains { $0.style == .faint } } else { false }
    }
  }

  /// The picture in characters.
  ///
  /// - Parameters:
  ///   - width: The columns of the window; lines are no wider.
  ///   - isColoured: Whether escape sequences for colours are written.
  /// - Returns: Lines, each with its end.
  package func terminalText(width: Int, isColoured: Bool) -> String {
    let pen = TerminalPen(width: min(Self.mostWidth, max(Self.leastWidth, width)), isColoured: isColoured)
    var lines = pen.wrapped(title).map(pen.bold)
    for panel in panels {
      if !panel.title.isEmpty || !lines.isEmpty { lines.append("") }
      if !panel.title.isEmpty { lines += pen.wrapped(panel.title).map(pen.bold) }
      switch panel.content {
      case .bars(let chart): lines += chart.terminalLines(pen)
      case .lines(let chart): lines += chart.terminalLines(pen)
      case .cells(let chart): lines += chart.terminalLines(pen)
      }
    }
    if hasUnnamedLines, key.count > 1 {
      // Without colours these lines cannot be told apart, which is said rather than shown.
      lines +=
        isColoured
        ? pen.lines(of: key) : pen.wrapped("colours, not shown here: " + key.map(\.label).joined(separator: ", "))
    }
    if !notes.isEmpty { lines.append("") }
    for note in notes { lines += pen.wrapped(note) }
    return lines.joined(separator: "\n") + "\n"
  }
}
