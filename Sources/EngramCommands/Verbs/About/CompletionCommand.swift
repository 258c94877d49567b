// CompletionCommand.swift -- `engram completion SHELL`.

import Base

/// Writes the script by which a shell completes `engram` command lines.
enum CompletionCommand {
  /// A shell that can be served.
  enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
  }

  static let shell = Parameter.argument(ValueType<Shell>.choice("SHELL"), "bash, zsh or fish")

  static let command = Command(
    "completion", "write a script that makes a shell complete command lines",
    takes: [shell],
    examples: [
      .init("source <(engram completion bash)", "bash, for this session; in ~/.bashrc for all"),
      .init("engram completion zsh > ~/.zfunc/_engram", "zsh, where ~/.zfunc is in fpath before compinit"),
      .init("engram completion fish > ~/.config/fish/completions/engram.fish", "fish"),
    ],
    body: run)

  static func run(_ invocation: Invocation) throws(EngramError) {
    guard let root = invocation.root else { return }
    let script =
      switch invocation[shell] {
      case .bash: BashCompletion.script(for: root)
      case .zsh: ZshCompletion.script(for: root)
      case .fish: FishCompletion.script(for: root)
      }
    try invocation.output.write(script)
  }
}
