// MatrixDestination.swift -- where in memory the values of one set of examples go.

import TrajectoryModel

/// Where the values of one set of examples go: a block of memory and the strides of its three axes.
///
/// The value of the k-th example of the set, statistic s and epoch e goes to element
/// `k * exampleStride + s * statisticStride + e * epochStride`.
@safe struct MatrixDestination: @unchecked Sendable {
  // SAFETY of @unchecked: every (example, statistic, epoch) has its own element, and each is written by one thread.
  let examples: ExampleSet
  let base: UnsafeMutableRawPointer
  let elementType: ElementType
  let exampleStride: Int
  let statisticStride: Int
  let epochStride: Int

  /// The strides of a matrix of the published feature order, statistic by statistic, after the columns for positions.
  @unsafe init(
    _ examples: ExampleSet, _ columns: FeatureColumns, elementType: ElementType, layout: MatrixLayout,
    base: UnsafeMutableRawPointer
  ) {
    self.examples = examples
    self.elementType = elementType
    let columnStride = layout == .rowMajor ? 1 : examples.count
    exampleStride = layout == .rowMajor ? columns.count : 1
    epochStride = columnStride
    statisticStride = columns.samplesPerStatistic * columnStride
    // SAFETY: the matrix has at least the columns for positions.
    unsafe self.base = base + columns.positionCount * columnStride * elementType.byteCount
  }

  /// The strides of the canonical order [example][epoch][statistic], in which recordings arrive.
  @unsafe init(
    canonical examples: ExampleSet, statisticCount: Int, sampleCount: Int, elementType: ElementType,
    base: UnsafeMutableRawPointer
  ) {
    self.examples = examples
    unsafe self.base = base
    self.elementType = elementType
    exampleStride = statisticCount * sampleCount
    epochStride = statisticCount
    statisticStride = 1
  }

  /// Stores a value, rounded to the type of the destination.
  func store(_ value: Double, at element: Int) {
    // SAFETY: callers name elements of the block only, as for the kernels.
    if elementType == .float32 {
      unsafe base.storeBytes(of: Float(value), toByteOffset: element * 4, as: Float.self)
    } else {
      unsafe base.storeBytes(of: value, toByteOffset: element * 8, as: Double.self)
    }
  }
}
