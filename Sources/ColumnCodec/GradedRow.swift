// GradedRow.swift -- the codes of one epoch in several grades, and what it costs to store them.

import CCodecKernels
import TrajectoryModel

/// The codes of one epoch in several grades, and what it costs to store them.
@safe struct GradedRow<Word: CodeWord> {
  private let grades: [CodeRow<Word>]
  /// The same codes as if they had no grades.
  private let whole: CodeRow<Word>
  /// The best way without zstd.
  let plainChoice: CodeChoice

  /// How many numbers a row of so many grades keeps elsewhere.
  static func lengthCount(grades: Int) -> Int { (grades + 1) * CodeRow<Word>.lengthCount }

  /// Counts codes.
  ///
  /// - Parameters:
  ///   - codes: The codes of the epoch, by their places.
  ///   - starts: Where the codes of each grade start, then their number.
  ///   - lengths: Room for ``lengthCount(grades:)`` numbers, as long as the row is used.
  init(_ codes: UnsafePointer<Word>, _ starts: [Int], lengths: UnsafeMutablePointer<UInt32>) {
    var (grades, next) = unsafe ([CodeRow<Word>](), lengths)
    grades.reserveCapacity(starts.count - 1)
    for (start, end) in zip(starts, starts.dropFirst()) {
      // SAFETY: grades lie inside, and there is room for the numbers of each.
      unsafe grades.append(CodeRow(codes + start, count: end - start, lengths: next))
      unsafe next += CodeRow<Word>.lengthCount
    }
    self.grades = grades
    whole = unsafe CodeRow(joining: grades, lengths: next)
    if whole.isConstant {
      plainChoice = whole.plainChoice
    } else {
      var choice = CodeChoice(shifts: .zero, bits: 0)
      for (number, grade) in grades.enumerated() where grade.count > 0 {
        let own = grade.packedChoice
        choice.shifts[number] = own.shifts[0]
        choice.bits += own.bits
      }
      plainChoice = choice
    }
  }

  /// What the codes cost without zstd and without grades, in bits.
  var wholeBits: Double { whole.plainChoice.bits }

  /// The best way with zstd for what is above the low bits but some, or that without zstd where it is better.
  ///
  /// - Parameters:
  ///   - overlap: How many bits more of each code are left to zstd than the way without leaves above those that it packs.
  ///   - countLog: `c * log2(c)` for every c up to the number of codes.
  ///   - timeBits: What the time to decompress a plane is worth.
  ///   - bytes: Room for a byte of each code.
  /// - Returns: The better of the two, with its cost in bits.
  func framedChoice(
    overlap: Int, countLog: [Double], timeBits: Double, bytes: UnsafeMutablePointer<UInt8>
  ) -> CodeChoice {
    if whole.isConstant || timeBits == .infinity { return plainChoice }
    var choice = CodeChoice(shifts: .zero, bits: 0)
    for (number, grade) in grades.enumerated() {
      choice.shifts[number] = UInt8(max(0, Int(plainChoice.shifts[number]) - overlap))
      choice.bits += grade.laneBits * Double(choice.shifts[number])
    }
    for plane in 0..<(Word.bitWidth / 8) where choice.bits < plainChoice.bits {
      var sparse = 0.0
      for (number, grade) in grades.enumerated() {
        sparse += grade.sparseBits(from: min(Word.bitWidth, Int(choice.shifts[number]) + 8 * plane))
      }
      if sparse < timeBits {
        choice.bits += sparse
        continue
      }
      for (number, grade) in grades.enumerated() {
        // SAFETY: a byte of each code, at its place.
        let place = unsafe grade.codes - whole.codes
        unsafe Word.bytes(
          of: grade.codes, grade.count, Int32(choice.shifts[number]) + Int32(8 * plane), to: bytes + place)
      }
      let entropy = unsafe countLog.withUnsafeBufferPointer { table in
        unsafe engram_entropy_bits(bytes, whole.count, table.baseAddress)
      }
      let isSparse = sparse < entropy + timeBits
      choice.bits += isSparse ? sparse : entropy + timeBits
      choice.compressedPlanes |= isSparse ? 0 : 1 << UInt8(plane)
    }
    return choice.bits < plainChoice.bits ? choice : plainChoice
  }
}
