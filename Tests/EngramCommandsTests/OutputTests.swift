// OutputTests.swift -- buffered output, files that appear whole, and what an invocation prints.

import Base
import EngramCommands
import Foundation
import TestSupport
import Testing

struct OutputTests {
  /// Runs the toy program with its outputs in files.
  static func run(_ words: String..., isCancelled: @escaping @Sendable () -> Bool = { false }) -> Shell.Result {
    let folder = TemporaryFolder()
    let descriptors = ["out", "err"].map { unsafe open(folder[$0], O_CREAT | O_WRONLY, 0o600) }
    let program = Program(
      root: Toy.root, version: "1.2.3", output: ByteOutput(descriptor: descriptors[0], name: "standard output"),
      outputTerminal: .none, errors: ErrorOutput(descriptor: descriptors[1], terminal: .none),
      isCancelled: isCancelled)
    let code = program.run(words)
    for descriptor in descriptors { close(descriptor) }
    return Shell.Result(code: code, output: folder.text("out"), errors: folder.text("err"))
  }

  @Test func `a program runs the body of the command with its values`() throws {
    let result = Self.run("group", "make", "--name", "x")
    #expect(result.code == 0)
    #expect(result.output == "made x\n")
    #expect(Self.run("--version").output == "toy 1.2.3\n")
  }

  @Test(arguments: [("corrupt", 3), ("busy", 1), ("notFound", 2), ("cancelled", 130)] as [(String, Int32)])
  func `an error of a body is reported and gives its exit code`(code: String, exitCode: Int32) throws {
    let result = Self.run("group", "fail", "--name", code)
    #expect(result.code == exitCode)
    #expect(result.errors.hasPrefix("error: the footer is wrong\nwhere: a.seg, footer, byte 12\n"))
    #expect(
      Self.run("group", "fail", "--name", code, "--json").errors.hasPrefix("{\"error\": {\"code\": \"\(code)\""))
  }

  @Test func `a closed pipe is no error to report`() throws {
    let result = Self.run("group", "fail", "--name", "closedPipe")
    #expect(result.code == 141)
    #expect(result.errors.isEmpty)
  }

  @Test func `output that goes to a file appears whole or not at all`() throws {
    let folder = TemporaryFolder()
    let line = String(repeating: "0123456789", count: 10)
    #expect(Self.run("group", "copy", "--name", line, "-o", folder["out"]).code == 0)
    #expect(folder.text("out") == String(repeating: line, count: 5_000))
    #expect(Self.run("group", "copy", "--name", "fail", "-o", folder["out"]).code == 130)
    #expect(folder.text("out") == String(repeating: line, count: 5_000))
    #expect(folder.names == ["out"])
    #expect(Self.run("group", "copy", "--name", "x").output == String(repeating: "x", count: 5_000))
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
