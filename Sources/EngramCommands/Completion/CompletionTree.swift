// CompletionTree.swift -- the tree of commands as a flat list, which is what shells want.

import Base

/// The tree of commands as a flat list, which is what the completion scripts of shells want.
struct CompletionTree {
  /// A command with the words that lead to it.
  struct Node {
    /// The words, such as `engram split balanced`.
    let path: String
    /// The command.
    let command: Command
    /// The subcommand that is meant where a word names none.
    var fallback: Command? { command.defaultSubcommand.flatMap { command.subcommand($0) } }
    /// Its arguments, or those of the subcommand that is meant.
    var arguments: [ParameterFacts] { (fallback ?? command).arguments }
    /// Its options and flags, its own before the common ones; with those of the subcommand that is meant.
    var options: [ParameterFacts] {
      ((fallback?.parameters ?? []) + command.allParameters).map(\.facts).filter { $0.kind != .argument }
    }
  }

  /// Every command, each before those below it.
  let nodes: [Node]

  /// Flattens a tree.
  init(root: Command) {
    var nodes: [Node] = []
    func visit(_ given: Command, above: String) {
      let command = given.arguments.contains { $0.completion == .commands } ? Self.names(given, below: root) : given
      let path = above.isEmpty ? command.name : "\(above) \(command.name)"
      nodes.append(Node(path: path, command: command))
      for child in command.subcommands { visit(child, above: path) }
    }
    visit(root, above: "")
    self.nodes = nodes
  }

  /// A command whose arguments lead to another, as a tree of their words.
  private static func names(_ command: Command, below root: Command) -> Command {
    func named(_ one: Command) -> Command {
      one.subcommands.isEmpty
        ? Command(one.name, one.summary, examples: []) { (_) throws(EngramError) in }
        : Command(one.name, one.summary, examples: [], subcommands: one.subcommands.map(named))
    }
    let others = root.subcommands.filter { $0.name != command.name }
    return Command(command.name, command.summary, examples: [], subcommands: others.map(named))
  }

  /// Text in single quotes for bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
