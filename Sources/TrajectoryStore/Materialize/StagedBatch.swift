// StagedBatch.swift -- a small append that still lies in the catalog, uncompressed and in canonical order.

import Base
import Catalog
import TrajectoryModel

/// The values of a staged batch, [example][epoch][statistic].
struct StagedBatch: Sendable {
  private let bytes: [UInt8]
  private let elementType: ElementType
  private let epochCount: Int
  private let statisticCount: Int

  /// Checks bytes against the extent they belong to.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when their number or their hash is wrong.
  init(of extent: Extent, bytes: [UInt8]) throws(EngramError) {
    let count = Int(extent.exampleCount) * extent.epochs.count * extent.statistics.count
    let hash = unsafe XXH3.hash128(bytes.span.bytes)
    guard bytes.count == count * extent.elementType.byteCount, hash == extent.valuesHash else {
      throw EngramError(
        .corrupt, "a staged batch is damaged", place: "staged batch of example \(extent.firstExample)",
        expected: "\(count * extent.elementType.byteCount) bytes with hash \(extent.valuesHash)",
        found: "\(bytes.count) bytes with hash \(hash)", mend: "restore the store's catalog from a copy")
    }
    self.bytes = bytes
    elementType = extent.elementType
    epochCount = extent.epochs.count
    statisticCount = extent.statistics.count
  }

  /// One value as Float64; exact, for every Float32 is a Float64.
  func value(example: Int, epoch: Int, statistic: Int) -> Double {
    let index = (example * epochCount + epoch) * statisticCount + statistic
    // SAFETY: `unsafeLoadUnaligned` is checked against the span's bounds, and any bits are a number.
    return elementType == .float32
      ? Double(unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: index * 4, as: Float.self))
      : unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: index * 8, as: Double.self)
  }

  /// Copies one value to an element of a destination, bit for bit where the types agree.
  @unsafe func copy(
    example: Int, epoch: Int, statistic: Int, to base: UnsafeMutableRawPointer, element: Int, as type: ElementType
  ) {
    let index = (example * epochCount + epoch) * statisticCount + statistic
    let source = unsafe bytes.span.bytes
    // SAFETY: the caller owns `element` of `base`; loads are bounds-checked as in `value`.
    switch (elementType, type) {
    case (.float32, .float32):
      let bits = unsafe source.unsafeLoadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
      unsafe base.storeBytes(of: bits, toByteOffset: element * 4, as: UInt32.self)
    case (.float64, .float64):
      let bits = unsafe source.unsafeLoadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      unsafe base.storeBytes(of: bits, toByteOffset: element * 8, as: UInt64.self)
    case (.float32, .float64):
      unsafe base.storeBytes(
        of: value(example: example, epoch: epoch, statistic: statistic), toByteOffset: element * 8, as: Double.self)
    case (.float64, .float32):
      unsafe base.storeBytes(
        of: Float(value(example: example, epoch: epoch, statistic: statistic)), toByteOffset: element * 4,
        as: Float.self)
    }
  }
}
