// DocumentTests.swift -- the commands of README.md and docs/guides: sessions are run and compared, other commands parsed.
//
// In a block marked `console`, a line that begins with `$ ` is a command of bash, and what follows is its output: a line
// `…` stands for any lines, `…` within a line for any text. A command that shows an error must fail, any other succeed.

import EngramCommands
import Foundation
import TestSupport
import Testing

struct DocumentTests {
  /// A Markdown file of the repository.
  struct Document: Sendable, CustomTestStringConvertible {
    let path: String
    var testDescription: String { path }

    /// The texts of the blocks that are marked with a language.
    func blocks(_ language: String) -> [String] {
      let text = TestFiles.text("\(Fixtures.repository)/\(path)")
      return text.components(separatedBy: "```\(language)\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    }
  }

  /// A command of a session and the output that the document shows.
  struct Step {
    let command: String
    var output: [String] = []
    var showsError: Bool { output.first?.hasPrefix("error: ") == true }

    /// Whether some output is what the document shows.
    func isShown(by text: String) throws -> Bool {
      let lines = output.map { line in
        line == "…"
          ? "(?:[^\n]*\n)*?"
          : line.components(separatedBy: "…").map { NSRegularExpression.escapedPattern(for: $0) }
            .joined(separator: "[^\n]*") + "\n"
      }
      let pattern = try NSRegularExpression(pattern: "\\A\(lines.joined())\\z")
      return pattern.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
  }

  static let documents = [
    "README.md", "docs/guides/ingest.md", "docs/guides/split.md", "docs/guides/classify.md", "docs/guides/identify.md",
    "docs/guides/observe.md", "docs/guides/train.md", "docs/guides/corrections.md", "docs/guides/figures.md",
  ].map(Document.init)

  static func steps(_ block: String) -> [Step] {
    block.split(separator: "\n").reduce(into: []) { steps, line in
      if line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if !steps.isEmpty {
        steps[steps.count - 1].output.append(String(line))
      }
    }
  }

  @Test(arguments: documents)
  func `every session runs and gives what the document shows`(document: Document) throws {
    let folder = TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder["fixtures"], withDestinationPath: "\(Fixtures.repository)/fixtures")
    let program = URL(filePath: Shell.engram).deletingLastPathComponent().path
    let steps = document.blocks("console").flatMap(Self.steps)
    #expect(!steps.isEmpty)
    for step in steps {
      let script = "cd '\(folder.path)' && PATH='\(program)':$PATH && \(step.command)"
      let result = Shell.run("bash", ["-c", script])
      let text = step.showsError ? result.errors : result.output
      #expect((result.code == 0) == !step.showsError, "\(step.command): \(result.errors)")
      #expect(try step.isShown(by: text), "\(step.command)\n\(text)")
    }
  }

  @Test(arguments: documents)
  func `every command of a document is one that the program takes`(document: Document) throws {
    let shown = document.blocks("sh").joined().replacing("\\\n", with: " ").split(separator: "\n").map(String.init)
    let run = document.blocks("console").flatMap(Self.steps).map(\.command)
    for line in shown + run where line.hasPrefix("engram ") {
      let words = Shell.words(of: line).prefix { $0 != ">" && $0 != "<" }
      let parsed = try CommandParser(root: engramCommand).parse(Array(words.dropFirst()))
      guard case .run = parsed.request else {
        Issue.record("the command asks for help: \(line)")
        continue
      }
    }
  }
}
