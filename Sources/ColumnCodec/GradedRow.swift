// GradedRow.swift -- the codes of one epoch in several grades, and what it costs to store them.

import CCodecKernels
import TrajectoryModel

/// The codes of one epoch in several grades, and what it costs to store them.
@safe struct GradedRow<Word: CodeWord> {
  private let codes: UnsafePointer<Word>
  private let count: Int
  private let grades: [CodeRow<Word>]

  init(_ block: UnsafePointer<Word>, _ epoch: Int, of shape: ChunkShape, _ starts: [Int]) {
    count = shape.exampleCount
    // SAFETY: the codes of an epoch follow those of the one before, and grades lie inside.
    let codes = unsafe block + epoch * shape.exampleCount
    unsafe self.codes = codes
    grades = zip(starts, starts.dropFirst()).map { start, end in
      unsafe CodeRow(codes + start, count: end - start)
    }
  }

  /// Whether all codes are the same.
  private var isConstant: Bool {
    // SAFETY: there is a code.
    grades.allSatisfy { unsafe $0.isConstant && $0.codes[0] == codes[0] }
  }

  /// The best way without zstd.
  var plainChoice: CodeChoice {
    if isConstant {
      return CodeChoice(shifts: Array(repeating: 0, count: grades.count), bits: grades[0].plainChoice.bits)
    }
    let choices = grades.map(\.packedChoice)
    return CodeChoice(shifts: choices.flatMap(\.shifts), bits: choices.reduce(0) { $0 + $1.bits })
  }

  /// The best way with zstd for what is above the low bits but some, or the other where that is better.
  ///
  /// - Parameters:
  ///   - other: The best way without zstd.
  ///   - overlap: How many bits more of each code are left to zstd than the other way leaves above those that it packs.
  ///   - countLog: `c * log2(c)` for every c up to the number of codes.
  ///   - timeBits: What the time to decompress a plane is worth.
  ///   - bytes: Room for a byte of each code.
  /// - Returns: The better of the two, with its cost in bits.
  func framedChoice(
    orElse other: CodeChoice, overlap: Int, countLog: [Double], timeBits: Double, bytes: UnsafeMutablePointer<UInt8>
  ) -> CodeChoice {
    if isConstant || timeBits == .infinity { return other }
    var choice = CodeChoice(shifts: other.shifts.map { UInt8(max(0, Int($0) - overlap)) }, bits: 0)
    for (row, shift) in zip(grades, choice.shifts) { choice.bits += row.laneBits * Double(shift) }
    for plane in 0..<(Word.bitWidth / 8) {
      let sparse = zip(grades, choice.shifts).reduce(0.0) { sum, pair in
        sum + pair.0.sparseBits(from: min(Word.bitWidth, Int(pair.1) + 8 * plane))
      }
      if sparse < timeBits {
        choice.bits += sparse
        continue
      }
      for (row, shift) in zip(grades, choice.shifts) {
        let start = unsafe row.codes - codes
        // SAFETY: a byte of each code, at its place.
        unsafe Word.bytes(of: row.codes, row.count, Int32(shift) + Int32(8 * plane), to: bytes + start)
      }
      let entropy = unsafe countLog.withUnsafeBufferPointer { table in
        unsafe engram_entropy_bits(bytes, count, table.baseAddress)
      }
      let isSparse = sparse < entropy + timeBits
      choice.bits += isSparse ? sparse : entropy + timeBits
      choice.compressedPlanes |= isSparse ? 0 : 1 << UInt8(plane)
      if choice.bits >= other.bits { return other }
    }
    return choice.bits < other.bits ? choice : other
  }
}
