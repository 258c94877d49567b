// SystemFailure.swift -- what the operating system refused, as an error.

import Glibc

extension EngramError {
  /// The error of a system call that has just failed.
  ///
  /// - Parameters:
  ///   - action: What was tried, such as `open the file`.
  ///   - path: The file.
  ///   - offset: Where in the file.
  ///   - number: The error number.
  /// - Returns: `cannot ACTION: REASON`, with code `diskFull`, `limit` (the file would be longer than this process may
  ///   write), `notFound`, `exists`, `usage` (the path is too long), or `io`.
  package static func system(
    _ action: String, _ path: String, offset: Int? = nil, number: Int32 = errno
  ) -> EngramError {
    let (code, mend): (Code, Mend?) =
      switch number {
      case ENOSPC, EDQUOT: (.diskFull, "free some space on that disk and try again; what was committed is safe")
      case EFBIG: (.limit, "raise the limit on the size of files (ulimit -f)")
      case EMFILE, ENFILE: (.io, "raise the limit on open files (ulimit -n)")
      case ENOENT: (.notFound, "check the path")
      case EEXIST: (.exists, "choose another name")
      case ENAMETOOLONG: (.usage, "choose a shorter path")
      case EACCES, EPERM: (.io, "ask its owner for the permission")
      default: (.io, nil)
      }
    return EngramError(code, "cannot \(action): \(systemMessage(number))", file: path, offset: offset, mend: mend)
  }
}

/// What the system says about an error number.
package func systemMessage(_ number: Int32) -> String {
  // SAFETY: strerror returns a C string, which is copied at once; another thread can only make it another error's.
  guard let text = unsafe strerror(number) else { return "error \(number)" }
  return unsafe String(cString: text)
}
