// RowClass.swift -- how one byte plane of one epoch is stored, and the table that says so.
//   A chunk of byte planes (schema/FORMAT.md, "Byte planes"):
//     class table   2 bits per row, row = plane * epochs + epoch, lowest bits first
//     constants     one byte per row of class `constant`, in row order
//     raw rows      one byte per example, in row order
//     compressed    the rows of class `compressed` in row order, as one zstd frame; absent when there are none
// Example, one plane of four epochs of classes zero, constant, raw, compressed: e4

/// How one row, a byte plane of one epoch, is stored.
enum RowClass: UInt8 {
  /// Every byte is zero; nothing is stored.
  case zero = 0
  /// Every byte is the same and not zero; one byte is stored.
  case constant = 1
  /// The bytes as they are.
  case raw = 2
  /// In the zstd frame.
  case compressed = 3

  /// Bytes of the table for a number of rows, which is a multiple of 4 because values have 4 or 8 bytes.
  static func tableByteCount(rows: Int) -> Int { rows / 4 }
}
