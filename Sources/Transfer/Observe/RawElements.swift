// RawElements.swift -- the bytes of an array's elements as numbers, whatever type and byte order they have.

import Base
import Formats
import Observables
import TrajectoryModel

/// A type of numbers that recordings are measured in.
typealias RecordedNumber = MeasurableNumber & BinaryFloatingPoint

extension NumPyType {
  /// The type in which elements are measured, or nil where they are not numbers.
  var measuredType: ElementType? {
    switch (kind, byteCount) {
    case (.float, 2), (.float, 4), (.integer, ...2), (.unsigned, ...2), (.boolean, _): .float32
    case (.float, _), (.integer, _), (.unsigned, _): .float64
    case (.bytes, _), (.unicode, _): nil
    }
  }

  /// Whether elements may be NaN.
  var isFloat: Bool { kind == .float }

  /// Whether elements lie in a file as they lie in memory.
  func isNative(_ type: ElementType) -> Bool { kind == .float && byteCount == type.byteCount && !isBigEndian }

  /// Converts elements that lie anywhere in some bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - count: How many elements.
  ///   - offset: In which byte the element of a number begins.
  ///   - put: Gets the number of an element and its value.
  func convert<Number: RecordedNumber>(
    _ bytes: RawSpan, count: Int, offset: (Int) -> Int, _ put: (Int, Number) -> Void
  ) {
    func each<Raw: FixedWidthInteger & BitwiseCopyable>(_ value: (Raw) -> Number) {
      for index in 0..<count {
        let raw = bytes.littleEndian(at: offset(index), as: Raw.self)
        put(index, value(isBigEndian ? raw.byteSwapped : raw))
      }
    }
    switch (kind, byteCount) {
    case (.boolean, _): each { (bits: UInt8) in bits == 0 ? 0 : 1 }
    case (.float, 2): each { (bits: UInt16) in Number(Float16(bitPattern: bits)) }
    case (.float, 4): each { (bits: UInt32) in Number(Float(bitPattern: bits)) }
    case (.integer, 1): each { (bits: UInt8) in Number(Int8(bitPattern: bits)) }
    case (.integer, 2): each { (bits: UInt16) in Number(Int16(bitPattern: bits)) }
    case (.integer, 4): each { (bits: UInt32) in Number(Int32(bitPattern: bits)) }
    case (.integer, _): each { (bits: UInt64) in Number(Int64(bitPattern: bits)) }
    case (.unsigned, 1): each { (bits: UInt8) in Number(bits) }
    case (.unsigned, 2): each { (bits: UInt16) in Number(bits) }
    case (.unsigned, 4): each { (bits: UInt32) in Number(bits) }
    case (.unsigned, _): each { (bits: UInt64) in Number(bits) }
    default: each { (bits: UInt64) in Number(Double(bitPattern: bits)) }
    }
  }
}
