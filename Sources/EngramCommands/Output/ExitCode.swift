// ExitCode.swift -- what the shell learns at the end.
//
//    0  done
//    1  failed        exists, busy, io, diskFull, limit, and every code not named here
//    2  bad usage     usage; notFound (the command line names something that is not there)
//    3  bad data      truncated, corrupt, invalidData, unsupported
//  130  cancelled     by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP: 128 and the number of the signal
//  141  closed pipe   as if SIGPIPE had ended the program: `engram sql … | head` says nothing more

package import Base

/// What the shell learns at the end of a command.
package enum ExitCode {
  /// Done.
  package static let success: Int32 = 0
  /// Something failed that neither the command line nor the data is to blame for.
  package static let failed: Int32 = 1
  /// The command line is wrong, or names something that is not there.
  package static let badUsage: Int32 = 2
  /// A file is damaged, of another kind, or does not fit together.
  package static let badData: Int32 = 3
  /// Nobody reads the output any more: 128 + SIGPIPE.
  package static let closedPipe: Int32 = 141

  /// The exit code of an error; `signal` is the one that asked to stop, if one did.
  package static func of(_ code: EngramError.Code, signal: Int32? = nil) -> Int32 {
    switch code {
    case .usage, .notFound: badUsage
    case .truncated, .corrupt, .invalidData, .unsupported: badData
    case .cancelled: 128 + (signal ?? 2)
    case .closedPipe: closedPipe
    default: failed
    }
  }
}
