// HelpText.swift -- the help of a command, made from its declaration.

/// The help of a command, made from its declaration.
package struct HelpText {
  /// The column at which descriptions begin, where names are shorter.
  private static let descriptionColumn = 28

  private let path: [Command]
  private let width: Int
  private let style: TextStyle
  private var lines: [String] = []

  /// The help of the last command of a path, wrapped to a width.
  package static func of(_ path: [Command], width: Int = 80, style: TextStyle = .plain) -> String {
    var text = HelpText(path: path, width: min(max(width, 40), 120), style: style)
    text.compose()
    return text.lines.joined(separator: "\n") + "\n"
  }

  private init(path: [Command], width: Int, style: TextStyle) {
    self.path = path
    self.width = width
    self.style = style
  }

  private var name: String { path.map(\.name).joined(separator: " ") }

  private mutating func compose() {
    guard let command = path.last else { return }
    lines += wrapped("\(name): \(command.summary)", width: width)
    heading("Usage")
    lines += Self.usage(of: path, width: width).map { "  " + $0 }
    if !command.discussion.isEmpty {
      lines.append("")
      lines += wrapped(command.discussion, width: width)
    }
    section("Commands", command.subcommands.map { ($0.name, $0.summary) })
    section("Arguments", command.arguments.map { ($0.name, Self.description(of: $0)) })
    section("Options", command.options.map { (Self.names(of: $0), Self.description(of: $0)) })
    section("Common options", CommonParameters.all.map { (Self.names(of: $0.facts), Self.description(of: $0.facts)) })
    if !command.examples.isEmpty {
      heading("Examples")
      for example in command.examples {
        lines += wrapped(example.meaning, width: width - 4).map { "  # " + $0 }
        lines += Self.continued(example.line, width: width - 4).map { "  " + $0 }
      }
    }
    if !command.subcommands.isEmpty {
      lines.append("")
      lines += wrapped("See '\(name) COMMAND --help' for each.", width: width)
    }
  }

  private mutating func heading(_ title: String) {
    lines.append("")
    lines.append(style.bold("\(title):"))
  }

  private mutating func section(_ title: String, _ rows: [(name: String, description: String)]) {
    guard !rows.isEmpty else { return }
    heading(title)
    let longest = rows.map(\.name.count).max() ?? 0
    let column = min(longest + 4, Self.descriptionColumn)
    for row in rows {
      var description = wrapped(row.description, width: width - column)
      let fits = row.name.count + 4 <= column
      let first = fits && !description.isEmpty ? description.removeFirst() : ""
      lines.append("  " + (first.isEmpty ? row.name : padded(row.name, to: column - 2) + first))
      lines += description.map { padded("", to: column) + $0 }
    }
  }

  /// `engram split balanced STORE --name NAME [options]`, in as many lines as it takes.
  static func usage(of path: [Command], width: Int) -> [String] {
    guard let command = path.last else { return [] }
    var parts = [path.map(\.name).joined(separator: " ")]
    if !command.subcommands.isEmpty { parts.append("COMMAND") }
    for facts in command.arguments {
      let name = facts.isRepeated ? "\(facts.name)…" : facts.name
      parts.append(facts.isRequired ? name : "[\(name)]")
    }
    let required = command.options.filter(\.isRequired)
    parts += required.map { "\($0.shortSpelling ?? $0.spelling) \($0.placeholder)" }
    parts.append("[options]")
    return wrapped(parts.joined(separator: " "), width: width - 6).enumerated().map { $0 == 0 ? $1 : "    " + $1 }
  }

  /// The names of an option, such as `-o, --output FILE`.
  static func names(of facts: ParameterFacts) -> String {
    let names = facts.spellings.joined(separator: ", ")
    return facts.placeholder.isEmpty ? names : "\(names) \(facts.placeholder)"
  }

  /// The summary with what is known of defaults and repeats.
  static func description(of facts: ParameterFacts) -> String {
    var notes: [String] = []
    if facts.kind == .option && facts.isRequired { notes.append("required") }
    if facts.kind == .option && facts.isRepeated { notes.append("may be repeated") }
    if let text = facts.defaultText { notes.append("default: \(text)") }
    return notes.isEmpty ? facts.summary : "\(facts.summary) (\(notes.joined(separator: "; ")))"
  }

  /// A command line in lines that a shell reads as one; it is never broken inside quotes.
  static func continued(_ line: String, width: Int) -> [String] {
    guard line.count > width else { return [line] }
    var lines: [String] = []
    var current = ""
    for word in optionsWithValues(shellWords(line)) {
      if !current.isEmpty && current.count + word.count + 3 > width {
        lines.append(current + " \\")
        current = "    " + word
      } else {
        current += current.isEmpty ? word : " " + word
      }
    }
    return lines + [current]
  }

  /// The words with every option joined to the word after it, which is its value or does no harm.
  private static func optionsWithValues(_ words: [String]) -> [String] {
    words.reduce(into: []) { parts, word in
      if let last = parts.last, last.hasPrefix("-"), !last.contains(" "), !word.hasPrefix("-") {
        parts[parts.count - 1] = "\(last) \(word)"
      } else {
        parts.append(word)
      }
    }
  }

  /// The words of a line, with their quotes.
  private static func shellWords(_ line: String) -> [String] {
    var words: [String] = []
    var current = ""
    var quote: Character?
    for character in line {
      if character == " " && quote == nil {
        words.append(current)
        current = ""
        continue
      }
      if quote == character {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      }
      current.append(character)
    }
    return words + [current]
  }
}

/// Text filled with spaces on its right.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
