// RowClass.swift -- how one byte plane of one epoch is stored, and the parts of a chunk of codes.
//   The parts (schema/FORMAT.md, "Codes"), for E epochs of codes of W bits:
//     copies        1 bit per example, set where it is a copy; only with a copy source
//     repeats       see CodeRepeats; only where the codes of the first epoch are repeated, which have no bits below then
//     grades        see CodeGrades; only of codes in grades
//     dampings      i8 for each epoch: by how many sixteenths changes go on; only of differences with a trend
//     shifts        u8 for each epoch and grade: how many low bits of its codes are packed; what is above them makes byte planes
//     class table   2 bits per row, row = plane * E + epoch, the low bits of a byte first
//     constants     one byte per row of class `constant`
//     low bits      for each epoch and grade the packed low bits of its codes
//     exceptions    for each row of class `sparse` a count (u16), gaps (u8 each) and bytes
//     compressed    the rows of class `compressed`, as one zstd frame; absent when there are none
// Example, the class table of one plane of four epochs of classes zero, constant, sparse, compressed: e4

/// How one row, a byte plane of one epoch, is stored; the raw value stands in the class table.
enum RowClass: UInt8 {
  /// Every byte is zero; nothing is stored.
  case zero = 0
  /// Every byte is the same and not zero; one byte is stored.
  case constant = 1
  /// Few bytes are not zero; those are stored, with the gaps between them.
  case sparse = 2
  /// In the zstd frame.
  case compressed = 3

  /// The gap between the bytes of a sparse row that says: none here, look further.
  static let longestGap = 255
}
