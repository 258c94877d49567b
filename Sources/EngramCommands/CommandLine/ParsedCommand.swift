// ParsedCommand.swift -- what a command line asks for.

/// What a command line asks for.
package struct ParsedCommand: Sendable {
  /// What is to be done.
  package enum Request: Sendable {
    /// Show the help of the command.
    case help
    /// Show the version.
    case version
    /// Do what the command does.
    case run(ParsedValues)
  }

  /// The command and those above it, from the top.
  package let path: [Command]
  /// What is to be done.
  package let request: Request
}
