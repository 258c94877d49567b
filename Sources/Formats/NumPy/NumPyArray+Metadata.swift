// NumPyArray+Metadata.swift -- the elements of a one-dimensional array as values of metadata.

package import Base
package import TrajectoryModel

extension NumPyArray {
  /// Bytes that ``metadataValues()`` takes: the payload, and a value for each element, with its text.
  package var heldAsMetadata: Int {
    let values = (shape.first ?? 0).multipliedReportingOverflow(by: MemoryLayout<MetadataValue>.stride)
    let texts = type.kind == .unicode || type.kind == .bytes ? payload.byteCount : 0
    let (total, overflows) = values.partialValue.addingReportingOverflow(payload.byteCount)
    return values.overflow || overflows ? .max : total.addingReportingOverflow(texts).overflow ? .max : total + texts
  }

  /// The elements of a one-dimensional array.
  ///
  /// Whole numbers and booleans (1 and 0) become integers, floats reals, text text without the NULs that pad it.
  /// NaN becomes null.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for an array that is not one-dimensional, a whole number above
  ///   `Int64.max`, or text that is not Unicode; `limit` above ``MemoryBudget/forOneInput``; whatever the payload throws.
  package func metadataValues() throws(EngramError) -> [MetadataValue] {
    guard shape.count == 1 else {
      throw EngramError(
        .invalidData, "the array \(name) is not one-dimensional", expected: "one value for each example",
        found: "shape \(shape)")
    }
    try MemoryBudget.require(heldAsMetadata, of: 1, what: "the array \(name) as metadata")
    switch (type.kind, type.byteCount) {
    case (.boolean, _): return try values { (bits: UInt8) in .integer(bits == 0 ? 0 : 1) }
    case (.integer, 1): return try values { (bits: UInt8) in .integer(Int64(Int8(bitPattern: bits))) }
    case (.integer, 2): return try values { (bits: UInt16) in .integer(Int64(Int16(bitPattern: bits))) }
    case (.integer, 4): return try values { (bits: UInt32) in .integer(Int64(Int32(bitPattern: bits))) }
    case (.integer, _): return try values { (bits: UInt64) in .integer(Int64(bitPattern: bits)) }
    case (.unsigned, 1): return try values { (bits: UInt8) in .integer(Int64(bits)) }
    case (.unsigned, 2): return try values { (bits: UInt16) in .integer(Int64(bits)) }
    case (.unsigned, 4): return try values { (bits: UInt32) in .integer(Int64(bits)) }
    case (.unsigned, _):
      return try values { (bits: UInt64) throws(EngramError) in
        guard let value = Int64(exactly: bits) else {
          throw EngramError(
            .invalidData, "a whole number of the array \(name) is too large", expected: "at most \(Int64.max)",
            found: "\(bits)", mend: "save the array as text")
        }
        return .integer(value)
      }
    case (.float, 2): return try values { (bits: UInt16) in Self.real(Double(Float16(bitPattern: bits))) }
    case (.float, 4): return try values { (bits: UInt32) in Self.real(Double(Float(bitPattern: bits))) }
    case (.float, _): return try values { (bits: UInt64) in Self.real(Double(bitPattern: bits)) }
    case (.bytes, _): return try texts { (units: ArraySlice<UInt8>) in String(validating: units, as: UTF8.self) }
    case (.unicode, _):
      return try texts { (units: ArraySlice<UInt32>) in
        var scalars = String.UnicodeScalarView()
        for unit in units {
          guard let scalar = Unicode.Scalar(type.isBigEndian ? unit.byteSwapped : unit) else { return nil }
          scalars.append(scalar)
        }
        return String(scalars)
      }
    }
  }

  /// The elements of a one-dimensional array of text.
  ///
  /// - Throws: As ``metadataValues()``, and `invalidData` when the elements are not text.
  package func names() throws(EngramError) -> [String] {
    guard type.kind == .unicode || type.kind == .bytes else {
      throw EngramError(
        .invalidData, "the array \(name) does not hold names", expected: "an array of text", found: type.name)
    }
    return try metadataValues().map { value in if case .text(let text) = value { text } else { "" } }
  }

  /// A real value, or null for NaN.
  private static func real(_ value: Double) -> MetadataValue { value.isNaN ? .null : .real(value) }

  /// Every element of a fixed-width number.
  private func values<Raw: FixedWidthInteger & BitwiseCopyable>(
    _ convert: (Raw) throws(EngramError) -> MetadataValue
  ) throws(EngramError) -> [MetadataValue] {
    var values: [MetadataValue] = []
    let raw: [Raw] = try units()
    values.reserveCapacity(raw.count)
    for element in raw { values.append(try convert(type.isBigEndian ? element.byteSwapped : element)) }
    return values
  }

  /// Every element of text, without the NULs that pad it.
  private func texts<Unit: FixedWidthInteger & BitwiseCopyable>(
    _ decode: (ArraySlice<Unit>) -> String?
  ) throws(EngramError) -> [MetadataValue] {
    let units: [Unit] = try units()
    let width = type.byteCount / MemoryLayout<Unit>.size
    var values: [MetadataValue] = []
    values.reserveCapacity(shape[0])
    // Columns of metadata repeat a few words; equal neighbours share one text.
    var last: (units: ArraySlice<Unit>, value: MetadataValue)?
    for index in 0..<shape[0] {
      let padded = units[(index * width)..<((index + 1) * width)]
      if let last, last.units == padded {
        values.append(last.value)
        continue
      }
      let end = padded.lastIndex { $0 != 0 }.map { $0 + 1 } ?? padded.startIndex
      guard let text = decode(padded[..<end]) else {
        throw EngramError(
          .invalidData, "a text of the array \(name) is not Unicode", place: "element \(index)",
          mend: type.kind == .bytes ? "save it as array.astype(str)" : nil)
      }
      values.append(.text(text))
      last = (padded, .text(text))
    }
    return values
  }

  /// The whole payload as fixed-width units in file order.
  private func units<Unit: FixedWidthInteger & BitwiseCopyable>() throws(EngramError) -> [Unit] {
    var units = [Unit](repeating: 0, count: payload.byteCount / MemoryLayout<Unit>.size)
    var span = units.mutableSpan
    // SAFETY: every bit pattern is a value of a fixed-width integer.
    var bytes = unsafe span.mutableBytes
    try payload.read(at: 0, into: &bytes)
    return units
  }
}
