// Invocation.swift -- everything that the body of a command works with.

package import Base
import Transfer

/// Everything that the body of a command works with: its values, output, progress and cancellation.
///
/// ```swift
/// static func run(_ invocation: Invocation) throws(EngramError) {
///   let progress = invocation.progress("verifying", total: byteCount, unit: .bytes)
///   try store.verify(isCancelled: invocation.isCancelled, progress: progress.advance(to:))
///   progress.finish()
///   try invocation.show(table)
/// }
/// ```
package struct Invocation {
  /// The command and those above it, from the top.
  package let path: [Command]
  /// The values of the command line.
  package let values: ParsedValues
  /// Standard output; results go there and nothing else.
  package let output: ByteOutput
  /// Where the output goes.
  package let outputTerminal: Terminal
  /// Whether the user or the system has asked to stop; give it to every long operation.
  package let isCancelled: @Sendable () -> Bool
  /// Standard error.
  let errors: ErrorOutput

  /// The value of a parameter that the command declares.
  package subscript<Value>(parameter: Parameter<Value>) -> Value { values[parameter] }

  /// Whether the user wrote a parameter, rather than leave it at its default.
  package func isGiven(_ parameter: any DeclaredParameter) -> Bool { values.isGiven(parameter) }

  /// The top of the tree of commands.
  package var root: Command? { path.first }

  /// Begins to show the progress of a long operation; nothing is shown under `--quiet`.
  package func progress(_ label: String, total: Int?, unit: ProgressLine.Unit) -> ProgressReporter {
    ProgressReporter(
      label, total: total, unit: unit, terminal: errors.terminal,
      descriptor: values[CommonParameters.quiet] ? nil : errors.descriptor)
  }

  /// Tells the user something on standard error, unless `--quiet`.
  package func note(_ text: String) throws(EngramError) {
    if !values[CommonParameters.quiet] { try errors.write(printable(text) + "\n") }
  }

  /// Tells the user something on standard error under `--verbose`.
  package func detail(_ text: String) throws(EngramError) {
    if values[CommonParameters.verbose] { try errors.write(errors.terminal.style.faint(printable(text)) + "\n") }
  }

  /// Warns the user on standard error, also under `--quiet`.
  package func warn(_ text: String) throws(EngramError) {
    try errors.write(errors.terminal.style.warning("warning:") + " " + printable(text) + "\n")
  }

  /// Shows a table on standard output in a format.
  package func show(_ table: Table, as format: Table.Format = .table) throws(EngramError) {
    try output.write(table.text(as: format, width: outputTerminal.width, style: outputTerminal.style))
  }

  /// Shows JSON on standard output.
  package func show(_ json: JSONText) throws(EngramError) { try output.write(json.text + "\n") }

  /// Lets the body write to a file, which appears whole or not at all, or to standard output without a path or for `-`.
  package func write(to path: String?, _ body: (ByteOutput) throws(EngramError) -> Void) throws(EngramError) {
    guard let path, path != "-" else { return try body(output) }
    let file = try OutputFile(creating: path)
    let fileOutput = ByteOutput(file: file)
    try body(fileOutput)
    try fileOutput.flush()
    try file.finish()
  }

  /// Throws `cancelled` when the user or the system has asked to stop.
  package func checkCancelled() throws(EngramError) {
    if isCancelled() { throw EngramError(.cancelled, "stopped on request") }
  }

  /// A `usage` error of this command for a rule among its parameters.
  package func usageError(_ message: String, expected: String? = nil, found: String? = nil) -> EngramError {
    UsageError.broken(message, in: path, expected: expected, found: found)
  }
}
