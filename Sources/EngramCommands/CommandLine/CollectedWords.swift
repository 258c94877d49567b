// CollectedWords.swift -- the words of a command line sorted by the parameter they are for, not yet converted.

import Base

/// The words of a command line sorted by the parameter they are for, not yet converted.
struct CollectedWords {
  /// The words by the parameter's spelling; a flag collects an empty word each time it is given.
  var words: [String: [String]] = [:]
  /// The words that are for arguments, in order.
  var arguments: [String] = []

  /// Whether help was asked for.
  var wantsHelp: Bool { words[CommonParameters.help.facts.spelling] != nil }

  /// Whether the version was asked for.
  var wantsVersion: Bool { words[CommonParameters.version.facts.spelling] != nil }

  /// Takes options, and arguments too unless told to stop at the first.
  ///
  /// - Returns: The argument at which it stopped, or nil at the end.
  /// - Throws: `usage` for an option that the command does not know, or that lacks its value or has one too many.
  mutating func takeOptions(
    of path: [Command], from rest: inout ArraySlice<String>, stopAtArgument: Bool
  ) throws(EngramError) -> String? {
    let known = path.last?.allParameters.map(\.facts) ?? []
    while let word = rest.popFirst() {
      if word == "--" && !stopAtArgument {
        arguments.append(contentsOf: rest)
        rest = []
      } else if Self.isLong(word) {
        try takeLong(word, known: known, path: path, rest: &rest)
      } else if word.hasPrefix("-") && !word.hasPrefix("--") && word != "-" && !isNumberArgument(word, known) {
        try takeShort(word, known: known, path: path, rest: &rest)
      } else if stopAtArgument {
        return word
      } else {
        arguments.append(word)
      }
    }
    return nil
  }

  /// Whether a word is an option by its name; two dashes before a blank begin a comment of SQL.
  private static func isLong(_ word: String) -> Bool {
    guard word.hasPrefix("--"), let next = word.dropFirst(2).first else { return false }
    return !next.isWhitespace
  }

  /// Whether a word is a negative number, which is an argument unless a digit is the letter of an option.
  private func isNumberArgument(_ word: String, _ known: [ParameterFacts]) -> Bool {
    strictReal(word) != nil && !known.contains { $0.letter == word.dropFirst().first }
  }

  /// Takes `--name`, `--name VALUE` or `--name=VALUE`.
  private mutating func takeLong(
    _ word: String, known: [ParameterFacts], path: [Command], rest: inout ArraySlice<String>
  ) throws(EngramError) {
    let name = word.prefix { $0 != "=" }
    let inline = name.endIndex < word.endIndex ? String(word[word.index(after: name.endIndex)...]) : nil
    guard let facts = known.first(where: { $0.kind != .argument && $0.spelling == name }) else {
      throw UsageError.unknownOption(String(name), in: path)
    }
    switch (facts.kind, inline) {
    case (.option, let value?): words[facts.spelling, default: []].append(value)
    case (.option, nil): try takeValue(of: facts, known: known, path: path, rest: &rest)
    case (_, let value?): throw UsageError.unwantedValue(facts, value, in: path)
    case (_, nil): words[facts.spelling, default: []].append("")
    }
  }

  /// Takes `-q`, `-qv`, `-o VALUE` or `-oVALUE`.
  private mutating func takeShort(
    _ word: String, known: [ParameterFacts], path: [Command], rest: inout ArraySlice<String>
  ) throws(EngramError) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let facts = known.first(where: { $0.letter == letter }) else {
        throw UsageError.unknownOption(letters.isEmpty && word.count == 2 ? word : "-\(letter)", in: path)
      }
      if facts.kind == .flag {
        words[facts.spelling, default: []].append("")
      } else if letters.isEmpty {
        try takeValue(of: facts, known: known, path: path, rest: &rest)
      } else {
        words[facts.spelling, default: []].append(String(letters))
        letters = ""
      }
    }
  }

  /// Takes the next word as a value, unless it is plainly another option.
  private mutating func takeValue(
    of facts: ParameterFacts, known: [ParameterFacts], path: [Command], rest: inout ArraySlice<String>
  ) throws(EngramError) {
    guard let value = rest.first, value != "--", !Self.isLong(value),
      !known.contains(where: { $0.shortSpelling == value })
    else {
      throw UsageError.missingValue(facts, found: rest.first, in: path)
    }
    rest = rest.dropFirst()
    words[facts.spelling, default: []].append(value)
  }
}
