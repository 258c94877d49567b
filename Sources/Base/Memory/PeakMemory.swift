// PeakMemory.swift -- the most memory that the process had.

import Glibc

/// The most memory that the process had so far.
package enum PeakMemory {
  /// Bytes in the machine's memory, as the system counts them; nil where it does not say.
  package static var bytes: Int? {
    var usage = rusage()
    // SAFETY: the structure is filled by the call.
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0, usage.ru_maxrss > 0 else { return nil }
    // Linux counts them in KiB.
    return Int(usage.ru_maxrss) * 1024
  }
}
