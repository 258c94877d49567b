// ZoneMap.swift -- the range of a chunk's values.

import CCodecKernels
package import TrajectoryModel

/// The range of the values of a chunk, known without decoding it.
package struct ZoneMap: Sendable, Equatable {
  /// The number of values.
  package let count: Int
  /// The number of them that are neither NaN nor infinite.
  package let finiteCount: Int
  /// The least finite value, or +infinity where there is none; negative zero is below zero.
  package let minimum: Double
  /// The greatest finite value, or -infinity where there is none.
  package let maximum: Double

  /// Makes a zone map.
  package init(count: Int, finiteCount: Int, minimum: Double, maximum: Double) {
    self.count = count
    self.finiteCount = finiteCount
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Whether every value is finite.
  package var isAllFinite: Bool { finiteCount == count }
}

extension ZoneMap {
  /// The range of values in memory.
  @unsafe package init(_ values: UnsafeRawPointer, count: Int, elementType: ElementType) {
    // SAFETY: the caller's block holds `count` values of the type.
    let zone =
      unsafe elementType == .float32
      ? engram_zone_32(values.assumingMemoryBound(to: UInt32.self), count)
      : engram_zone_64(values.assumingMemoryBound(to: UInt64.self), count)
    let isEmpty = zone.finite_count == 0
    self.init(
      count: count, finiteCount: Int(zone.finite_count),
      minimum: isEmpty ? .infinity : Self.value(ofOrder: zone.minimum, elementType),
      maximum: isEmpty ? -.infinity : Self.value(ofOrder: zone.maximum, elementType))
  }

  /// The value of an ordered integer, as Float64.
  private static func value(ofOrder order: Int64, _ elementType: ElementType) -> Double {
    switch elementType {
    case .float32:
      let order = Int32(truncatingIfNeeded: order)
      return Double(Float(bitPattern: UInt32(bitPattern: order) ^ (UInt32(bitPattern: order >> 31) >> 1)))
    case .float64:
      return Double(bitPattern: UInt64(bitPattern: order) ^ (UInt64(bitPattern: order >> 63) >> 1))
    }
  }
}
