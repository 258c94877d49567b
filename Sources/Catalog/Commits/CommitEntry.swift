// CommitEntry.swift -- what a commit says of itself in the log.

import Glibc

/// What a commit says of itself in the log.
struct CommitEntry {
  /// What is done, in one word.
  let operation: String
  /// What is done, for a person.
  let message: String
  /// Who does it.
  let author: String
  /// Why, where somebody said so.
  let reason: String?

  /// Makes an entry.
  ///
  /// - Parameters:
  ///   - operation: One word.
  ///   - message: A sentence for a person.
  ///   - author: Who does it; nil for the user of this process.
  ///   - reason: Why.
  init(operation: String, message: String, author: String? = nil, reason: String? = nil) {
    self.operation = operation
    self.message = message
    self.author = author ?? Self.user
    self.reason = reason
  }

  /// The user of this process, by name where the system knows one.
  private static let user: String = {
    let number = geteuid()
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var memory = [CChar](repeating: 0, count: 1 << 14)
    // SAFETY: the buffer outlives the use of the strings in it, which are copied before this closure returns.
    let name = unsafe memory.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let base = buffer.baseAddress, unsafe getpwuid_r(number, &entry, base, buffer.count, &found) == 0,
        unsafe found != nil, let name = unsafe entry.pw_name
      else { return nil }
      return unsafe String(cString: name)
    }
    return name ?? "user \(number)"
  }()
}
