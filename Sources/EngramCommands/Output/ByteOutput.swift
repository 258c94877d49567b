// ByteOutput.swift -- buffered writing to a descriptor or to a file that appears whole.

package import Base
import Glibc
import Transfer

/// Buffered writing: text and bytes gather in memory and leave in large writes.
///
/// Not thread-safe: one thread prints. Call ``flush()`` before the end; there is no writing on deinit, which could
/// not report a full disk.
package final class ByteOutput {
  /// The bytes that gather before a write: large enough that the cost of a system call does not show.
  private static let limit = 64 * 1024

  private let put: ([UInt8]) throws(EngramError) -> Void
  private var buffer: [UInt8] = []

  /// Writes to a descriptor, which it does not close; the name is for errors.
  package init(descriptor: Int32, name: String) {
    put = { (bytes: [UInt8]) throws(EngramError) in try writeAll(bytes, to: descriptor, name: name) }
  }

  /// Hands bytes to the caller.
  package init(_ put: @escaping ([UInt8]) -> Void) { self.put = { (bytes: [UInt8]) throws(EngramError) in put(bytes) } }

  /// Writes to a file, which the caller finishes after the last ``flush()``.
  package init(file: OutputFile) {
    put = { (bytes: [UInt8]) throws(EngramError) in try file.write(bytes) }
  }

  /// Adds text.
  package func write(_ text: String) throws(EngramError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.limit { try flush() }
  }

  /// Adds bytes.
  package func write(_ bytes: some Sequence<UInt8>) throws(EngramError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.limit { try flush() }
  }

  /// Hands everything to the system.
  ///
  /// - Throws: `closedPipe` when nobody reads any more, `diskFull`, or `io`; what was not written is dropped.
  package func flush() throws(EngramError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    try put(buffer)
  }
}

/// Writes all bytes to a descriptor, going on after short writes and interruptions.
///
/// - Throws: `closedPipe` when nobody reads any more, `diskFull`, or `io`.
func writeAll(_ bytes: [UInt8], to descriptor: Int32, name: String) throws(EngramError) {
  var done = 0
  while done < bytes.count {
    // SAFETY: the pointer is used inside the closure only, and the count is that of the rest.
    let written = unsafe bytes[done...].withUnsafeBytes { rest in
      unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
    }
    if written >= 0 {
      done += written
      continue
    }
    switch errno {
    case EINTR: continue
    case EAGAIN: waitUntilWritable(descriptor)
    case EPIPE: throw EngramError(.closedPipe, "nobody reads the output any more", file: name)
    case ENOSPC, EDQUOT:
      throw EngramError(
        .diskFull, "the disk is full", file: name, mend: "free some space, or write to another disk")
    case let code: throw EngramError(.io, "writing failed: \(systemMessage(code))", file: name)
    }
  }
}

/// Waits until a descriptor in non-blocking mode takes bytes again.
private func waitUntilWritable(_ descriptor: Int32) {
  var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
  // SAFETY: one `pollfd`, which the call may change, and a count of 1.
  _ = unsafe poll(&request, 1, -1)
}

extension EngramError.Code {
  /// Whoever read the output has closed it, as `head` does; ends the command without a word.
  package static let closedPipe = Self(rawValue: "closedPipe")
}
