// CodeLayout.swift -- how the codes of a chunk are best stored: the shift of each epoch, and whether zstd pays.

import CCodecKernels
import TrajectoryModel

/// How the codes of a chunk are best stored, and what that costs.
///
/// What is above the packed low bits of an epoch is either rare, and stored as exceptions, which the number of codes of each
/// length in bits tells, or frequent, and left to zstd where that pays, which the entropy of its bytes tells.
struct CodeLayout {
  /// What an exception costs: its gap and its byte.
  fileprivate static let exceptionBits = 16.0
  /// The number of exceptions of a row.
  fileprivate static let exceptionCountBits = 16.0
  /// The most exceptions of a row, so that their number and the longest gaps between them fit into 16 bits.
  fileprivate static let mostExceptions: UInt32 = 65_000
  /// What starting zstd for a chunk is worth: its header, and its tables, which take longer to build than to use.
  private static let frameBits = 2048.0

  /// The low bits that are packed, for each epoch.
  private(set) var shifts: [UInt8] = []
  /// The byte planes of each epoch that are left to zstd, one bit for each.
  private(set) var compressedPlanes: [UInt8] = []

  /// From so many epochs on every second one is enough to compare ways to make codes, in half the time.
  private static let manyEpochs = 8

  /// What codes cost without zstd, in bits, of many epochs every second one; tells which of several ways to make codes is best.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][example]`, as wide as the type.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - limit: From here on it does not matter how many bits there are.
  /// - Returns: The bits of the best layout of these epochs without zstd, or some from the limit on.
  static func plainCost<Word: CodeWord>(_ codes: UnsafePointer<Word>, shape: ChunkShape, limit: Double) -> Double {
    var bits = 0.0
    // The first epoch is the same with and without differences.
    let (first, step) = shape.epochCount < manyEpochs ? (0, 1) : (1, 2)
    for epoch in stride(from: first, to: shape.epochCount, by: step) where bits < limit {
      unsafe bits += CodeRow(codes, epoch, of: shape).plainChoice.bits
    }
    return bits
  }

  /// Finds the layout of codes.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][example]`, as wide as the type.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  ///   - worthCompressing: What a byte must save, as a share of a byte, to be worth the time that zstd takes.
  ///   - bytes: Room for a byte of each example.
  init<Word: CodeWord>(
    _ codes: UnsafePointer<Word>, shape: ChunkShape, countLog: [Double], worthCompressing: Double,
    bytes: UnsafeMutablePointer<UInt8>
  ) {
    var plainShifts: [UInt8] = []
    var (plainCost, framedCost) = (0.0, Self.frameBits)
    for epoch in 0..<shape.epochCount {
      let row = unsafe CodeRow(codes, epoch, of: shape)
      let plain = row.plainChoice
      let framed = unsafe row.framedChoice(
        orElse: plain, countLog: countLog, timeBits: Double(shape.exampleCount) * 8 * worthCompressing, bytes: bytes)
      plainShifts.append(UInt8(plain.shift))
      plainCost += plain.bits
      shifts.append(UInt8(framed.shift))
      compressedPlanes.append(framed.compressedPlanes)
      framedCost += framed.bits
    }
    if plainCost <= framedCost {
      shifts = plainShifts
      compressedPlanes = Array(repeating: 0, count: shape.epochCount)
    }
  }
}

/// A way to store the codes of an epoch.
private struct Choice {
  var shift: Int
  var compressedPlanes: UInt8 = 0
  var bits: Double
}

/// The codes of one epoch, and what it costs to store them in one way or another.
@safe private struct CodeRow<Word: CodeWord> {
  private let codes: UnsafePointer<Word>
  private let count: Int
  /// The bits in which codes differ.
  private let varying: Word
  /// For each length in bits, the number of codes that are longer.
  private let longer: [UInt32]

  init(_ block: UnsafePointer<Word>, _ epoch: Int, of shape: ChunkShape) {
    count = shape.exampleCount
    // SAFETY: the codes of an epoch follow those of the one before.
    unsafe codes = block + epoch * count
    var counts = Array(repeating: UInt32(0), count: 65)
    // SAFETY: there are `count` codes, and a number for every length.
    varying = unsafe Word.lengths(codes, count, &counts)
    var sum: UInt32 = 0
    for length in stride(from: Word.bitWidth, through: 0, by: -1) {
      (counts[length], sum) = (sum, sum + counts[length])
    }
    longer = counts
  }

  private var width: Int { Word.bitWidth }

  /// Whether all codes are the same.
  private var isConstant: Bool { varying == 0 }

  /// Bits of the packed low bits, for each bit of a code.
  private var laneBits: Double { Double((count + width - 1) / width * width) }

  /// What it costs to store a byte plane as exceptions; a byte of zero in it costs nothing, which is not seen here.
  private func sparseBits(from shift: Int) -> Double {
    longer[shift] == 0
      ? 0 : CodeLayout.exceptionCountBits + CodeLayout.exceptionBits * Double(longer[shift])
  }

  /// The best way without zstd.
  var plainChoice: Choice {
    if isConstant {
      // One byte for each plane up to the highest bit.
      let length = longer.firstIndex(of: 0) ?? width
      return Choice(shift: 0, bits: Double((length + 7) / 8 * 8))
    }
    var best = Choice(shift: width, bits: laneBits * Double(width))
    for shift in 0..<width where longer[shift] < CodeLayout.mostExceptions {
      var bits = laneBits * Double(shift)
      var plane = shift
      while plane < width {
        bits += sparseBits(from: plane)
        plane += 8
      }
      if bits < best.bits { best = Choice(shift: shift, bits: bits) }
    }
    return best
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
    orElse other: Choice, countLog: [Double], timeBits: Double, bytes: UnsafeMutablePointer<UInt8>
  ) -> Choice {
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
      if bits < best.bits { best = Choice(shift: shift, compressedPlanes: planes, bits: bits) }
    }
    return best
  }
}
