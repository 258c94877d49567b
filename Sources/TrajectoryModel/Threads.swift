// Threads.swift -- how many threads to use by default.

import Glibc

/// How many threads to use.
public enum Threads {
  /// The number of processors this process may run on, at least 1.
  public static let available: Int = max(1, Int(get_nprocs()))
}
