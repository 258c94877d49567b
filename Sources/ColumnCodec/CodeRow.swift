// CodeRow.swift -- the codes of one epoch, and what it costs to store them in one way or another.

import CCodecKernels
import TrajectoryModel

/// A way to store the codes of an epoch.
struct CodeChoice {
  /// The shift of each grade.
  var shifts: SIMD4<UInt8>
  var compressedPlanes: UInt8 = 0
  var bits: Double
}

/// The codes of one epoch, and what it costs to store them in one way or another.
@safe struct CodeRow<Word: CodeWord> {
  /// How many numbers a row keeps elsewhere.
  static var lengthCount: Int { Word.bitWidth + 1 }

  let codes: UnsafePointer<Word>
  let count: Int
  /// The bits in which codes differ.
  let varying: Word
  /// For each length in bits, the number of codes that are longer.
  let longer: UnsafePointer<UInt32>

  /// Counts codes.
  ///
  /// - Parameters:
  ///   - codes: The codes.
  ///   - count: Their number.
  ///   - lengths: Room for ``lengthCount`` numbers, as long as the row is used.
  init(_ codes: UnsafePointer<Word>, count: Int, lengths: UnsafeMutablePointer<UInt32>) {
    unsafe self.codes = codes
    self.count = count
    // SAFETY: there are `count` codes, and a number for every length.
    varying = unsafe Word.lengths(codes, count, lengths)
    var sum: UInt32 = 0
    for length in stride(from: Word.bitWidth, through: 0, by: -1) {
      unsafe (lengths[length], sum) = (sum, sum + lengths[length])
    }
    unsafe longer = UnsafePointer(lengths)
  }

  /// The codes of several rows that lie one after the other, the first of which lies first.
  init(joining rows: [CodeRow], lengths: UnsafeMutablePointer<UInt32>) {
    unsafe codes = rows[0].codes
    count = rows.reduce(0) { $0 + $1.count }
    // SAFETY: a row that is not empty has a first code.
    varying = rows.reduce(0) { unsafe $1.count == 0 ? $0 : $0 | $1.varying | ($1.codes[0] ^ rows[0].codes[0]) }
    for length in 0..<Self.lengthCount {
      unsafe lengths[length] = rows.reduce(0) { unsafe $0 + $1.longer[length] }
    }
    unsafe longer = UnsafePointer(lengths)
  }

  /// The length of the longest code.
  private var mostBits: Int {
    var length = 0
    while unsafe longer[length] > 0 { length += 1 }
    return length
  }

  private var width: Int { Word.bitWidth }

  /// Whether all codes are the same.
  var isConstant: Bool { varying == 0 }

  /// Bits of the packed low bits, for each bit of a code.
  var laneBits: Double { Double((count + width - 1) / width * width) }

  /// What it costs to store a byte plane as exceptions; a byte of zero in it costs nothing, which is not seen here.
  func sparseBits(from shift: Int) -> Double {
    // SAFETY: shifts are at most the width.
    unsafe longer[shift] == 0
      ? 0 : CodeLayout.exceptionCountBits + CodeLayout.exceptionBits * Double(longer[shift])
  }

  /// The best way without zstd.
  var plainChoice: CodeChoice {
    if isConstant {
      // One byte for each plane up to the highest bit.
      return CodeChoice(shifts: .zero, bits: Double((mostBits + 7) / 8 * 8))
    }
    return packedChoice
  }

  /// The best way without zstd for codes that differ.
  var packedChoice: CodeChoice {
    var best = (shift: width, bits: laneBits * Double(width))
    // From the longest code down, until exceptions alone cost more.
    var shift = mostBits
    while shift >= 0, unsafe longer[shift] < CodeLayout.mostExceptions, sparseBits(from: shift) < best.bits {
      defer { shift -= 1 }
      var bits = laneBits * Double(shift)
      var plane = shift
      while plane < width {
        bits += sparseBits(from: plane)
        plane += 8
      }
      if bits < best.bits { best = (shift, bits) }
    }
    return CodeChoice(shifts: SIMD4(UInt8(best.shift), 0, 0, 0), bits: best.bits)
  }

  /// The best way with zstd for what is above whole bytes, or the other where that is better.
  ///
  /// - Parameters:
  ///   - other: The best way without zstd.
  ///   - countLog: `c * log2(c)` for every c up to the number of codes.
  ///   - timeBits: What the time to decompress a plane is worth.
  ///   - bytes: Room for a byte of each code.
  /// - Returns: The better of the two, with its cost in bits.
  func framedChoice(
    orElse other: CodeChoice, countLog: [Double], timeBits: Double, bytes: UnsafeMutablePointer<UInt8>
  ) -> CodeChoice {
    if isConstant { return other }
    var best = other
    // From the highest plane down: what is above a shift does not depend on it.
    var (above, planes) = (0.0, UInt8(0))
    for shift in stride(from: width - 8, through: 0, by: -8) {
      let sparse = sparseBits(from: shift)
      planes <<= 1
      // An entropy is measured only where it can decide: it is 0 where all bytes are the same, and more elsewhere.
      if varying >> Word(shift) & 0xFF == 0 {
        above += 8
      } else if sparse < timeBits {
        above += sparse
      } else {
        if shift == 0 && above + timeBits >= best.bits { break }
        // SAFETY: there are `count` codes and as many bytes; the table reaches up to that count.
        unsafe Word.bytes(of: codes, count, Int32(shift), to: bytes)
        let entropy = unsafe countLog.withUnsafeBufferPointer { table in
          unsafe engram_entropy_bits(bytes, count, table.baseAddress)
        }
        let isSparse = sparse < entropy + timeBits
        above += isSparse ? sparse : entropy + timeBits
        planes |= isSparse ? 0 : 1
      }
      let bits = laneBits * Double(shift) + above
      if bits < best.bits {
        best = CodeChoice(shifts: SIMD4(UInt8(shift), 0, 0, 0), compressedPlanes: planes, bits: bits)
      }
    }
    return best
  }
}
