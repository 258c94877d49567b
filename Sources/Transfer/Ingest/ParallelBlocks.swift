// ParallelBlocks.swift -- reads an array of examples block by block, the parts of a block on several threads.

import Base
import Formats
import Synchronization

/// Reads an array of examples block by block, the parts of a block on several threads.
///
/// Escaped text of an old pickle takes longer to decode than to compress, so one thread would hold up the others.
struct ParallelBlocks {
  /// Bytes of one part; threads only ever touch parts of their own.
  private final class Part: Sendable {
    let bytes = Mutex<[UInt8]>([])
  }

  private var blocks: ExampleBlocks
  private let parts: [Part]
  private let partSize: Int
  private let work: WorkContext
  private var position = 0

  /// - Parameters:
  ///   - blocks: The array, at its start.
  ///   - partSize: Examples of one part.
  ///   - work: How the work is done; as many parts are read at once, or one where the array must be read in order.
  init(_ blocks: ExampleBlocks, partSize: Int, work: WorkContext) {
    self.blocks = blocks
    self.partSize = partSize
    self.work = work
    parts = (0..<(blocks.isRandomAccess ? work.threads : 1)).map { _ in Part() }
  }

  /// Reads the next examples and hands them on in order, one part after the other.
  ///
  /// - Returns: The number of examples; 0 at the end.
  mutating func next(
    _ body: (_ values: RawSpan, _ exampleCount: Int) throws(EngramError) -> Void
  ) throws(EngramError) -> Int {
    let (blocks, parts, start, size) = (blocks, parts, position, partSize)
    let ranges = parts.indices.map { index in
      let first = min(start + index * size, blocks.exampleCount)
      return first..<min(first + size, blocks.exampleCount)
    }
    try parallelFor(count: parts.count, work: work) { (index, _) throws(EngramError) in
      try parts[index].bytes.withLock { (bytes) throws(EngramError) in
        let needed = ranges[index].count * blocks.bytesPerExample
        if bytes.count != needed { bytes = [UInt8](repeating: 0, count: needed) }
        var span = bytes.mutableSpan
        // SAFETY: every bit pattern is a UInt8.
        var raw = unsafe span.mutableBytes
        try blocks.read(examples: ranges[index], into: &raw)
      }
    }
    for (part, range) in zip(parts, ranges) where !range.isEmpty {
      try part.bytes.withLock { (bytes) throws(EngramError) in unsafe try body(bytes.span.bytes, range.count) }
    }
    position = ranges.last?.upperBound ?? start
    return position - start
  }
}
