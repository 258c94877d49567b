// ChunkCodec.swift -- the closed list of ways in which a chunk is stored.

package import TrajectoryModel

/// How the bytes of a chunk are made from its values; the raw value stands in the chunk directory.
///
/// Numbers 64 to 127 are kept for codecs that predict a statistic from the chunks of other statistics of the same row
/// group; the directory has room to name three of them.
package enum ChunkCodec: UInt8, Sendable, Hashable, CaseIterable {
  /// The values as they are, epoch by epoch.
  case raw = 0
  /// Byte planes of each value by itself.
  case planes = 1
  /// Byte planes of the difference of each value from the same example's at the epoch before.
  case deltaPlanes = 2
}

/// What the values of a chunk are, before they are stored.
package struct ChunkShape: Sendable, Hashable {
  /// The number of epochs, the slow axis of the block.
  package let epochCount: Int
  /// The number of examples, the fast axis of the block.
  package let exampleCount: Int
  /// The type of the values.
  package let elementType: ElementType

  /// Makes a shape.
  package init(epochCount: Int, exampleCount: Int, elementType: ElementType) {
    self.epochCount = epochCount
    self.exampleCount = exampleCount
    self.elementType = elementType
  }

  /// The number of values.
  package var valueCount: Int { epochCount * exampleCount }
  /// Bytes of the values.
  package var byteCount: Int { valueCount * elementType.byteCount }
}

/// What the chunk directory says about how a chunk is stored.
package struct ChunkStorage: Sendable, Hashable {
  /// The codec.
  package let codec: ChunkCodec
  /// Whether a Float64 chunk is stored as Float32, which gives the same Float64 bits.
  package let isNarrowed: Bool

  /// Makes a description.
  package init(codec: ChunkCodec, isNarrowed: Bool) {
    self.codec = codec
    self.isNarrowed = isNarrowed
  }
}
