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

  /// The strides of a matrix of the published feature order, statistic by statistic.
  @unsafe init(
    _ examples: ExampleSet, _ columns: TrajectoryColumns, elementType: ElementType, layout: MatrixLayout,
    base: UnsafeMutableRawPointer
  ) {
    self.examples = examples
    unsafe self.base = base
    self.elementType = elementType
    let count = examples.count
    let isRowMajor = layout == .rowMajor
    exampleStride = isRowMajor ? columns.count : 1
    epochStride = isRowMajor ? 1 : count
    statisticStride = columns.epochs.count * epochStride
  }

  /// The strides of the canonical order [example][epoch][statistic], in which recordings arrive.
  @unsafe init(
    canonical examples: ExampleSet, _ columns: TrajectoryColumns, elementType: ElementType,
    base: UnsafeMutableRawPointer
  ) {
    self.examples = examples
    unsafe self.base = base
    self.elementType = elementType
    exampleStride = columns.count
    epochStride = columns.statistics.count
    statisticStride = 1
  }
}
