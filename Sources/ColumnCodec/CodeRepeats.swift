// CodeRepeats.swift -- the codes of the first epoch where many are repeated: networks that start alike are alike before they learn.
//   The part of a chunk (schema/FORMAT.md, "Repeats"), of m examples that are not copies:
//     count         u16, the number of repeats
//     repeats       each three u16: codes before it that stand for themselves, codes that it repeats, how far back they are
//     codes         those that stand for themselves, in their order, as wide as the type

import Base
import CCodecKernels

/// The codes of the first epoch as runs of earlier ones and others; keeps its memory.
@safe struct CodeRepeats: ~Copyable {
  private var heads = Scratch()
  private var repeats = Scratch()
  private var alone = Scratch()

  /// Finds repeats.
  ///
  /// - Parameters:
  ///   - codes: The codes of one epoch.
  ///   - count: Their number, at most 65,536.
  ///   - limit: The most bytes that the part may have.
  /// - Returns: The part of the chunk, or nil where it would be longer.
  @unsafe mutating func find<Word: CodeWord>(
    _ codes: UnsafePointer<Word>, _ count: Int, limit: Int
  ) -> [UInt8]? {
    let bits = max(4, Int.bitWidth - count.leadingZeroBitCount + 1)
    heads.reserve(MemoryLayout<UInt32>.stride << bits)
    repeats.reserve((count / 2 + 1) * Int(ENGRAM_REPEAT_BYTES))
    alone.reserve(count * MemoryLayout<Word>.stride)
    // SAFETY: the scratch is as large as the kernel asks for.
    let (found, left) = unsafe Word.findRepeats(
      codes, count, bits: bits, heads: heads.base.assumingMemoryBound(to: UInt32.self),
      repeats: repeats.base.assumingMemoryBound(to: UInt8.self), alone: alone.base.assumingMemoryBound(to: Word.self))
    let (repeatByteCount, aloneByteCount) = (found * Int(ENGRAM_REPEAT_BYTES), left * MemoryLayout<Word>.stride)
    guard found <= Int(UInt16.max), 2 + repeatByteCount + aloneByteCount <= limit else { return nil }
    var bytes = [UInt8(truncatingIfNeeded: found), UInt8(truncatingIfNeeded: found >> 8)]
    // SAFETY: the kernel has written so many bytes of both.
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: repeats.base, count: repeatByteCount))
    unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: alone.base, count: aloneByteCount))
    return bytes
  }

  /// Where the parts of a part lie that was checked.
  struct Place {
    /// The number of repeats.
    let count: Int
    /// The offsets of the repeats and of the codes in the chunk, and where they end.
    let (repeats, alone, end): (Int, Int, Int)
  }

  /// Checks the part of a chunk.
  ///
  /// - Parameters:
  ///   - chunk: The whole chunk.
  ///   - start: Where the part starts.
  ///   - codeCount: The examples that are not copies, at least 1.
  ///   - codeByteCount: Bytes of a code.
  /// - Returns: Where its parts lie.
  /// - Throws: `corrupt` when it does not fit into the chunk, repeats reach beyond the examples, or repeat what is before the first.
  static func read(_ chunk: RawSpan, at start: Int, codeCount: Int, codeByteCount: Int) throws(EngramError) -> Place {
    func short(_ byteCount: Int) -> EngramError {
      ChunkDecoder.corrupt(
        "a chunk is shorter than its repeats", start, expected: "\(byteCount) bytes",
        found: "\(max(0, chunk.byteCount - start))")
    }
    guard start + 2 <= chunk.byteCount else { throw short(2) }
    let count = Int(chunk.uint16(at: start))
    let repeats = start + 2
    let alone = repeats + count * Int(ENGRAM_REPEAT_BYTES)
    guard alone <= chunk.byteCount else { throw short(alone - start) }
    // SAFETY: the repeats lie in the chunk.
    let left = unsafe chunk.withUnsafeBytes { bytes in
      unsafe bytes.baseAddress.map {
        unsafe engram_check_repeats($0.assumingMemoryBound(to: UInt8.self) + repeats, count, codeCount)
      } ?? -1
    }
    guard left >= 0 else {
      throw ChunkDecoder.corrupt(
        "a repeat is of no codes", repeats, expected: "\(codeCount) codes, each after those that it repeats",
        found: "others")
    }
    let end = alone + Int(left) * codeByteCount
    guard end <= chunk.byteCount else { throw short(end - start) }
    return Place(count: count, repeats: repeats, alone: alone, end: end)
  }
}
