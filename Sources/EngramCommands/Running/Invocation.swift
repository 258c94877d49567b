// Invocation.swift -- everything that the body of a command works with.

package import Base
import Transfer

/// Everything that the body of a command works with: its values, output, progress and cancellation.
///
/// ```swift
/// static func run(_ invocation: Invocation) throws(EngramError) {
///   let report = try store.verify(work: invocation.work)
///   try invocation.show(table(report))
/// }
/// ```
package struct Invocation {
  /// The command and those above it, from the top.
  package let path: [Command]
  /// The values of the command line.
  package let values: ParsedValues
  /// Where results go.
  let standardOutput: ByteOutput
  /// Where the output goes.
  package let outputTerminal: Terminal
  /// Whether the user or the system has asked to stop.
  let isCancelled: @Sendable () -> Bool
  /// The progress of long work; it is gone before anything is printed.
  let progress: StageProgress
  /// Standard error.
  let errors: ErrorOutput
  /// The context of a caller inside this process, whom progress is told instead; nil for the command.
  let callersWork: WorkContext?

  /// The value of a parameter that the command declares.
  package subscript<Value>(parameter: Parameter<Value>) -> Value { values[parameter] }

  /// Whether the user wrote a parameter, rather than leave it at its default.
  package func isGiven(_ parameter: any DeclaredParameter) -> Bool { values.isGiven(parameter) }

  /// The top of the tree of commands.
  package var root: Command? { path.first }

  /// How the long operations of this command work; give it to every one.
  ///
  /// As many threads as `--threads` says, where the command takes it; stopped by a signal; progress on standard error.
  package var work: WorkContext {
    let asked = values.ifDeclared(SharedParameters.threads).flatMap { $0 }
    if var work = callersWork {
      work.threads = asked ?? work.threads
      return work
    }
    return WorkContext(
      threads: asked ?? Threads.available, isCancelled: isCancelled,
      progress: { [progress] in progress.report($0) })
  }

  /// Standard output; results go there and nothing else.
  package var output: ByteOutput {
    progress.finish()
    return standardOutput
  }

  /// Tells the user something on standard error, unless `--quiet`.
  package func note(_ text: String) throws(EngramError) {
    if !values[CommonParameters.quiet] { try tell(printable(text) + "\n") }
  }

  /// Tells the user something on standard error under `--verbose`.
  package func detail(_ text: String) throws(EngramError) {
    if values[CommonParameters.verbose] { try tell(errors.terminal.style.faint(printable(text)) + "\n") }
  }

  /// Warns the user on standard error, also under `--quiet`.
  package func warn(_ text: String) throws(EngramError) {
    try tell(errors.terminal.style.warning("warning:") + " " + printable(text) + "\n")
  }

  private func tell(_ text: String) throws(EngramError) {
    progress.finish()
    try errors.write(text)
  }

  /// Shows a table on standard output in a format.
  package func show(_ table: Table, as format: Table.Format = .table) throws(EngramError) {
    try output.write(table.text(as: format, terminal: outputTerminal))
  }

  /// Shows JSON on standard output.
  package func show(_ json: JSONValue) throws(EngramError) {
    try output.write(json.text(.line, nonFinite: .named) + "\n")
  }

  /// Lets the body write to a file, which appears whole or not at all, or to standard output without a path or for `-`.
  package func write(to path: String?, _ body: (ByteOutput) throws(EngramError) -> Void) throws(EngramError) {
    guard let path, path != "-" else { return try body(output) }
    let file = try OutputFile(creating: path)
    let fileOutput = ByteOutput(file: file)
    try body(fileOutput)
    try fileOutput.flush()
    try file.finish()
  }

  /// A `usage` error of this command for a rule among its parameters.
  package func usageError(_ message: String, expected: String? = nil, found: String? = nil) -> EngramError {
    UsageError.broken(message, in: path, expected: expected, found: found)
  }
}
