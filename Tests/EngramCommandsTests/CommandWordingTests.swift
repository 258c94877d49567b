// CommandWordingTests.swift -- the library names options by their ideas, and only the command line says flags.

import Base
import EngramCommands
import Foundation
import TestSupport
import Testing

struct CommandWordingTests {
  static let commands: [Command] = {
    func below(_ command: Command) -> [Command] { [command] + command.subcommands.flatMap(below) }
    return below(engramCommand)
  }()

  @Test func `a mend in the words of both doors`() {
    let mend: Mend = """
      say \(set: .allowsRepeat), or \(set: .missing, to: "drop"), or \(map: "X", to: "data"), \
      or look at \(option: .label): \(run: .results, on: "s.engram", "7") or \(run: .results)
      """
    #expect(
      mend.text(in: CommandWording())
        == "say --force, or --missing drop, or --map X=data, or look at --label: "
        + "`engram results s.engram 7` or `engram results STORE`")
    #expect(
      mend.description
        == "say `allowsRepeat: true`, or `missing: drop`, or `map: [\"X\": \"data\"]`, or look at `label`: "
        + "`classification(7)` or `classifications()`")
  }

  @Test func `an error is reported in the words of the command line`() {
    let error = EngramError(.exists, "it is there", mend: "say \(set: .allowsRepeat)")
    #expect(ErrorReport.lines(error).hasSuffix("to mend it: say --force\n"))
    #expect(ErrorReport.json(error).contains("\"say --force\""))
    #expect(error.description == "it is there. To mend it: say `allowsRepeat: true`")
  }

  @Test(arguments: Mend.Option.allCases)
  func `every flag that is named in an error is one of a command`(option: Mend.Option) {
    let flag = CommandWording.flag(option)
    #expect(Self.commands.contains { $0.options.contains { $0.spelling == flag } }, "\(flag)")
  }

  @Test(arguments: Mend.Operation.allCases)
  func `every command that is named in an error is there`(operation: Mend.Operation) {
    var command = engramCommand
    for word in CommandWording.command(operation, on: "STORE") {
      guard let next = command.subcommand(word) else { break }
      command = next
    }
    #expect(command.name != engramCommand.name && command.subcommands.isEmpty, "\(operation)")
  }

  /// The doc comments and comments aside; of a line with a literal, what follows its first quotation mark.
  @Test func `no text of the library says a flag or a command`() throws {
    let sources = URL(filePath: Fixtures.path("../Sources"))
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var said: [String] = []
    for case let file as URL in files where file.pathExtension == "swift" && !file.path.contains("/EngramCommands/") {
      var isInText = false
      for line in TestFiles.text(file.path).split(separator: "\n") {
        let marks = line.components(separatedBy: "\"\"\"").count - 1
        let starts = isInText ? line.startIndex : line.firstIndex(of: "\"")
        if marks % 2 == 1 { isInText.toggle() }
        guard let starts, !line.drop(while: { $0 == " " }).hasPrefix("//") else { continue }
        if try line[starts...].contains(Regex("--[a-z]|\\bengram [a-z]")) {
          said.append("\(file.lastPathComponent): \(line)")
        }
      }
    }
    #expect(said.isEmpty, "an error names it by its idea (Mend.swift): \(said)")
  }
}
