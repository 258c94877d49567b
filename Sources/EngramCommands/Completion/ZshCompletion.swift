// ZshCompletion.swift -- a completion script for zsh, one function for each command.

/// A completion script for zsh.
enum ZshCompletion {
  /// The script, to be put into a folder of `fpath` as `_engram`, or to be sourced after `compinit`.
  static func script(for root: Command) -> String {
    let tree = CompletionTree(root: root)
    let name = root.name
    let functions = tree.nodes.reversed().map { $0.command.subcommands.isEmpty ? leaf($0) : group($0) }
    return """
      #compdef \(name)
      # Completes \(name) command lines in zsh. Made by '\(name) completion zsh'.

      \(functions.joined(separator: "\n\n"))

      if [[ ${funcstack[1]-} == _\(name) ]]; then
        _\(name) "$@"
      else
        compdef _\(name) \(name)
      fi

      """
  }

  /// The function of a command, such as `_engram_split_balanced`.
  private static func functionName(_ path: String) -> String {
    "_" + path.split(separator: " ").joined(separator: "_")
  }

  private static func group(_ node: CompletionTree.Node) -> String {
    let names = node.command.subcommands.map { "\($0.name):\(colonsEscaped($0.summary))" }
    var calls = node.command.subcommands.map { child in
      "      \(child.name)) \(functionName("\(node.path) \(child.name)")) ;;"
    }
    // The words begin with the name of the command that is meant, as if it had been written.
    if let meant = node.fallback {
      let call = functionName("\(node.path) \(meant.name)")
      calls.append("      *) words=(\(meant.name) \"${words[@]}\"); ((CURRENT++)); \(call) ;;")
    }
    let stores = node.arguments.first?.completion == .store ? "; _files -/" : ""
    return """
      \(functionName(node.path))() {
        local curcontext=$curcontext state line
        local -a commands=(
      \(names.map { "    " + CompletionTree.quoted($0) }.joined(separator: "\n"))
        )
        _arguments -C \\
      \(specifications(node).map { "    \($0) \\" }.joined(separator: "\n"))
          '1: :->command' \\
          '*:: :->rest'
        case $state in
          command) _describe -t commands command commands\(stores) ;;
          rest)
            case $line[1] in
      \(calls.map { "  " + $0 }.joined(separator: "\n"))
            esac
            ;;
        esac
      }
      """
  }

  private static func leaf(_ node: CompletionTree.Node) -> String {
    let arguments = node.arguments.map { facts in
      CompletionTree.quoted(
        "\(facts.isRepeated ? "*" : ""):\(colonsEscaped(facts.name)):\(action(facts.completion))")
    }
    return """
      \(functionName(node.path))() {
        _arguments -s \\
      \((specifications(node) + arguments).map { "    \($0)" }.joined(separator: " \\\n"))
      }
      """
  }

  /// The options for `_arguments`, such as `'(-o --output)'{-o+,--output=}'[the file to write]:FILE:_files'`.
  private static func specifications(_ node: CompletionTree.Node) -> [String] {
    node.options.map { facts in
      let value = facts.kind == .option ? ":\(colonsEscaped(facts.placeholder)):\(action(facts.completion))" : ""
      let text = CompletionTree.quoted("[\(bracketsEscaped(facts.summary))]\(value)")
      let isOption = facts.kind == .option
      let long = facts.spelling + (isOption ? "=" : "")
      let excluded = facts.isRepeated ? "'*'" : CompletionTree.quoted("(\(facts.spellings.joined(separator: " ")))")
      guard let short = facts.shortSpelling else { return "\(excluded)\(long)\(text)" }
      return "\(excluded){\(short)\(isOption ? "+" : ""),\(long)}\(text)"
    }
  }

  private static func action(_ hint: CompletionHint) -> String {
    switch hint {
    case .nothing, .commands: " "
    case .file: "_files"
    case .store: "_files -/"
    case .words(let words): "(\(words.joined(separator: " ")))"
    case .wordsOrFile(let words): "{compadd - \(words.joined(separator: " ")); _files}"
    }
  }

  private static func colonsEscaped(_ text: String) -> String {
    text.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:")
  }

  private static func bracketsEscaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if character == "[" || character == "]" || character == "\\" { result.append("\\") }
      result.append(character)
    }
  }
}
