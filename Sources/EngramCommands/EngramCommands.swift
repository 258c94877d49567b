// EngramCommands.swift -- where the `engram` program begins.

import Base
import Glibc

/// Runs the `engram` program on the words of its command line.
///
/// - Parameter words: Those behind the name of the program; by default those of this process.
/// - Returns: The exit code, as ``ExitCode`` says.
package func engramMain(_ words: [String] = Array(CommandLine.arguments.dropFirst())) -> Int32 {
  Interruption.install()
  let program = Program(
    root: engramCommand,
    version: engramVersion,
    output: ByteOutput(descriptor: STDOUT_FILENO, name: "standard output"),
    outputTerminal: .of(descriptor: STDOUT_FILENO),
    errors: ErrorOutput(descriptor: STDERR_FILENO, terminal: .of(descriptor: STDERR_FILENO)),
    isCancelled: { Interruption.isRequested })
  return program.run(words)
}
