// CopiedExamples.swift -- the front of a chunk of which some examples are copies of another statistic.

import Base
import CCodecKernels
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
