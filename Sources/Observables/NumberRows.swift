// NumberRows.swift -- rows of numbers that the kernels measure, on several threads.

import Base
import CObservableKernels
public import TrajectoryModel

/// Rows of numbers of one type, lent for reading.
@safe struct NumberRows: ~Escapable, @unchecked Sendable {
  // SAFETY of @unchecked: nobody writes to the memory while it is lent.
  /// The number of rows.
  let rowCount: Int
  /// Numbers of a row.
  let columnCount: Int
  /// The type of the numbers.
  let type: ElementType
  @unsafe let base: UnsafeRawPointer?

  /// Shows the numbers of a span as rows.
  ///
  /// - Precondition: They are rows of `columnCount` numbers each.
  @_lifetime(copy numbers)
  init<Number: MeasurableNumber>(_ numbers: Span<Number>, columnCount: Int) {
    precondition(columnCount > 0 && numbers.count % columnCount == 0, "the numbers are whole rows")
    precondition(MemoryLayout<Number>.stride == Number.elementType.byteCount, "the numbers are as their type says")
    rowCount = numbers.count / columnCount
    self.columnCount = columnCount
    type = Number.elementType
    // SAFETY: the address is used only while this value lives, which is no longer than the span.
    unsafe base = numbers.withUnsafeBufferPointer { unsafe UnsafeRawPointer($0.baseAddress) }
  }

  /// Measures some rows into `statistics`, which has room for them.
  func measure(_ rows: Range<Int>, scratch: KernelScratch, into statistics: inout MutableSpan<Double>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "the rows are inside")
    precondition(statistics.count == rows.count * rowStatisticCount, "the statistics have room")
    let first = rows.lowerBound * columnCount
    unsafe statistics.withUnsafeMutableBufferPointer { buffer in
      guard let base = unsafe base, let out = buffer.baseAddress else { return }
      // SAFETY: the rows lie in the memory, the precondition gives the room for the statistics, and the scratch memory is
      // as large as the kernels ask and used by one thread at a time.
      switch type {
      case .float32:
        unsafe engram_row_statistics_32(
          base.assumingMemoryBound(to: Float.self) + first, rows.count, columnCount,
          scratch.memory.assumingMemoryBound(to: UInt32.self), out)
      case .float64:
        unsafe engram_row_statistics_64(
          base.assumingMemoryBound(to: Double.self) + first, rows.count, columnCount,
          scratch.memory.assumingMemoryBound(to: UInt64.self), out)
      }
    }
  }

  /// For every row its norm and that of its squares.
  func norms() -> [Double] {
    var norms = [Double](repeating: 0, count: 2 * rowCount)
    unsafe norms.withUnsafeMutableBufferPointer { buffer in
      guard let base = unsafe base, let out = buffer.baseAddress else { return }
      // SAFETY: the rows lie in the memory, and there are two elements for each.
      switch type {
      case .float32:
        unsafe engram_row_norms_32(base.assumingMemoryBound(to: Float.self), rowCount, columnCount, out)
      case .float64:
        unsafe engram_row_norms_64(base.assumingMemoryBound(to: Double.self), rowCount, columnCount, out)
      }
    }
    return norms
  }

  /// Copies chosen columns of a row as Float64, in ascending order, each with noise on top where there is some.
  func copy(
    row: Int, columns: Bitmap?, noise: (sd: Double, deviates: Span<Double>)?, into out: inout MutableSpan<Double>
  ) {
    guard let columns else {
      for column in out.indices { out[column] = number(row, column, noise) }
      return
    }
    for (index, column) in columns.members.enumerated() { out[index] = number(row, column, noise) }
  }

  /// One number as Float64, with noise on top where there is some.
  private func number(_ row: Int, _ column: Int, _ noise: (sd: Double, deviates: Span<Double>)?) -> Double {
    precondition(row >= 0 && row < rowCount && column >= 0 && column < columnCount, "the number is inside")
    guard let base = unsafe base else { return .nan }
    // SAFETY: the number is inside the memory.
    let value =
      type == .float32
      ? Double(unsafe base.load(fromByteOffset: (row &* columnCount &+ column) &* 4, as: Float.self))
      : unsafe base.load(fromByteOffset: (row &* columnCount &+ column) &* 8, as: Double.self)
    if let noise { return value + noise.sd * noise.deviates[column] }
    return value
  }
}

/// Statistics that the kernels find of a row.
let rowStatisticCount = Int(ENGRAM_ROW_STATISTICS)

/// Memory that a thread needs to find values by their rank.
@safe final class KernelScratch: @unchecked Sendable {
  // SAFETY of @unchecked: only one thread at a time has a scratch memory.
  @unsafe let memory: UnsafeMutableRawPointer

  init() {
    unsafe memory = .allocate(byteCount: Int(ENGRAM_SCRATCH_COUNT) * 8, alignment: 64)
  }

  deinit { unsafe memory.deallocate() }
}

/// A type of numbers that can be measured: Float or Double.
public protocol MeasurableNumber: Sendable, BitwiseCopyable {
  /// Which one it is.
  static var elementType: ElementType { get }
}

extension Float: MeasurableNumber {
  /// Float32.
  public static var elementType: ElementType { .float32 }
}

extension Double: MeasurableNumber {
  /// Float64.
  public static var elementType: ElementType { .float64 }
}
