// DestinationRows.swift -- where in memory the values of one set of examples go.

import TrajectoryModel

/// Where the values of one set of examples go: a block of memory and the strides of its three axes.
///
/// The value of the k-th example of the set, statistic s and sample e goes to element
/// `k * exampleStride + s * statisticStride + e * sampleStride`.
@safe struct DestinationRows: @unchecked Sendable {
  // SAFETY of @unchecked: every (example, statistic, sample) has its own element, and each is written by one thread.
  let examples: ExampleSet
  let base: UnsafeMutableRawPointer
  let elementType: ElementType
  let exampleStride: Int
  let statisticStride: Int
  let sampleStride: Int

  /// The elements of a matrix after the columns for positions; nil where there are none.
  ///
  /// The result must not outlive the matrix's loan.
  @unsafe init?(_ examples: ExampleSet, _ columns: FeatureColumns, in matrix: borrowing MutableMatrixSpan) {
    guard let start = unsafe matrix.base, matrix.rows > 0, matrix.columns > columns.positionCount else { return nil }
    self.examples = examples
    elementType = matrix.elementType
    exampleStride = matrix.rowStride
    switch columns.order {
    case .byStatistic:
      statisticStride = columns.samplesPerStatistic * matrix.columnStride
      sampleStride = matrix.columnStride
    case .bySample:
      statisticStride = matrix.columnStride
      sampleStride = columns.statistics.count * matrix.columnStride
    }
    // SAFETY: the matrix has more columns than those for positions.
    unsafe base = start + columns.positionCount * matrix.columnStride * elementType.byteCount
  }

  /// A block of memory with strides of its own.
  ///
  /// The result must not outlive the memory.
  @unsafe init(
    _ examples: ExampleSet, base: UnsafeMutableRawPointer, elementType: ElementType, exampleStride: Int,
    statisticStride: Int, sampleStride: Int
  ) {
    self.examples = examples
    unsafe self.base = base
    self.elementType = elementType
    self.exampleStride = exampleStride
    self.statisticStride = statisticStride
    self.sampleStride = sampleStride
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
