// VersionCommand.swift -- `engram version`.

import Base

/// Shows the version.
enum VersionCommand {
  static let command = Command(
    "version", "show the version",
    takes: [CommonParameters.json],
    examples: [.init("engram version --json", "The version, for a program")],
    body: run)

  static func run(_ invocation: Invocation) throws(EngramError) {
    if invocation[CommonParameters.json] {
      try invocation.show(["version": .string(engramVersion)])
    } else {
      try invocation.output.write("engram \(engramVersion)\n")
    }
  }
}
