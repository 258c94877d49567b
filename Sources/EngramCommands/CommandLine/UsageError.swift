// UsageError.swift -- the sentences for every mistake on a command line, in one place.

import Base

/// The sentences for every mistake on a command line; all have the code `usage`.
enum UsageError {
  /// A word stands where a command should.
  static func unknownCommand(_ word: String, in path: [Command]) -> EngramError {
    let names = path.last?.subcommands.map(\.name) ?? []
    return error(
      "'\(word)' is not a command", in: path, expected: "one of " + names.joined(separator: ", "), found: word,
      suggestion: closestName(to: word, among: names))
  }

  /// The command knows no such option.
  static func unknownOption(_ spelling: String, in path: [Command]) -> EngramError {
    let known = path.last?.allParameters.flatMap(\.facts.spellings) ?? []
    return error(
      "unknown option \(spelling)", in: path, found: spelling,
      suggestion: closestName(to: spelling, among: known.filter { $0.hasPrefix("--") }))
  }

  /// Nothing that could be the option's value follows it.
  static func missingValue(_ facts: ParameterFacts, found: String?, in path: [Command]) -> EngramError {
    var error = error(
      "\(facts.spelling) needs a value", in: path, expected: "\(facts.spelling) \(facts.placeholder)",
      found: found.map { "'\($0)'" } ?? "the end of the command line")
    if let found { error.mend = "write \(facts.spelling)=\(found) if that is the value. \(seeHelp(of: path))" }
    return error
  }

  /// A flag was given a value.
  static func unwantedValue(_ facts: ParameterFacts, _ value: String, in path: [Command]) -> EngramError {
    error(
      "\(facts.spelling) takes no value", in: path, expected: facts.spelling, found: "\(facts.spelling)=\(value)")
  }

  /// A word too many.
  static func extraArgument(_ word: String, in path: [Command]) -> EngramError {
    let arguments = path.last?.arguments.map(\.name) ?? []
    return error(
      "there is one argument too many", in: path,
      expected: arguments.isEmpty ? "no arguments" : arguments.joined(separator: " "), found: "'\(word)'")
  }

  /// Something the command cannot go without is not there.
  static func missing(_ facts: ParameterFacts, in path: [Command]) -> EngramError {
    let wanted = facts.kind == .argument ? facts.name : "\(facts.spelling) \(facts.placeholder)"
    return error("\(facts.spelling) is missing", in: path, expected: "\(wanted): \(facts.summary)")
  }

  /// An option that may be given once is given again.
  static func repeated(_ facts: ParameterFacts, _ words: [String], in path: [Command]) -> EngramError {
    error(
      "\(facts.spelling) is given more than once", in: path, expected: "it once",
      found: words.map { "'\($0)'" }.joined(separator: " and "))
  }

  /// A value is not of the wanted type.
  static func badValue(_ facts: ParameterFacts, _ failure: ConversionFailure, in path: [Command]) -> EngramError {
    error(
      "\(facts.spelling) has a value that it cannot take", in: path, expected: failure.expected,
      found: "'\(failure.found)'", suggestion: failure.suggestion)
  }

  /// Options that exclude each other are given together.
  static func exclusive(_ facts: [ParameterFacts], in path: [Command]) -> EngramError {
    let names = facts.map(\.spelling).joined(separator: " and ")
    return error("\(names) exclude each other", in: path, expected: "one of them", found: names)
  }

  /// A rule among parameters, which a body checks, is broken.
  static func broken(
    _ message: String, in path: [Command], expected: String? = nil, found: String? = nil
  ) -> EngramError {
    error(message, in: path, expected: expected, found: found)
  }

  private static func error(
    _ message: String, in path: [Command], expected: String? = nil, found: String? = nil, suggestion: String? = nil
  ) -> EngramError {
    let hint: Mend = suggestion.map { "did you mean \($0)? " } ?? ""
    return EngramError(
      .usage, message, place: commandLine(of: path), expected: expected, found: found, mend: hint + seeHelp(of: path))
  }

  private static func seeHelp(of path: [Command]) -> Mend { "See '\(commandLine(of: path)) --help'" }

  private static func commandLine(of path: [Command]) -> String { path.map(\.name).joined(separator: " ") }
}
