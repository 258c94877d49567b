// MonotonicClock.swift -- a clock that never goes back.

import Glibc

/// A clock that never goes back, for deadlines and for what something took.
package enum MonotonicClock {
  /// Seconds since some moment in the past.
  package static var seconds: Double {
    var time = timespec()
    // SAFETY: `time` is a valid place for the answer.
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
