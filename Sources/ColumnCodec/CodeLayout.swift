// CodeLayout.swift -- how the codes of a chunk are best stored: the shift of each epoch, and whether zstd pays.

import CCodecKernels
import TrajectoryModel

/// How the codes of a chunk are best stored, and what that costs.
///
/// What is above the packed low bits of an epoch is either rare, and stored as exceptions, which the number of codes of each
/// length in bits tells, or frequent, and left to zstd where that pays, which the entropy of its bytes tells.
struct CodeLayout {
  /// What an exception costs: its gap and its byte.
  static let exceptionBits = 16.0
  /// The number of exceptions of a row.
  static let exceptionCountBits = 16.0
  /// The most exceptions of a row, so that their number and the longest gaps between them fit into 16 bits.
  static let mostExceptions: UInt32 = 65_000
  /// What starting zstd for a chunk is worth: its header, and its tables, which take longer to build than to use.
  private static let frameBits = 2048.0

  /// How many bits of the lowest plane left to zstd lie below those that are packed where it is not used: codes of a grade are about as
  /// long as each other, so one such place will do.
  private static let gradedOverlap = 7

  /// The low bits that are packed, for each epoch and in it for each grade.
  private(set) var shifts: [UInt8] = []
  /// The byte planes of each epoch that are left to zstd, one bit for each.
  private(set) var compressedPlanes: [UInt8] = []
  /// What codes cost, in bits, with the time that zstd takes counted as bits.
  private(set) var bits = 0.0

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
    for epoch in epochsToCompare(shape) where bits < limit {
      unsafe bits += CodeRow(codes, epoch, of: shape).plainChoice.bits
    }
    return bits
  }

  /// The epochs by which ways to make codes are compared.
  ///
  /// The first is the same with and without differences.
  private static func epochsToCompare(_ shape: ChunkShape) -> StrideTo<Int> {
    shape.epochCount < manyEpochs
      ? stride(from: 0, to: shape.epochCount, by: 1) : stride(from: 1, to: shape.epochCount, by: 2)
  }

  /// The number of codes by which ways to make them are compared.
  static func comparedCodeCount(_ shape: ChunkShape) -> Int {
    epochsToCompare(shape).reduce(0) { sum, _ in sum + shape.exampleCount }
  }

  /// What codes of several grades cost without zstd at the same epochs, in bits.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][place]`.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - grades: Where the codes of each grade start, then their number.
  /// - Returns: The bits of the best layout of these epochs without zstd.
  static func plainCost<Word: CodeWord>(_ codes: UnsafePointer<Word>, shape: ChunkShape, grades: [Int]) -> Double {
    epochsToCompare(shape).reduce(0) { sum, epoch in
      unsafe sum + GradedRow(codes, epoch, of: shape, grades).plainChoice.bits
    }
  }

  /// Finds the layout of codes of several grades.
  ///
  /// - Parameters:
  ///   - codes: The codes, `[epoch][place]`.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - grades: Where the codes of each grade start, then their number.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  ///   - worthCompressing: What a byte must save, as a share of a byte, to be worth the time that zstd takes.
  ///   - bytes: Room for a byte of each example.
  init<Word: CodeWord>(
    _ codes: UnsafePointer<Word>, shape: ChunkShape, grades: [Int], countLog: [Double], worthCompressing: Double,
    bytes: UnsafeMutablePointer<UInt8>
  ) {
    self.init(
      epochs: shape.epochCount, grades: grades.count - 1,
      rows: { epoch in
        let row = unsafe GradedRow(codes, epoch, of: shape, grades)
        let plain = row.plainChoice
        let framed = unsafe row.framedChoice(
          orElse: plain, overlap: Self.gradedOverlap, countLog: countLog,
          timeBits: Double(shape.exampleCount) * 8 * worthCompressing, bytes: bytes)
        return (plain, framed)
      })
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
    self.init(
      epochs: shape.epochCount, grades: 1,
      rows: { epoch in
        let row = unsafe CodeRow(codes, epoch, of: shape)
        let plain = row.plainChoice
        let framed = unsafe row.framedChoice(
          orElse: plain, countLog: countLog, timeBits: Double(shape.exampleCount) * 8 * worthCompressing, bytes: bytes)
        return (plain, framed)
      })
  }

  /// The best ways of all epochs, either all without zstd or each as is best for it.
  private init(epochs: Int, grades: Int, rows: (_ epoch: Int) -> (plain: CodeChoice, framed: CodeChoice)) {
    var plainShifts: [UInt8] = []
    var (plainCost, framedCost) = (0.0, Self.frameBits)
    for epoch in 0..<epochs {
      let (plain, framed) = rows(epoch)
      plainShifts += plain.shifts
      plainCost += plain.bits
      shifts += framed.shifts
      compressedPlanes.append(framed.compressedPlanes)
      framedCost += framed.bits
    }
    if plainCost <= framedCost {
      shifts = plainShifts
      compressedPlanes = Array(repeating: 0, count: epochs)
    }
    bits = min(plainCost, framedCost) + Double(8 * shifts.count)
  }
}
