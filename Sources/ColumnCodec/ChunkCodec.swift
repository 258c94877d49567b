// ChunkCodec.swift -- the closed list of ways in which a chunk is stored.

package import TrajectoryModel

/// How the bytes of a chunk are made from its values; the raw value stands in the chunk directory.
package enum ChunkCodec: UInt8, Sendable, Hashable, CaseIterable {
  /// The values as they are, epoch by epoch.
  case raw = 0
  /// Codes of residuals, which are the values themselves or their differences from a prediction.
  case codes = 1
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

  /// The same values as they are stored: as Float32 where a Float64 chunk is narrowed.
  func stored(isNarrowed: Bool) -> ChunkShape {
    ChunkShape(
      epochCount: epochCount, exampleCount: exampleCount, elementType: isNarrowed ? .float32 : elementType)
  }
}

/// What the chunk directory says about how a chunk is stored.
///
/// The statistics that it names are of the same row group, by their index on the statistic axis.
package struct ChunkStorage: Sendable, Hashable {
  /// The codec.
  package var codec: ChunkCodec
  /// Whether a Float64 chunk is stored as Float32, which gives the same Float64 bits.
  package var isNarrowed = false
  /// Whether residuals are stored as differences along the epochs.
  package var isDifferenced = false
  /// Whether differences are predicted to go on as they were; only with differences.
  package var isTrended = false
  /// Whether codes lie in grades, by the lengths that they have.
  package var isGraded = false
  /// Whether the codes of the first epoch are repeats of each other.
  package var isRepeated = false
  /// The statistics a, b and c of the prediction, or nil where each value stands for itself.
  package var prediction: Prediction?
  /// The statistic of which some examples are copies.
  package var copySource: Int?

  /// Makes a description of a chunk that stands for itself.
  package init(
    codec: ChunkCodec, isNarrowed: Bool = false, isDifferenced: Bool = false, isTrended: Bool = false,
    isGraded: Bool = false, isRepeated: Bool = false, prediction: Prediction? = nil, copySource: Int? = nil
  ) {
    self.codec = codec
    self.isNarrowed = isNarrowed
    self.isDifferenced = isDifferenced
    self.isTrended = isTrended
    self.isGraded = isGraded
    self.isRepeated = isRepeated
    self.prediction = prediction
    self.copySource = copySource
  }

  /// Every statistic that must be decoded first: those of the prediction in order, then the copied one.
  package var dependencies: [Int] {
    let operands = prediction?.operands ?? []
    return if let copySource { operands + [copySource] } else { operands }
  }
}
