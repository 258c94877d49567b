// Scratch.swift -- the files of a fuzzer, in memory where the system has a place for that.

import Base
import Glibc

enum Scratch {
  /// A folder of this process.
  static let folder: String = {
    // SAFETY (whole file): strings become C strings that live during the call.
    let path = unsafe "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp")/engram-fuzz-\(getpid())"
    unsafe mkdir(path, 0o755)
    return path
  }()

  /// The file that holds an input.
  static let file = "\(folder)/input"

  /// Writes a whole file.
  static func write(_ bytes: [UInt8], to path: String) throws(EngramError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    guard written == bytes.count else { throw EngramError(.io, "the input cannot be written", file: path) }
  }
}
