// OutputFile.swift -- a file that appears whole or not at all.

import Glibc
package import TrajectoryModel

/// Writes a file that appears whole or not at all.
///
/// The bytes go to a new file beside it, which takes the name when all is written.
package enum OutputFile {
  /// Writes a file with the output that the body fills; on any error the file is as it was.
  ///
  /// - Throws: what the body throws, `io` or `diskFull`.
  package static func write(
    to path: String, _ body: (ByteOutput) throws(EngramError) -> Void
  ) throws(EngramError) {
    let partial = "\(path).partial-\(getpid())"
    // SAFETY: Swift makes C strings of the paths for the length of each call, here and below.
    let descriptor = unsafe open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw EngramError(.io, "the file cannot be made: \(systemMessage(errno))", file: path)
    }
    do throws(EngramError) {
      let output = ByteOutput(descriptor: descriptor, name: path)
      try body(output)
      try output.flush()
    } catch {
      close(descriptor)
      unsafe unlink(partial)
      throw error
    }
    guard close(descriptor) == 0, unsafe rename(partial, path) == 0 else {
      let message = systemMessage(errno)
      unsafe unlink(partial)
      throw EngramError(.io, "the file cannot be finished: \(message)", file: path)
    }
  }
}
