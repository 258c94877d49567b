// CallersMatrix.swift -- a matrix in memory of the caller's, to be filled or read.

import Base
import CEngram
import TrajectoryModel

/// A matrix in memory of the caller's.
@safe struct CallersMatrix {
  let rows, columns: Int
  let elementType: ElementType
  let byteOffset: Int
  let byteStrides: (row: Int, column: Int)
  /// All of the caller's memory.
  @unsafe let memory: UnsafeMutableRawBufferPointer

  /// Looks at what the caller gives; ``span(_:)`` checks that it fits together.
  init(_ pointer: UnsafePointer<engram_matrix>?, _ name: String) throws(EngramError) {
    guard unsafe pointer != nil else {
      throw EngramError(.usage, "there is no matrix", place: "argument \(name)", found: "NULL")
    }
    let given = try unsafe options(pointer, engram_matrix())
    elementType = try EngramABI.elementType(unsafe given.type)
    (rows, columns) = unsafe (Int(given.rows), Int(given.columns))
    byteOffset = unsafe Int(clamping: given.byte_offset)
    guard rows >= 0, columns >= 0, unsafe given.byte_count <= Int.max,
      unsafe given.memory != nil || given.byte_count == 0
    else {
      throw EngramError(
        .usage, "the matrix has no memory or no shape", place: "argument \(name)", expected: "rows x columns elements",
        found: unsafe "\(given.rows) x \(given.columns) in \(given.byte_count) bytes")
    }
    if unsafe given.row_stride == 0, unsafe given.column_stride == 0 {
      let (row, isTooLong) = columns.multipliedReportingOverflow(by: elementType.byteCount)
      byteStrides = (isTooLong ? Int.max : row, elementType.byteCount)
    } else {
      byteStrides = unsafe (Int(given.row_stride), Int(given.column_stride))
    }
    // SAFETY: the caller says that so many bytes are there.
    unsafe memory = UnsafeMutableRawBufferPointer(start: given.memory, count: Int(given.byte_count))
  }

  /// The matrix, to be filled.
  ///
  /// - Throws: ``EngramError`` with code `usage` when an element would lie outside of the memory or share its place.
  @_lifetime(&bytes)
  func span(_ bytes: inout MutableRawSpan) throws(EngramError) -> MutableMatrixSpan {
    try MutableMatrixSpan(
      &bytes, rows: rows, columns: columns, elementType: elementType, byteStrides: byteStrides, byteOffset: byteOffset)
  }

  /// Refuses another matrix that has any byte of the memory of this one.
  func requireApart(from other: CallersMatrix) throws(EngramError) {
    guard let mine = unsafe memory.baseAddress, let others = unsafe other.memory.baseAddress else { return }
    let isApart = unsafe mine + memory.count <= others || others + other.memory.count <= mine
    if !isApart {
      throw EngramError(
        .usage, "two matrices share memory", mend: "give each memory of its own")
    }
  }

  /// Lends the matrix to a classifier, which reads it where it is.
  ///
  /// - Throws: ``EngramError`` with code `usage` when it does not lie row by row or column by column without gaps; what the
  ///   body throws.
  func reading<Result>(_ body: (borrowing Matrix) throws(EngramError) -> Result) throws(EngramError) -> Result {
    let size = elementType.byteCount
    let (elements, isTooMany) = rows.multipliedReportingOverflow(by: columns)
    let (needed, isTooLarge) = elements.multipliedReportingOverflow(by: size)
    let layout: MatrixLayout? =
      byteStrides == (columns &* size, size) || rows <= 1 && byteStrides.column == size || elements == 0
      ? .rowMajor
      : byteStrides == (size, rows &* size) || columns <= 1 && byteStrides.row == size ? .columnMajor : nil
    let start = unsafe memory.baseAddress.map { unsafe $0 + byteOffset }
    let available = unsafe memory.count
    guard !isTooMany, !isTooLarge, let layout, byteOffset <= available, needed <= available - byteOffset,
      UInt(bitPattern: start) % UInt(size) == 0
    else {
      throw EngramError(
        .usage, "a classifier reads matrices without gaps", place: "argument features",
        expected: "\(rows) x \(columns) elements row by row or column by column, inside of the memory",
        found: "strides of \(byteStrides.row) and \(byteStrides.column) bytes in \(available) bytes",
        mend: "copy the matrix")
    }
    // SAFETY: all elements were just found to lie in the memory, which the caller leaves alone during the call.
    let matrix = unsafe Matrix(
      borrowing: UnsafeRawPointer(start), rows: rows, columns: columns, elementType: elementType, layout: layout)
    return try body(matrix)
  }
}
