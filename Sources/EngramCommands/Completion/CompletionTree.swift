// CompletionTree.swift -- the tree of commands as a flat list, which is what shells want.

/// The tree of commands as a flat list, which is what the completion scripts of shells want.
struct CompletionTree {
  /// A command with the words that lead to it.
  struct Node {
    /// The words, such as `engram split balanced`.
    let path: String
    /// The command.
    let command: Command
    /// Its options and flags, its own first.
    var options: [ParameterFacts] { command.allParameters.map(\.facts).filter { $0.kind != .argument } }
  }

  /// Every command, each before those below it.
  let nodes: [Node]

  /// Flattens a tree.
  init(root: Command) {
    var nodes: [Node] = []
    func visit(_ command: Command, above: String) {
      let path = above.isEmpty ? command.name : "\(above) \(command.name)"
      nodes.append(Node(path: path, command: command))
      for child in command.subcommands { visit(child, above: path) }
    }
    visit(root, above: "")
    self.nodes = nodes
  }

  /// Text in single quotes for bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
