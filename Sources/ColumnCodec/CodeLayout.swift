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
      bits += unsafe withRow(codes, epoch, of: shape) { $0.plainChoice.bits }
    }
    return bits
  }

  /// Does something with the codes of an epoch, counted.
  private static func withRow<Word: CodeWord, Result>(
    _ codes: UnsafePointer<Word>, _ epoch: Int, of shape: ChunkShape, _ body: (CodeRow<Word>) -> Result
  ) -> Result {
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: CodeRow<Word>.lengthCount) { lengths in
      guard let base = lengths.baseAddress else { preconditionFailure("there is room for a number of each length") }
      // SAFETY: the codes of an epoch follow those of the one before.
      return unsafe body(
        CodeRow(codes + epoch * shape.exampleCount, count: shape.exampleCount, lengths: base))
    }
  }

  /// The epochs by which ways to make codes are compared.
  ///
  /// The first is the same with and without differences.
  private static func epochsToCompare(_ shape: ChunkShape) -> StrideTo<Int> {
    shape.epochCount < manyEpochs
      ? stride(from: 0, to: shape.epochCount, by: 1) : stride(from: 1, to: shape.epochCount, by: 2)
  }

  /// Whether grades save enough.
  ///
  /// - Parameters:
  ///   - rows: The codes of each epoch in grades.
  ///   - shape: The axes of the codes, of the examples that are not copies.
  ///   - worth: The bits that must be saved of each code.
  /// - Returns: Whether they save more, by the epochs by which ways to make codes are compared.
  static func pays<Word: CodeWord>(_ rows: [GradedRow<Word>], shape: ChunkShape, worth: Double) -> Bool {
    epochsToCompare(shape).reduce(0) { saved, epoch in
      saved + rows[epoch].wholeBits - rows[epoch].plainChoice.bits - worth * Double(shape.exampleCount)
    } > 0
  }

  /// Finds the layout of codes of several grades.
  ///
  /// - Parameters:
  ///   - rows: The codes of each epoch.
  ///   - shape: Their axes, of the examples that are not copies.
  ///   - gradeCount: The number of grades.
  ///   - countLog: `c * log2(c)` for every c up to the number of examples.
  ///   - worthCompressing: What a byte must save, as a share of a byte, to be worth the time that zstd takes.
  ///   - bytes: Room for a byte of each example.
  init<Word: CodeWord>(
    _ rows: [GradedRow<Word>], shape: ChunkShape, gradeCount: Int, countLog: [Double], worthCompressing: Double,
    bytes: UnsafeMutablePointer<UInt8>
  ) {
    self.init(epochs: shape.epochCount, grades: gradeCount) { epoch in
      let framed = unsafe rows[epoch].framedChoice(
        overlap: Self.gradedOverlap, countLog: countLog,
        timeBits: Double(shape.exampleCount) * 8 * worthCompressing, bytes: bytes)
      return (rows[epoch].plainChoice, framed)
    }
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
    self.init(epochs: shape.epochCount, grades: 1) { epoch in
      unsafe Self.withRow(codes, epoch, of: shape) { row in
        let plain = row.plainChoice
        let framed = unsafe row.framedChoice(
          orElse: plain, countLog: countLog, timeBits: Double(shape.exampleCount) * 8 * worthCompressing, bytes: bytes)
        return (plain, framed)
      }
    }
  }

  /// The best ways of all epochs, either all without zstd or each as is best for it.
  private init(epochs: Int, grades: Int, rows: (_ epoch: Int) -> (plain: CodeChoice, framed: CodeChoice)) {
    var plainShifts: [UInt8] = []
    var (plainCost, framedCost) = (0.0, Self.frameBits)
    for epoch in 0..<epochs {
      let (plain, framed) = rows(epoch)
      for grade in 0..<grades {
        plainShifts.append(plain.shifts[grade])
        shifts.append(framed.shifts[grade])
      }
      plainCost += plain.bits
      compressedPlanes.append(framed.compressedPlanes)
      framedCost += framed.bits
    }
    if plainCost <= framedCost {
      shifts = plainShifts
      compressedPlanes = Array(repeating: 0, count: epochs)
    }
  }
}
