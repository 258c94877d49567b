// CommandParser.swift -- words of the command line -> a command and its values.
//
// The rules, which are those of POSIX and GNU:
//   --name VALUE, --name=VALUE      a value; one that begins with `--` must be written with `=`
//   -o VALUE, -oVALUE               the same by letter; letters of flags may be joined: -qv
//   --                              everything after it is an argument
//   -                               an argument (a command may take it for standard input or output)
// Options and arguments mix freely. `--help` wins over everything, also over mistakes; a command that only has
// subcommands, given none, shows its help; one with a default takes any other word for an argument of that.

package import Base

/// Parses the words of a command line against a tree of commands.
package struct CommandParser: Sendable {
  let root: Command

  /// Makes a parser of a tree of commands.
  package init(root: Command) { self.root = root }

  /// Parses the words after the name of the program.
  ///
  /// - Throws: `usage`, naming the option, what was expected and what was found.
  package func parse(_ words: [String]) throws(EngramError) -> ParsedCommand {
    var path = [root]
    var collected = CollectedWords()
    var rest = words[...]
    while let command = path.last, !command.subcommands.isEmpty {
      if let next = Self.fallback(of: command, rest) {
        path.append(next)
        continue
      }
      let word = try collected.takeOptions(of: path, from: &rest, stopAtArgument: true)
      if collected.wantsHelp { return ParsedCommand(path: path, request: .help) }
      if collected.wantsVersion { return ParsedCommand(path: path, request: .version) }
      guard let word else { return ParsedCommand(path: path, request: .help) }
      guard let next = command.subcommand(word) else {
        if Self.asksForHelp(rest) { return ParsedCommand(path: path, request: .help) }
        throw UsageError.unknownCommand(word, in: path)
      }
      path.append(next)
    }
    if Self.asksForHelp(rest) { return ParsedCommand(path: path, request: .help) }
    _ = try collected.takeOptions(of: path, from: &rest, stopAtArgument: false)
    return ParsedCommand(path: path, request: .run(try values(collected, of: path)))
  }

  /// The subcommand that is meant where none is named: the first word that is no option is none of them.
  private static func fallback(of command: Command, _ words: ArraySlice<String>) -> Command? {
    guard let name = command.defaultSubcommand, let word = words.first(where: { !$0.hasPrefix("-") }),
      command.subcommand(word) == nil
    else { return nil }
    return command.subcommand(name)
  }

  /// Whether `-h` or `--help` stands before any `--`.
  private static func asksForHelp(_ words: ArraySlice<String>) -> Bool {
    let spellings = CommonParameters.help.facts.spellings
    return words.prefix { $0 != "--" }.contains { spellings.contains($0) }
  }

  /// Hands the collected words to the parameters of the command and checks what must hold among them.
  private func values(_ collected: CollectedWords, of path: [Command]) throws(EngramError) -> ParsedValues {
    guard let command = path.last else { return ParsedValues() }
    var words = collected.words
    var free = collected.arguments[...]
    for facts in command.arguments {
      let taken = facts.isRepeated ? free : free.prefix(1)
      free = free.dropFirst(taken.count)
      if !taken.isEmpty { words[facts.spelling] = Array(taken) }
    }
    if let extra = free.first { throw UsageError.extraArgument(extra, in: path) }
    var values = ParsedValues()
    for parameter in command.allParameters {
      let facts = parameter.facts
      let given = words[facts.spelling] ?? []
      if given.isEmpty && facts.isRequired { throw UsageError.missing(facts, in: path) }
      if given.count > 1 && !facts.isRepeated && facts.kind == .option {
        throw UsageError.repeated(facts, given, in: path)
      }
      do throws(ConversionFailure) {
        values.set(facts, to: try parameter.box(given), isGiven: !given.isEmpty)
      } catch {
        throw UsageError.badValue(facts, error, in: path)
      }
    }
    for set in command.exclusive + [[CommonParameters.quiet, CommonParameters.verbose]] {
      let given = set.filter { values.isGiven($0) }.map(\.facts)
      if given.count > 1 { throw UsageError.exclusive(given, in: path) }
    }
    return values
  }
}
