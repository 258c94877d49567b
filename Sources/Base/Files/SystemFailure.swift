// SystemFailure.swift -- what the operating system refused, as an error.

import Glibc

extension EngramError {
  /// The error of a system call that has just failed.
  ///
  /// - Parameters:
  ///   - number: `errno`, read right after the call.
  ///   - action: What was tried, such as `open`.
  ///   - path: The file.
  ///   - offset: Where in the file.
  /// - Returns: An error with code `diskFull`, `notFound`, `exists` or `io`.
  package static func system(_ number: Int32, _ action: String, _ path: String, offset: Int? = nil) -> EngramError {
    let code: Code
    var mend: String?
    switch number {
    case ENOSPC, EDQUOT:
      code = .diskFull
      mend = "make room on the disk and try again; nothing was changed"
    case ENOENT: code = .notFound
    case EEXIST: code = .exists
    default: code = .io
    }
    // SAFETY: the text is copied at once; another thread can only make it the text of another error.
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) }
    return EngramError(
      code, "cannot \(action)", file: path, offset: offset, found: reason ?? "error \(number)", mend: mend)
  }
}
