// SharedPointer.swift -- memory that the threads of one loop share.

import TrajectoryModel

/// The start of an array, handed to the threads of one loop.
@safe struct SharedPointer<Element>: @unchecked Sendable {
  // SAFETY of @unchecked: threads touch different elements, and the array outlives the loop.
  let base: UnsafeMutablePointer<Element>?

  @unsafe init(_ base: UnsafeMutablePointer<Element>?) { unsafe self.base = base }
}

/// A matrix as threads of one loop read it.
@safe struct MatrixPointer: @unchecked Sendable {
  // SAFETY of @unchecked: the matrix outlives the loop, and nobody writes to it.
  let base: UnsafeRawPointer?
  let isFloat32: Bool
  let rowStride: Int
  let columnStride: Int

  @unsafe init(_ matrix: borrowing Matrix) {
    unsafe base = matrix.bytes.withUnsafeBytes { $0.baseAddress }
    isFloat32 = matrix.elementType == .float32
    (rowStride, columnStride) = matrix.layout == .rowMajor ? (matrix.columns, 1) : (1, matrix.rows)
  }

  subscript(row: Int, column: Int) -> Double {
    let element = row * rowStride + column * columnStride
    guard let base = unsafe base else { return .nan }
    // SAFETY: callers stay inside the matrix.
    return isFloat32
      ? unsafe Double(base.load(fromByteOffset: element * 4, as: Float.self))
      : unsafe base.load(fromByteOffset: element * 8, as: Double.self)
  }
}
