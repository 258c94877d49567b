// SegmentLimits.swift -- what a segment may hold at most, so that no length in a file is ever trusted.

/// What a segment may hold at most; a file that says more is refused before anything is allocated.
package enum SegmentLimits {
  /// Examples of a segment: 50 million times the published data.
  package static let examples = 1 << 40
  /// Examples of a row group.
  package static let rowGroupSize = 1 << 16
  /// Epochs of a trajectory.
  package static let epochs = 1 << 14
  /// Statistics; 0xffff is no statistic.
  package static let statistics = 1 << 14
  /// Values of an example, epochs times statistics: 8 MiB of Float64.
  package static let valuesPerExample = 1 << 20
  /// Values of a chunk, epochs times examples of a row group: 128 MiB of Float64, which bounds a decoder's memory.
  package static let valuesPerChunk = 1 << 24
  /// Bytes of the name of a statistic.
  package static let nameByteCount = 1024

  /// Examples of a row group as written: smaller chunks cost more each, larger ones slow down the reading of few runs.
  package static let writtenRowGroupSize = 768
  /// Bytes of a row group that a writer holds; wide segments have smaller row groups.
  static let writtenRowGroupByteCount = 1 << 28

  /// The examples of a row group that a writer uses for examples of a size.
  package static func rowGroupSize(exampleByteCount: Int) -> Int {
    var size = writtenRowGroupSize
    while size * exampleByteCount > writtenRowGroupByteCount { size /= 2 }
    return max(1, size)
  }
}
