// StopQuestion.swift -- whether to stop, as routines in C ask it.

import Base

/// Carries the question whether to stop to a C function, as a pointer that it hands back.
///
/// Whoever makes one keeps it alive until the C function has returned.
final class StopQuestion: Sendable {
  private let isCancelled: @Sendable () -> Bool

  /// Asks what `work` asks.
  init(_ work: WorkContext) { isCancelled = work.isCancelled }

  /// What C calls with ``context``; 1 says stop.
  static let ask: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
    guard let context = unsafe context else { return 0 }
    // SAFETY: the question lives until the C function returns.
    return unsafe Unmanaged<StopQuestion>.fromOpaque(context).takeUnretainedValue().isCancelled() ? 1 : 0
  }

  /// The question as C carries it.
  var context: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }
}
