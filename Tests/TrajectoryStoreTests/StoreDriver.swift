// StoreDriver.swift -- the program that writes, reads and checks stores in a process of its own.

import TestSupport
import Testing

extension ChildProcess {
  /// Starts `store-driver`, which the package builds beside the tests.
  static func driver(_ words: String...) -> ChildProcess { ChildProcess(built("store-driver"), words) }
}
