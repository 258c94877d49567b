// FishCompletion.swift -- a completion script for fish.

/// A completion script for fish.
enum FishCompletion {
  /// The script, to be put into `~/.config/fish/completions/engram.fish`.
  static func script(for root: Command) -> String {
    let tree = CompletionTree(root: root)
    let name = root.name
    let paths = tree.nodes.dropFirst().map { quoted($0.path) }.joined(separator: " \\\n      ")
    var lines = [
      "# Completes \(name) command lines in fish. Made by '\(name) completion fish'.",
      "",
      "# True when the words before the cursor lead to the command that is named, and to none below it.",
      "function __\(name)_at",
      "  set -l path \(name)",
      "  for word in (commandline -opc)[2..-1]",
      "    if contains -- \"$path $word\" \\",
      "      \(paths)",
      "      set path \"$path $word\"",
      "    end",
      "  end",
      "  test \"$path\" = \"$argv\"",
      "end",
      "",
      "complete -c \(name) -f",
    ]
    for node in tree.nodes {
      let start = "complete -c \(name) -n \(quoted("__\(name)_at \(node.path)"))"
      for child in node.command.subcommands { lines.append("\(start) -a \(child.name) -d \(quoted(child.summary))") }
      for facts in node.options { lines.append("\(start) \(option(facts)) -d \(quoted(facts.summary))") }
      var hints: [CompletionHint] = []
      for facts in node.arguments where !hints.contains(facts.completion) { hints.append(facts.completion) }
      lines += hints.compactMap { argument($0) }.map { "\(start) \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The option in fish's words, such as `-s o -l output -r -F`.
  private static func option(_ facts: ParameterFacts) -> String {
    let names = (facts.letter.map { "-s \($0) " } ?? "") + "-l \(facts.name)"
    guard facts.kind == .option else { return names }
    return switch facts.completion {
    case .nothing, .commands: "\(names) -x"
    case .file: "\(names) -r -F"
    case .store: "\(names) -x -a '(__fish_complete_directories)'"
    case .words(let words): "\(names) -x -a \(quoted(words.joined(separator: " ")))"
    case .wordsOrFile(let words): "\(names) -r -F -a \(quoted(words.joined(separator: " ")))"
    }
  }

  private static func argument(_ hint: CompletionHint) -> String? {
    switch hint {
    case .nothing, .commands: nil
    case .file: "-F"
    case .store: "-a '(__fish_complete_directories)'"
    case .words(let words): "-a \(quoted(words.joined(separator: " ")))"
    case .wordsOrFile(let words): "-F -a \(quoted(words.joined(separator: " ")))"
    }
  }

  /// Text in single quotes for fish, where a backslash escapes.
  private static func quoted(_ text: String) -> String {
    "'"
      + text.reduce(into: "") { result, character in
        if character == "'" || character == "\\" { result.append("\\") }
        result.append(character)
      } + "'"
  }
}
