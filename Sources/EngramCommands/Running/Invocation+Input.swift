// Invocation+Input.swift -- standard input, read so that a signal stops a command that waits for it.

import Base
import Glibc

extension Invocation {
  /// Milliseconds between two questions whether to stop, while nothing comes.
  ///
  /// A read begins again after a signal, and a wait does not see one that came just before it: so waits are short.
  private static let patience: Int32 = 100

  /// Reads what has come on standard input, and waits for it; nothing at its end.
  ///
  /// - Parameters:
  ///   - count: The most bytes that are read.
  ///   - outcome: What is left of what is stopped, for the error.
  /// - Returns: The bytes.
  /// - Throws: Code `cancelled` when it is asked to stop, `io` when standard input cannot be read.
  func readInput(upTo count: Int, ifStopped outcome: String) throws(EngramError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    while true {
      try work.checkCancelled(outcome)
      var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      // SAFETY: one `pollfd`, which the call may change, and a count of 1.
      let ready = unsafe poll(&request, 1, Self.patience)
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      // SAFETY: the buffer lends its bytes for the call.
      let got = unsafe read(0, &buffer, buffer.count)
      if got >= 0 { return Array(buffer.prefix(got)) }
      guard errno == EINTR || errno == EAGAIN else {
        throw EngramError(.io, "standard input cannot be read: \(systemMessage(errno))")
      }
    }
  }

  /// Reads the line that a person types; what there is, where input ends before the line does.
  func readLine(ifStopped outcome: String) throws(EngramError) -> String {
    var line: [UInt8] = []
    while !line.contains(UInt8(ascii: "\n")) {
      let bytes = try readInput(upTo: 1 << 12, ifStopped: outcome)
      if bytes.isEmpty { break }
      line += bytes
    }
    return String(decoding: line.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
