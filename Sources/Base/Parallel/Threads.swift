// Threads.swift -- how many threads to use by default.

import Glibc

/// How many threads to use.
public enum Threads {
  /// The number of processors that are online, at least 1.
  public static let available: Int = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
