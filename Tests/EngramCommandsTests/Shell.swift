// Shell.swift -- runs shells and the built program for the tests.

import Foundation
import TestSupport
import Testing

/// Runs shells and the built program.
enum Shell {
  /// What a process left.
  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  /// The `engram` program that was built beside these tests.
  static let engram = ChildProcess.built("engram")

  /// Runs a program found by `env` with standard input, in a folder of its own; the environment is `PATH`, `HOME` and what is given.
  static func run(
    _ program: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) -> Result {
    let folder = TemporaryFolder()
    let home = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path]
    let process = ChildProcess(
      program, arguments, input: input, environment: home.merging(environment) { $1 }, workingFolder: folder.path)
    return Result(code: process.wait(), output: process.output, errors: process.errors)
  }

  /// The words of a command line, as bash parts them; `>` is a word and redirects nothing.
  static func words(of line: String) -> [String] {
    let result = run(
      "bash", ["-c", "printf '%s\\n' \(line.replacing(" > ", with: " '>' ").replacing(" < ", with: " '<' "))"])
    return result.output.split(separator: "\n").map(String.init)
  }
}
