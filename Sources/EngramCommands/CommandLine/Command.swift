// Command.swift -- one verb of the command line, declared: parser, help and completion all read this.

package import Base

/// One verb of the command line, declared: the parser, help and shell completion all read this.
///
/// A command either has subcommands or a body.
package struct Command: Sendable {
  /// A command line to try, and what it does.
  package struct Example: Sendable, Hashable {
    /// The whole command line.
    package let line: String
    /// What it does, in one sentence without a full stop.
    package let meaning: String
  }

  /// The word that the user writes.
  package let name: String
  /// What it does, in one clause without a full stop, for lists.
  package let summary: String
  /// What else there is to know; paragraphs are parted by an empty line, indented lines stay as they are.
  package let discussion: String
  /// Its own parameters, arguments in their order; ``CommonParameters`` come on top.
  package let parameters: [any DeclaredParameter]
  /// Sets of parameters of which only one may be given.
  package let exclusive: [[any DeclaredParameter]]
  /// Command lines to try.
  package let examples: [Example]
  /// The commands below it.
  package let subcommands: [Command]
  /// The name of the subcommand that is meant where a word names none; nil where one must be named.
  package let defaultSubcommand: String?
  /// What it does; nil for a command that only has subcommands.
  private let body: (@Sendable (Invocation) throws(EngramError) -> Void)?

  /// Declares a command with a body.
  package init(
    _ name: String, _ summary: String, discussion: String = "", takes parameters: [any DeclaredParameter] = [],
    exclusive: [[any DeclaredParameter]] = [], examples: [Example],
    body: @escaping @Sendable (Invocation) throws(EngramError) -> Void
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.parameters = parameters
    self.exclusive = exclusive
    self.examples = examples
    self.subcommands = []
    self.defaultSubcommand = nil
    self.body = body
    checkDeclaration()
  }

  /// Declares a command that only has subcommands.
  package init(
    _ name: String, _ summary: String, discussion: String = "", examples: [Example], subcommands: [Command],
    default defaultSubcommand: String? = nil, takes parameters: [any DeclaredParameter] = []
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.parameters = parameters
    self.exclusive = []
    self.examples = examples
    self.subcommands = subcommands
    self.defaultSubcommand = defaultSubcommand
    self.body = nil
    checkDeclaration()
  }

  /// The facts of its own parameters and of the common ones.
  package var allParameters: [any DeclaredParameter] { parameters + CommonParameters.all }

  /// The facts of the arguments, in their order.
  package var arguments: [ParameterFacts] { parameters.map(\.facts).filter { $0.kind == .argument } }

  /// The facts of its own options and flags, in the order of their declaration.
  package var options: [ParameterFacts] { parameters.map(\.facts).filter { $0.kind != .argument } }

  /// The subcommand of a name, or nil.
  package func subcommand(_ name: String) -> Command? { subcommands.first { $0.name == name } }

  /// Does what the command does.
  ///
  /// - Precondition: It has no subcommands.
  package func perform(_ invocation: Invocation) throws(EngramError) {
    guard let body else { preconditionFailure("\(name) has no body") }
    try body(invocation)
  }

  /// Stops at once on a declaration that could not be parsed, which every test of the command would see.
  private func checkDeclaration() {
    var seen: Set<String> = []
    for spelling in allParameters.flatMap(\.facts.spellings) {
      precondition(seen.insert(spelling).inserted, "\(name) declares \(spelling) twice")
    }
    let open = arguments.dropLast().contains { $0.isRepeated || !$0.isRequired }
    precondition(!open, "only the last argument of \(name) may be repeated or optional")
  }
}

extension Command.Example {
  /// Makes an example.
  package init(_ line: String, _ meaning: String) {
    self.line = line
    self.meaning = meaning
  }
}
