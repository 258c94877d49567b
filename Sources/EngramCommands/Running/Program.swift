// Program.swift -- words in, exit code out.

package import Base

/// A tree of commands with the places it writes to: words in, exit code out.
package struct Program {
  let root: Command
  let version: String
  let output: ByteOutput
  let outputTerminal: Terminal
  let errors: ErrorOutput
  let isCancelled: @Sendable () -> Bool
  private let callersWork: WorkContext?

  /// Makes a program that a caller inside this process runs; see ``call(_:)``.
  ///
  /// - Parameters:
  ///   - root: The tree of commands.
  ///   - version: What `--version` shows.
  ///   - work: How the commands work, whether they stop, and whom they tell how far they have come.
  ///   - output: Gets what would go to standard output.
  ///   - notes: Gets what would go to standard error, but for the error that ends a command.
  package init(
    root: Command, version: String, work: WorkContext, output: @escaping ([UInt8]) -> Void,
    notes: @escaping @Sendable (String) -> Void
  ) {
    self.root = root
    self.version = version
    self.output = ByteOutput(output)
    outputTerminal = .none
    errors = ErrorOutput(notes)
    isCancelled = work.isCancelled
    callersWork = work
  }

  /// Makes a program.
  package init(
    root: Command, version: String, output: ByteOutput, outputTerminal: Terminal, errors: ErrorOutput,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.root = root
    self.version = version
    self.output = output
    self.outputTerminal = outputTerminal
    self.errors = errors
    self.isCancelled = isCancelled
    callersWork = nil
  }

  /// Does what the words ask for; what goes wrong is the caller's.
  package func call(_ words: [String]) throws(EngramError) {
    try perform(try CommandParser(root: root).parse(words))
    try output.flush()
  }

  /// Does what the words ask for, and reports what went wrong.
  ///
  /// - Returns: The exit code, as ``ExitCode`` says.
  package func run(_ words: [String]) -> Int32 {
    do throws(EngramError) {
      try call(words)
      return ExitCode.success
    } catch {
      let options = words.prefix { $0 != "--" }
      let code = ExitCode.of(error.code, signal: Interruption.signal)
      report(
        error, asJSON: options.contains("--json"),
        exitCode: options.contains { $0 == "--verbose" || $0 == "-v" } ? code : nil)
      return code
    }
  }

  private func perform(_ parsed: ParsedCommand) throws(EngramError) {
    switch parsed.request {
    case .help:
      try output.write(HelpText.of(parsed.path, width: outputTerminal.width ?? 80, style: outputTerminal.style))
    case .version:
      try output.write("\(root.name) \(version)\n")
    case .run(let values):
      guard let command = parsed.path.last else { preconditionFailure("a path ends in a command") }
      let start = MonotonicClock.seconds
      let progress = StageProgress(
        terminal: errors.terminal, descriptor: values[CommonParameters.quiet] ? nil : errors.descriptor,
        saysTimes: values[CommonParameters.verbose])
      defer { progress.finish() }
      let invocation = Invocation(
        path: parsed.path, values: values, standardOutput: output, outputTerminal: outputTerminal,
        isCancelled: isCancelled, progress: progress, errors: errors, callersWork: callersWork)
      try command.perform(invocation)
      try output.flush()
      try invocation.detail("took \(durationText(seconds: MonotonicClock.seconds - start))")
    }
  }

  /// Reports an error on standard error; what was printed before it stays in front of it.
  private func report(_ error: EngramError, asJSON: Bool, exitCode: Int32?) {
    if error.code == .closedPipe { return }
    do throws(EngramError) {
      try output.flush()
    } catch {
      // The first error is the one to report.
    }
    do throws(EngramError) {
      try errors.write(
        asJSON
          ? ErrorReport.json(error) : ErrorReport.lines(error, exitCode: exitCode, style: errors.terminal.style))
    } catch {
      // Standard error is gone as well: the exit code is all that is left to say.
    }
  }
}
