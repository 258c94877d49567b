// CodeLayout.swift -- how the codes of a chunk are best stored: the shift of each epoch, and whether zstd pays.

import CKernels
import TrajectoryModel

/// How the codes of a chunk are best stored, and what that costs.
///
/// Found from the number of codes of each length in bits, without looking at a byte of them: what is above the packed low
/// bits of an epoch is either rare, and stored as exceptions, or frequent, and left to zstd where that pays.
struct CodeLayout {
  /// What an exception costs: its gap and its byte.
  private static let exceptionBits = 16.0
  /// The number of exceptions of a row.
  private static let exceptionCountBits = 16.0
  /// What starting zstd for a chunk is worth: its header, and its tables, which take longer to build than to use.
  private static let frameBits = 4096.0

  /// The low bits that are packed, for each epoch.
  private(set) var shifts: [UInt8] = []
  /// Whether the first byte plane of an epoch is left to zstd.
  private(set) var isCompressed: [Bool] = []
  /// The likely size in bits, and what the time to decode is worth.
  private(set) var cost = 0.0

  /// Finds the layout of codes.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][example]`, as wide as the type.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  ///   - worthCompressing: What a byte must save, as a share of a byte, to be worth the time that zstd takes.
  ///   - bytes: Room for a byte of each example.
  init(
    _ codes: UnsafeRawPointer, shape: ChunkShape, countLog: [Double], worthCompressing: Double,
    bytes: UnsafeMutablePointer<UInt8>
  ) {
    let (epochs, count, width) = (shape.epochCount, shape.exampleCount, shape.elementType.byteCount * 8)
    let laneBits = Double((count + width - 1) / width * width)
    let timeBits = Double(count) * 8 * worthCompressing
    var plainShifts: [UInt8] = []
    var (plainCost, framedCost) = (0.0, Self.frameBits)
    var lengths = Array(repeating: UInt32(0), count: 65)
    for epoch in 0..<epochs {
      // SAFETY: the codes of an epoch follow those of the one before.
      let row = unsafe codes + epoch * count * shape.elementType.byteCount
      let isConstant = unsafe Self.countLengths(row, count: count, width: width, &lengths)
      if isConstant {
        // One byte for each plane.
        plainShifts.append(0)
        shifts.append(0)
        isCompressed.append(false)
        plainCost += Double(width)
        framedCost += Double(width)
        continue
      }
      let longer = Self.longer(lengths, width: width)
      var plain = (shift: width, bits: laneBits * Double(width))
      var framed = (shift: width, bits: Double.infinity)
      for shift in stride(from: width - 1, through: 0, by: -1) {
        let low = laneBits * Double(shift)
        // A plane above the first holds what is longer still; zeros in it cost nothing.
        var above = 0.0
        for plane in stride(from: shift + 8, to: width, by: 8) where longer[plane] > 0 {
          above += Self.exceptionCountBits + Self.exceptionBits * Double(longer[plane])
        }
        let sparse = low + above + Self.exceptionCountBits + Self.exceptionBits * Double(longer[shift])
        if longer[shift] < 65_000, sparse < plain.bits { plain = (shift, sparse) }
        let coded = low + above + timeBits + Self.entropy(lengths, above: shift, countLog)
        if coded < framed.bits { framed = (shift, coded) }
      }
      // The estimate takes bits within a length for random; the first epoch's are not.
      for shift in [framed.shift, width - 8, width - 16] {
        unsafe Self.bytes(of: row, count: count, width: width, shift: shift, to: bytes)
        let entropy = unsafe countLog.withUnsafeBufferPointer { table in
          unsafe engram_entropy_bits(bytes, count, table.baseAddress)
        }
        var bits = laneBits * Double(shift) + timeBits + entropy
        for plane in stride(from: shift + 8, to: width, by: 8) where longer[plane] > 0 {
          bits += Self.exceptionCountBits + Self.exceptionBits * Double(longer[plane])
        }
        if bits < framed.bits || shift == framed.shift { framed = (shift, bits) }
      }
      plainShifts.append(UInt8(plain.shift))
      plainCost += plain.bits
      let isWorth = framed.bits < plain.bits
      isCompressed.append(isWorth)
      shifts.append(UInt8(isWorth ? framed.shift : plain.shift))
      framedCost += min(framed.bits, plain.bits)
    }
    if plainCost <= framedCost {
      shifts = plainShifts
      isCompressed = Array(repeating: false, count: epochs)
    }
    cost = min(plainCost, framedCost)
  }

  /// Counts codes by their length; true when all codes are the same.
  private static func countLengths(
    _ row: UnsafeRawPointer, count: Int, width: Int, _ lengths: inout [UInt32]
  ) -> Bool {
    // SAFETY: the row holds `count` codes, and there is a number for every length.
    unsafe width == 32
      ? engram_code_lengths_32(row.assumingMemoryBound(to: UInt32.self), count, &lengths) == 0
      : engram_code_lengths_64(row.assumingMemoryBound(to: UInt64.self), count, &lengths) == 0
  }

  /// The byte of each code that starts at a bit.
  static func bytes(
    of row: UnsafeRawPointer, count: Int, width: Int, shift: Int, to bytes: UnsafeMutablePointer<UInt8>
  ) {
    // SAFETY: the row holds `count` codes, and there is room for as many bytes.
    if width == 32 {
      unsafe engram_code_bytes_32(row.assumingMemoryBound(to: UInt32.self), count, Int32(shift), bytes)
    } else {
      unsafe engram_code_bytes_64(row.assumingMemoryBound(to: UInt64.self), count, Int32(shift), bytes)
    }
  }

  /// For each length, the number of codes that are longer.
  private static func longer(_ lengths: [UInt32], width: Int) -> [UInt32] {
    var longer = Array(repeating: UInt32(0), count: width + 1)
    for length in stride(from: width - 1, through: 0, by: -1) {
      longer[length] = longer[length + 1] + lengths[length + 1]
    }
    return longer
  }

  /// The likely entropy of the byte above a shift, in bits: of the length of what is above, and its random bits.
  private static func entropy(_ lengths: [UInt32], above shift: Int, _ countLog: [Double]) -> Double {
    var below = 0
    for length in 0...shift { below += Int(lengths[length]) }
    var (total, sum, random) = (below, countLog[below], 0.0)
    for length in (shift + 1)..<min(shift + 9, 65) {
      let count = Int(lengths[length])
      total += count
      sum += countLog[count]
      random += Double(count * (length - shift - 1))
    }
    return countLog[total] - sum + random
  }
}
