// Interruption.swift -- Ctrl-C and its like: the first asks, the second ends.
//
// A signal handler may only do what POSIX calls async-signal-safe: it stores a number into a lock-free atomic and, the
// second time, calls _exit. Long operations poll `isRequested`; whatever they leave behind at an _exit is what a kill
// leaves behind, and the store stands that.

import Glibc
import Synchronization

/// Whether the user or the system has asked this program to stop.
package enum Interruption {
  /// The first signal that came, or 0.
  private static let received = Atomic<Int32>(0)

  /// The signal that asked to stop, or nil.
  package static var signal: Int32? {
    let number = received.load(ordering: .acquiring)
    return number == 0 ? nil : number
  }

  /// Whether a signal has asked to stop.
  package static var isRequested: Bool { received.load(ordering: .acquiring) != 0 }

  /// Handles SIGINT, SIGTERM and SIGHUP from now on, unless whoever started us had them ignored.
  ///
  /// SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a file that grows too long are errors of the write.
  package static func install() {
    // The atomic exists before any handler can run.
    _ = received.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] { handle(number) }
    for number in [SIGPIPE, SIGXFSZ] { _ = Glibc.signal(number, SIG_IGN) }
  }

  private static func handle(_ number: Int32) {
    // The handler is a function without captures that only touches a lock-free atomic and _exit.
    let previous = Glibc.signal(number) { number in
      let (isFirst, _) = Interruption.received.compareExchange(expected: 0, desired: number, ordering: .relaxed)
      if !isFirst { _exit(128 + number) }
    }
    // SAFETY: both are addresses of functions, or numbers in their place, and are only compared.
    let (was, ignored) = unsafe (unsafeBitCast(previous, to: Int.self), unsafeBitCast(SIG_IGN, to: Int.self))
    // `nohup` and background shells start programs with signals ignored.
    if was == ignored { _ = Glibc.signal(number, SIG_IGN) }
  }
}
