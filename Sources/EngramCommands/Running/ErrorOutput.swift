// ErrorOutput.swift -- standard error: written at once, never buffered.

package import Base

/// Standard error, written at once.
package struct ErrorOutput: Sendable {
  /// The descriptor.
  package let descriptor: Int32
  /// Where it goes.
  package let terminal: Terminal

  /// Makes one.
  package init(descriptor: Int32, terminal: Terminal) {
    self.descriptor = descriptor
    self.terminal = terminal
  }

  /// Writes text at once.
  package func write(_ text: String) throws(EngramError) {
    try writeAll(Array(text.utf8), to: descriptor, name: "standard error")
  }
}
