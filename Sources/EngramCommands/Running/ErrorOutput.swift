// ErrorOutput.swift -- standard error: written at once, never buffered.

package import Base

/// Standard error, written at once.
package struct ErrorOutput: Sendable {
  /// The descriptor; nil where the text goes to a caller.
  package let descriptor: Int32?
  /// Where it goes.
  package let terminal: Terminal
  private let put: @Sendable (String) throws(EngramError) -> Void

  /// Writes to a descriptor.
  package init(descriptor: Int32, terminal: Terminal) {
    self.descriptor = descriptor
    self.terminal = terminal
    put = { (text: String) throws(EngramError) in
      try writeAll(Array(text.utf8), to: descriptor, name: "standard error")
    }
  }

  /// Hands the text to a caller.
  package init(_ put: @escaping @Sendable (String) -> Void) {
    descriptor = nil
    terminal = .none
    self.put = { (text: String) throws(EngramError) in put(text) }
  }

  /// Writes text at once.
  package func write(_ text: String) throws(EngramError) { try put(text) }
}
