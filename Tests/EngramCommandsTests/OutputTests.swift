// OutputTests.swift -- buffered output, files that appear whole, and what an invocation prints.

import Base
import EngramCommands
import Foundation
import Testing

struct OutputTests {
  /// Runs the toy program with its outputs in files.
  static func run(_ words: String..., isCancelled: @escaping @Sendable () -> Bool = { false }) throws -> Shell.Result {
    try Folder.with { folder in
      let paths = ["out", "err"].map { folder.appending(path: $0).path }
      let descriptors = paths.map { unsafe open($0, O_CREAT | O_WRONLY, 0o600) }
      let program = Program(
        root: Toy.root, version: "1.2.3", output: ByteOutput(descriptor: descriptors[0], name: "standard output"),
        outputTerminal: .none, errors: ErrorOutput(descriptor: descriptors[1], terminal: .none),
        isCancelled: isCancelled)
      let code = program.run(words)
      for descriptor in descriptors { close(descriptor) }
      return Shell.Result(
        code: code, output: try String(contentsOfFile: paths[0], encoding: .utf8),
        errors: try String(contentsOfFile: paths[1], encoding: .utf8))
    }
  }

  @Test func `a program runs the body of the command with its values`() throws {
    let result = try Self.run("group", "make", "--name", "x")
    #expect(result.code == 0)
    #expect(result.output == "made x\n")
    #expect(try Self.run("--version").output == "toy 1.2.3\n")
  }

  @Test(arguments: [("corrupt", 3), ("busy", 1), ("notFound", 2), ("cancelled", 130)] as [(String, Int32)])
  func `an error of a body is reported and gives its exit code`(code: String, exitCode: Int32) throws {
    let result = try Self.run("group", "fail", "--name", code)
    #expect(result.code == exitCode)
    #expect(result.errors.hasPrefix("error: the footer is wrong\nwhere: a.seg, footer, byte 12\n"))
    #expect(
      try Self.run("group", "fail", "--name", code, "--json").errors.hasPrefix("{\"error\": {\"code\": \"\(code)\""))
  }

  @Test func `a closed pipe is no error to report`() throws {
    let result = try Self.run("group", "fail", "--name", "closedPipe")
    #expect(result.code == 141)
    #expect(result.errors.isEmpty)
  }

  @Test func `output that goes to a file appears whole or not at all`() throws {
    try Folder.with { (folder: URL) throws in
      let path = folder.appending(path: "out").path
      let line = String(repeating: "0123456789", count: 10)
      #expect(try Self.run("group", "copy", "--name", line, "-o", path).code == 0)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == String(repeating: line, count: 5_000))
      #expect(try Self.run("group", "copy", "--name", "fail", "-o", path).code == 130)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == String(repeating: line, count: 5_000))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
      #expect(try Self.run("group", "copy", "--name", "x").output == String(repeating: "x", count: 5_000))
    }
  }

  @Test func `a closed pipe is told apart from other failures`() throws {
    Interruption.install()
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let output = ByteOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor, name: "standard output")
    try output.write("text")
    let error = #expect(throws: EngramError.self) { try output.flush() }
    #expect(error?.code == .closedPipe)
  }
}
