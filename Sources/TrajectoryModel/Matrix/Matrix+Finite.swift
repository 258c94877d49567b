// Matrix+Finite.swift -- whether a matrix holds numbers only.

import CMatrixKernels

extension Matrix {
  /// Whether no element is NaN or infinite.
  ///
  /// - Complexity: O(elements), at the speed of memory.
  package var isAllFinite: Bool {
    let count = rows * columns
    // SAFETY: the matrix holds `count` elements of its type.
    let finiteCount = unsafe bytes.withUnsafeBytes { values -> Int in
      guard let base = values.baseAddress else { return 0 }
      return unsafe elementType == .float32
        ? Int(engram_finite_count_32(base.assumingMemoryBound(to: UInt32.self), count))
        : Int(engram_finite_count_64(base.assumingMemoryBound(to: UInt64.self), count))
    }
    return finiteCount == count
  }
}
