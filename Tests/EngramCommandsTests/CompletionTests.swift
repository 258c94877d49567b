// CompletionTests.swift -- the completion scripts, run by the shells they are for.

import EngramCommands
import Foundation
import Testing

struct CompletionTests {
  /// Words before the cursor, the last of which is being written, and what is offered.
  struct Case: Sendable, CustomTestStringConvertible {
    let words: [String]
    let offers: [String]
    var testDescription: String { words.joined(separator: " ") + "<Tab>" }

    init(_ words: [String], _ offers: [String]) {
      self.words = words
      self.offers = offers
    }
  }

  static let cases: [Case] = [
    Case(["engram", "in"], ["info", "ingest", "ingest-metrics", "ingest-results"]),
    Case(["engram", "split", "ba"], ["balanced"]),
    Case(["engram", "-q", "split", "ba"], ["balanced"]),
    Case(["engram", "split", "balanced", "--test"], ["--test-fraction", "--test-per-class", "--test-where"]),
    Case(["engram", "select", "s", "--form"], ["--format"]),
    Case(["engram", "select", "s", "--format", ""], ["csv", "csv-long", "json", "jsonl", "npy", "npz", "table"]),
    Case(["engram", "select", "--format", "np"], ["npy", "npz"]),
    Case(["engram", "select", "s", "--where", "a", "--statistics", "a"], ["activation", "admissible", "all"]),
    Case(["engram", "select", "--where", ""], []),
    Case(["engram", "completion", ""], ["bash", "fish", "zsh"]),
    Case(["engram", "--v"], ["--verbose", "--version"]),
    Case(["engram", "info", "o"], ["one.engram"]),
    Case(["engram", "info", "--where", "x", "o"], ["one.engram"]),
    Case(["engram", "merge", "a", "b", "o"], ["one.engram"]),
    Case(["engram", "ingest", "d"], ["data set.pkl"]),
    Case(["engram", "select", "s", "-o", "d"], ["data set.pkl"]),
    Case(["engram", "help", "sp"], ["split"]),
    Case(["engram", "help", "split", "ba"], ["balanced"]),
    Case(["engram", "ingest", "a.npy", "s", "--statistics", "d"], ["data set.pkl"]),
    Case(["engram", "ingest", "a.npy", "s", "--epochs", "d"], ["data set.pkl"]),
    Case(["engram", "observe", "s", "--epochs", "d"], ["data set.pkl"]),
    // A study without a subcommand is made.
    Case(["engram", "study", "ma"], ["make"]),
    Case(["engram", "study", "o"], ["one.engram"]),
    Case(["engram", "study", "one.engram", "pap"], ["paper"]),
    Case(["engram", "study", "one.engram", "d"], ["data set.pkl"]),
    Case(["engram", "study", "one.engram", "paper", "--on"], ["--only"]),
    Case(["engram", "study", "one.engram", "--grid", ""], ["coarse", "paper"]),
    Case(["engram", "study", "--only", "2a", "o"], ["one.engram"]),
    Case(["engram", "study", "run", "o"], ["one.engram"]),
    Case(["engram", "study", "run", "one.engram", "--int"], ["--into"]),
    Case(["engram", "figure", "one.engram", "--study", "pap"], ["paper"]),
  ]

  /// bash parts `--format=np` into three words.
  static let bashCases = [
    Case(["engram", "select", "--format", "=", "np"], ["npy", "npz"]),
    Case(["engram", "select", "--format", "="], ["csv", "csv-long", "json", "jsonl", "npy", "npz", "table"]),
    Case(["engram", "select", "--format", "=", "csv", "s", "--lim"], ["--limit"]),
    // And `p:q.csv` likewise, of which it replaces what follows the ':'.
    Case(["engram", "ingest", "p", ":", "q"], ["q.csv"]),
    Case(["engram", "ingest", "p", ":"], ["q.csv"]),
    Case(["engram", "merge", "a", ":", "b", "c", "o"], ["one.engram"]),
    Case(["engram", "export", "s", "--view", "=", "random-start", ":", "15x4", "--zs"], ["--zscore"]),
  ]

  /// The script that the command writes.
  static func script(_ shell: String) throws -> String {
    let result = Shell.run(Shell.engram, ["completion", shell])
    #expect(result.code == 0)
    return result.output
  }

  @Test(arguments: cases + bashCases)
  func `bash offers what fits`(test: Case) throws {
    let words = test.words.map { "'\($0)'" }.joined(separator: " ")
    let ask = """
      mkdir one.engram; touch 'data set.pkl' p:q.csv
      COMP_WORDS=(\(words)); COMP_CWORD=\(test.words.count - 1)
      _engram
      ((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}" | LC_ALL=C sort
      complete -p engram >&2
      """
    let result = Shell.run("bash", ["--norc", "-c", "\(try Self.script("bash"))\n\(ask)"])
    #expect(result.errors == "complete -F _engram engram\n")
    #expect(result.output.split(separator: "\n").map(String.init) == test.offers)
  }

  @Test func `bash finds nothing wrong with its script`() throws {
    let result = Shell.run("bash", ["-n"], input: try Self.script("bash"))
    #expect(result.code == 0)
    #expect(result.errors.isEmpty)
  }

  @Test func `zsh finds nothing wrong with its script and knows its function`() throws {
    let ask =
      "autoload -Uz compinit; compinit -u; source /dev/stdin; print $_comps[engram]; functions _engram_split_show"
    let result = Shell.run("zsh", ["-f", "-c", ask], input: try Self.script("zsh"))
    #expect(result.errors.isEmpty)
    #expect(result.output.hasPrefix("_engram\n_engram_split_show () {"))
  }

  @Test(arguments: cases)
  func `fish offers what fits`(test: Case) throws {
    let line = test.words.joined(separator: " ")
    let ask = "mkdir one.engram; touch 'data set.pkl'; source -; complete -C '\(line)'"
    let result = Shell.run("fish", ["-N", "-c", ask], input: try Self.script("fish"))
    #expect(result.errors.isEmpty)
    let offers = result.output.split(separator: "\n").map { line in
      let word = String(line.prefix { $0 != "\t" })
      return word.hasSuffix("/") ? String(word.dropLast()) : word
    }
    #expect(offers.filter { $0 != "in" && $0 != "err" && $0 != "out" }.sorted() == test.offers)
  }
}
