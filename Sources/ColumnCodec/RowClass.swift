// RowClass.swift -- how one byte plane of one epoch is stored, and the table that says so.
//   The parts of a chunk of byte planes (schema/FORMAT.md, "Byte planes"):
//     copies        1 bit per example, set where it is a copy; only with a copy source
//     class table   4 bits per row, row = plane * epochs + epoch, the low bits of a byte first
//     constants     one byte per row of class `constant`
//     packed rows   the low bits of every byte, for each row of a class `packed`
//     exceptions    what does not fit into those bits: per row a count (u16), gaps (u8 each), whole bytes
//     coded planes  the rows of class `coded` of each plane that has one, behind a prefix code of their own
//     raw rows      one byte per example
//     compressed    the rows of class `compressed`, as one zstd frame; absent when there are none
// Example, one plane of four epochs of classes zero, constant, raw, packed into 2 bits: 10 62

/// How one row, a byte plane of one epoch, is stored; the raw value stands in the class table.
struct RowClass: RawRepresentable, Equatable {
  let rawValue: UInt8

  /// Every byte is zero; nothing is stored.
  static let zero = RowClass(rawValue: 0)
  /// Every byte is the same and not zero; one byte is stored.
  static let constant = RowClass(rawValue: 1)
  /// The bytes as they are.
  static let raw = RowClass(rawValue: 2)
  /// In the zstd frame.
  static let compressed = RowClass(rawValue: 3)
  /// Behind the prefix code of its plane.
  static let coded = RowClass(rawValue: 12)
  /// The low bits of every byte, and exceptions where a byte has higher ones.
  static func packed(width: Int) -> RowClass { RowClass(rawValue: 4 + UInt8(width)) }

  /// The widest packing; all 8 bits are a raw row.
  static let widestPacking = 7
  /// The gap between exceptions that says: no exception here, look further.
  static let longestGap = 255
  /// The number of classes.
  static let count = 13

  /// The bits of a packed row, or nil.
  var packedWidth: Int? { (4...11).contains(rawValue) ? Int(rawValue) - 4 : nil }

  /// Bytes of the table for a number of rows, which is a multiple of 4 because values have 4 or 8 bytes.
  static func tableByteCount(rows: Int) -> Int { rows / 2 }
  /// Bytes of a packed row without its exceptions.
  static func packedByteCount(width: Int, count: Int) -> Int { width * ((count + 7) / 8) }
}
