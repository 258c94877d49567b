// CopiedExamples.swift -- the front of a chunk of which some examples are copies of another statistic.

import CKernels
import TrajectoryModel

/// The front of a chunk: one bit per example, set where it is a copy; empty without a copy source.
struct CopiedExamples {
  /// Bytes of the bits at the start of the chunk.
  let byteCount: Int
  /// Examples that are not copies.
  let keptCount: Int

  /// Reads and checks the front of a chunk.
  ///
  /// - Throws: `corrupt` when the bits do not fit, a spare bit is set, or the source is stored as another type.
  init(_ chunk: RawSpan, _ storage: ChunkStorage, shape: ChunkShape, source: ChunkBlock?) throws(EngramError) {
    guard storage.copySource != nil, let source else {
      byteCount = 0
      keptCount = shape.exampleCount
      return
    }
    let byteCount = Self.byteCount(examples: shape.exampleCount)
    guard chunk.byteCount >= byteCount else {
      throw ChunkDecoder.corrupt(
        "a chunk is shorter than its copies", 0, expected: "\(byteCount) bytes", found: "\(chunk.byteCount)")
    }
    let spare = shape.exampleCount % 8
    guard spare == 0 || chunk.byte(at: byteCount - 1) >> UInt8(spare) == 0 else {
      throw ChunkDecoder.corrupt(
        "a copy is of no example", byteCount - 1, expected: "spare bits of zero", found: "others")
    }
    guard source.storedType == shape.elementType else {
      throw ChunkDecoder.corrupt(
        "examples are copied from another type", 0, expected: shape.elementType.name, found: source.storedType.name)
    }
    // SAFETY: the bits lie in the chunk.
    let copied = unsafe chunk.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map {
        unsafe engram_count_bits($0.assumingMemoryBound(to: UInt8.self), shape.exampleCount)
      } ?? 0
    }
    self.byteCount = byteCount
    keptCount = shape.exampleCount - copied
  }

  /// Bytes of the bits of a number of examples.
  static func byteCount(examples: Int) -> Int { (examples + 7) / 8 }
}

extension engram_residual_plan {
  /// Names the formula and where its statistics lie.
  @unsafe mutating func setPrediction(
    _ predictor: Predictor, _ operand: (Int) -> (values: UnsafeRawPointer, type: ElementType)
  ) {
    // SAFETY: the formula has that many operands; the caller keeps them alive.
    unsafe self.predictor = Int32(predictor.rawValue)
    let first = unsafe operand(0)
    unsafe operands.0 = first.values
    unsafe is_double.0 = first.type == .float64 ? 1 : 0
    if predictor.operandCount > 1 {
      let second = unsafe operand(1)
      unsafe operands.1 = second.values
      unsafe is_double.1 = second.type == .float64 ? 1 : 0
    }
    if predictor.operandCount > 2 {
      let third = unsafe operand(2)
      unsafe operands.2 = third.values
      unsafe is_double.2 = third.type == .float64 ? 1 : 0
    }
  }
}
