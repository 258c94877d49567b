// HelpTests.swift -- the help of every command, compared with fixtures/help.
//
// To renew the fixtures after a wanted change: ENGRAM_RENEW_HELP=1 swift test -c release --filter HelpTests
// then read `git diff fixtures/help`.

import EngramCommands
import Foundation
import TestSupport
import Testing

struct HelpTests {
  /// A command and those above it.
  struct Path: Sendable, CustomTestStringConvertible {
    let commands: [Command]
    var testDescription: String { commands.map(\.name).joined(separator: " ") }
    var file: String { Fixtures.path("help/\(commands.map(\.name).joined(separator: "-")).txt") }
  }

  static let paths: [Path] = {
    func below(_ path: [Command]) -> [Path] {
      [Path(commands: path)] + (path.last?.subcommands ?? []).flatMap { below(path + [$0]) }
    }
    return below([engramCommand])
  }()

  @Test(arguments: paths)
  func `every help is as it was last read by a person`(path: Path) throws {
    let text = HelpText.of(path.commands)
    if ProcessInfo.processInfo.environment["ENGRAM_RENEW_HELP"] == "1" {
      TestFiles.write(text.utf8, to: path.file)
    }
    #expect(
      text == TestFiles.text(path.file),
      "if the change is wanted: ENGRAM_RENEW_HELP=1 swift test -c release --filter HelpTests")
  }

  @Test func `no fixture is left of a command that is gone`() throws {
    #expect(
      Fixtures.names(in: "help").map { Fixtures.path("help/\($0)") }.sorted() == Self.paths.map(\.file).sorted())
  }

  @Test(arguments: paths, [40, 80, 120])
  func `no line of a help is wider than the terminal, but for a word that cannot be broken`(path: Path, width: Int) {
    for line in HelpText.of(path.commands, width: width).split(separator: "\n") where line.count > width {
      let isExample = line.hasPrefix("  engram ") || line.hasPrefix("      ")
      #expect(isExample, "\(line)")
    }
  }

  @Test(arguments: paths)
  func `every command has an example that its own parser takes`(path: Path) throws {
    let command = try #require(path.commands.last)
    #expect(!command.examples.isEmpty)
    for example in command.examples where example.line.hasPrefix("engram ") {
      let words = Shell.words(of: example.line).prefix { $0 != ">" }
      let parsed = try CommandParser(root: engramCommand).parse(Array(words.dropFirst()))
      guard case .run = parsed.request else {
        Issue.record("the example asks for help: \(example.line)")
        continue
      }
      #expect(parsed.path.map(\.name).starts(with: path.commands.map(\.name)) || command.name == "help")
    }
  }

  @Test func `headings are bold on a terminal and nowhere else`() {
    #expect(HelpText.of([engramCommand], style: .coloured).contains("\u{1B}[1mUsage:\u{1B}[0m"))
    #expect(!HelpText.of([engramCommand]).contains("\u{1B}"))
  }
}
