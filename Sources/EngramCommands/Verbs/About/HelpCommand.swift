// HelpCommand.swift -- `engram help VERB`.

import Base

/// Shows the help of a command.
enum HelpCommand {
  static let names = Parameter.arguments(
    .text("COMMAND", completion: .commands), atLeastOne: false, "the command, such as split balanced")

  static let command = Command(
    "help", "show the help of a command",
    takes: [names],
    examples: [.init("engram help split balanced", "The same as engram split balanced --help")],
    body: run)

  static func run(_ invocation: Invocation) throws(EngramError) {
    guard let root = invocation.root else { return }
    var path = [root]
    for name in invocation[names] {
      guard let next = path.last?.subcommand(name) else { throw UsageError.unknownCommand(name, in: path) }
      path.append(next)
    }
    let terminal = invocation.outputTerminal
    try invocation.output.write(HelpText.of(path, width: terminal.width ?? 80, style: terminal.style))
  }
}
