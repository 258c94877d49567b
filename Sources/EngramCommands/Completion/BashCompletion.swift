// BashCompletion.swift -- a completion script for bash, 3.2 and later, without the bash-completion package.

/// A completion script for bash.
enum BashCompletion {
  /// The script, to be sourced.
  static func script(for root: Command) -> String {
    let tree = CompletionTree(root: root)
    let name = root.name
    return """
      # Completes \(name) command lines in bash. Made by '\(name) completion bash'.
      # shellcheck shell=bash

      _\(name)_words() {
        local line
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -W "$1" -- "$2")
      }

      _\(name)_paths() {
        local line
        compopt -o filenames 2>/dev/null
        while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$1" -- "$2")
      }

      _\(name)_offer() {
        local path=\(name) word last='' count=0 i=1
        # The words before the cursor: which command, whose value is due, how many arguments there are.
        # bash makes a word of its own of the '=' in --name=VALUE.
        while ((i < at)); do
          word=${words[i]}
          last=''
          case "$path $word" in
      \(lines(subcommandCases(tree), indent: 6))
            *' -'*)
              case "$path:$word" in
      \(lines(valueOptionCases(tree), indent: 10))
              esac
              if [[ -n $last ]]; then
                [[ ${words[i + 1]-} == '=' ]] && ((i++))
                ((i + 1 < at)) && last='' && ((i++))
              fi
              ;;
            *)
              case "$path" in
      \(lines(fallbackCases(tree), indent: 10))
                *) ((count++)) ;;
              esac
              ;;
          esac
          ((i++))
        done
        [[ $cur == '=' ]] && cur=''
        case "$path:$last" in
      \(lines(valueCases(tree), indent: 4))
          *:-*) return ;;
        esac
        if [[ $cur == -* ]]; then
          case "$path" in
      \(lines(optionCases(tree), indent: 6))
          esac
          return
        fi
        case "$path:$count" in
      \(lines(argumentCases(tree), indent: 4))
        esac
      }

      _\(name)() {
        local cur word at=-1 line=${COMP_LINE-} words=()
        COMPREPLY=()
        # bash parts words at ':' too; what no blank parts is one word.
        for word in "${COMP_WORDS[@]:0:COMP_CWORD + 1}"; do
          if ((at >= 0)) && [[ $line != [[:space:]]* && ($word == :* || ${words[at]} == *:) ]]; then
            words[at]+=$word
          else
            line=${line#"${line%%[![:space:]]*}"}
            words+=("$word")
            ((at++))
          fi
          line=${line#"$word"}
        done
        cur=${words[at]}
        _\(name)_offer
        # Only what follows the last ':' is replaced.
        if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then COMPREPLY=("${COMPREPLY[@]#"${cur%"${cur##*:}"}"}"); fi
      }

      complete -F _\(name) \(name)

      """
  }

  private static func lines(_ lines: [String], indent: Int) -> String {
    lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
  }

  /// How the path grows, such as `'engram split') path='engram split' count=0 ;;`.
  private static func subcommandCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.dropFirst().map { "'\($0.path)') path='\($0.path)' count=0 ;;" }
  }

  /// Where a word that names no command is the first argument of one, such as `'engram study') path='engram study make' …`.
  private static func fallbackCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.compactMap { node in
      node.fallback.map { "'\(node.path)') path='\(node.path) \($0.name)' count=1 ;;" }
    }
  }

  /// Which words are options that take a value.
  private static func valueOptionCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.compactMap { node in
      let spellings = node.options.filter { $0.kind == .option }.flatMap(\.spellings)
      guard !spellings.isEmpty else { return nil }
      return spellings.map { "'\(node.path):\($0)'" }.joined(separator: " | ") + ") last=$word ;;"
    }
  }

  /// What to offer for the value of an option.
  private static func valueCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.flatMap { node in
      node.options.compactMap { facts in
        guard facts.kind == .option, let offer = offer(facts.completion, tree) else { return nil }
        let patterns = facts.spellings.map { "'\(node.path):\($0)'" }.joined(separator: " | ")
        return "\(patterns)) \(offer); return ;;"
      }
    }
  }

  /// What to offer for a word that begins with a dash.
  private static func optionCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.map { node in
      let words = node.options.flatMap(\.spellings).joined(separator: " ")
      return "'\(node.path)') _\(tree.nodes[0].path)_words \(CompletionTree.quoted(words)) \"$cur\" ;;"
    }
  }

  /// What to offer for an argument, or for a subcommand.
  private static func argumentCases(_ tree: CompletionTree) -> [String] {
    tree.nodes.flatMap { node -> [String] in
      if !node.command.subcommands.isEmpty {
        let hints: [CompletionHint] =
          [.words(node.command.subcommands.map(\.name))] + node.arguments.prefix(1).map(\.completion)
        return ["'\(node.path):0') \(hints.compactMap { offer($0, tree) }.joined(separator: "; ")) ;;"]
      }
      return node.arguments.enumerated().compactMap { index, facts in
        guard let offer = offer(facts.completion, tree) else { return nil }
        return "'\(node.path):'\(facts.isRepeated ? "*" : String(index))) \(offer) ;;"
      }
    }
  }

  private static func offer(_ hint: CompletionHint, _ tree: CompletionTree) -> String? {
    let name = tree.nodes[0].path
    return switch hint {
    case .nothing, .commands: nil
    case .file: "_\(name)_paths -f \"$cur\""
    case .store: "_\(name)_paths -d \"$cur\""
    case .words(let words): "_\(name)_words \(CompletionTree.quoted(words.joined(separator: " "))) \"$cur\""
    case .wordsOrFile(let words):
      "_\(name)_words \(CompletionTree.quoted(words.joined(separator: " "))) \"$cur\"; _\(name)_paths -f \"$cur\""
    }
  }
}
