// ChunkDecoder.swift -- turns the bytes of a chunk into values.
package import TrajectoryModel

/// Turns the bytes of a chunk into values, and hands them out; keeps its memory from chunk to chunk.
package final class ChunkDecoder {
  /// Makes a decoder.
  package init() {}

  /// Decodes a chunk into the decoder's own block of `[epoch][example]`.
  ///
  /// - Parameters:
  ///   - bytes: The chunk; the caller has compared its checksum.
  ///   - storage: How it is stored.
  ///   - shape: What it holds.
  ///   - epochEnd: Decode only the epochs below this one; nil for all.
  package func decode(_ bytes: RawSpan, storage: ChunkStorage, shape: ChunkShape, epochEnd: Int? = nil)
    throws(EngramError)
  {
    throw EngramError(.unsupported, "unfinished")
  }

  /// Writes examples and epochs of the decoded chunk into a matrix.
  ///
  /// Value `(run.source + i, epochs[k])` goes to element `(run.destination + i) * exampleStride + k * epochStride`.
  @unsafe package func scatter(
    runs: Span<RowRun>, epochs: Span<Int32>, elementType: ElementType, exampleStride: Int, epochStride: Int,
    base: UnsafeMutableRawPointer
  ) {}
}
