// ProgressTests.swift -- what progress writes to a terminal, to a log and under --quiet.

import Base
import EngramCommands
import Foundation
import Testing

struct ProgressTests {
  /// What progress writes while the body reports.
  static func written(terminal: Terminal, isQuiet: Bool = false, _ body: (ProgressReporter) throws -> Void) throws
    -> String
  {
    let pipe = Pipe()
    let progress = ProgressReporter(
      "reading", total: 100, unit: .things("runs"), terminal: terminal,
      descriptor: isQuiet ? nil : pipe.fileHandleForWriting.fileDescriptor)
    try body(progress)
    progress.finish()
    try pipe.fileHandleForWriting.close()
    return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
  }

  static let wide = Terminal(isTerminal: true, width: 100, style: .plain)

  @Test func `a terminal sees one line that is redrawn and removed at the end`() throws {
    let text = try Self.written(terminal: Self.wide) { progress in
      Thread.sleep(forTimeInterval: 0.15)
      progress.advance(by: 40)
      progress.advance(by: 1)
    }
    #expect(text == "\rreading  [########            ]  40 %  40 of 100\u{1B}[K\r\u{1B}[K")
  }

  @Test func `a short operation shows nothing`() throws {
    #expect(try Self.written(terminal: Self.wide) { $0.advance(to: 100) } == "")
  }

  @Test func `neither a log in its first seconds nor a quiet terminal sees anything`() throws {
    for (terminal, isQuiet) in [(Terminal.none, false), (Self.wide, true)] {
      let text = try Self.written(terminal: terminal, isQuiet: isQuiet) { progress in
        Thread.sleep(forTimeInterval: 0.15)
        progress.advance(to: 50)
      }
      #expect(text.isEmpty)
    }
  }
}
