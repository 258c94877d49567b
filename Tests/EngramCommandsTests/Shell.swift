// Shell.swift -- runs shells and the built program for the tests.

import Foundation
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
  static let engram = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "engram").path

  /// Runs a program found by `env` with standard input; the environment is `PATH` and what is given.
  static func run(
    _ program: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "engram-shell-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["in", "out", "err"].map { folder.appending(path: $0) }
    try input.write(to: files[0], atomically: false, encoding: .utf8)
    for file in files[1...] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path]
      .merging(environment) { $1 }
    process.currentDirectoryURL = folder
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return Result(
      code: isSignal ? 128 + process.terminationStatus : process.terminationStatus,
      output: try String(contentsOf: files[1], encoding: .utf8),
      errors: try String(contentsOf: files[2], encoding: .utf8))
  }

  /// The words of a command line, as bash parts them; `>` is a word and redirects nothing.
  static func words(of line: String) throws -> [String] {
    let result = try run("bash", ["-c", "printf '%s\\n' \(line.replacing(" > ", with: " '>' "))"])
    return result.output.split(separator: "\n").map(String.init)
  }
}
