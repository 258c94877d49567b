// NumPyElements.swift -- elements of NumPy arrays as plain values.

package import Base

/// Elements of NumPy arrays as plain values.
package enum NumPyElements {
  /// Bytes of a payload read at a time.
  private static let blockByteCount = 1 << 20

  /// One element as a value, or nil for text that is no Unicode and for whole numbers beyond 64 bits with sign.
  package static func value(_ bytes: ArraySlice<UInt8>, type: NumPyType) -> PickleValue? {
    switch type.kind {
    case .bytes: return .text(PickleText.text(ofLegacy: trimmed(bytes)))
    case .unicode: return unicode(bytes, isBigEndian: type.isBigEndian).map { .text($0) }
    case .boolean: return .boolean(bytes.first != 0)
    case .float, .integer, .unsigned: break
    }
    var bits: UInt64 = 0
    if type.isBigEndian {
      for byte in bytes { bits = bits << 8 | UInt64(byte) }
    } else {
      for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
    }
    switch (type.kind, type.byteCount) {
    case (.float, 4): return .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case (.float, 8): return .real(Double(bitPattern: bits))
    case (.integer, 1...8):
      let shift = Int64(64 - 8 * type.byteCount)
      return .integer(Int64(bitPattern: bits << UInt64(shift)) >> shift)
    case (.unsigned, 1...8): return Int64(exactly: bits).map { .integer($0) }
    default: return nil
    }
  }

  /// Bytes without the NULs that pad them.
  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var kept = Array(bytes)
    while kept.last == 0 { kept.removeLast() }
    return kept
  }

  /// UTF-32 without the NULs that pad it.
  private static func unicode(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String? {
    var codes: [UInt32] = []
    codes.reserveCapacity(bytes.count / 4)
    var all: UInt32 = 0
    for first in stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4) {
      var code: UInt32 = 0
      for place in 0..<4 { code |= UInt32(bytes[first + place]) << UInt32(8 * (isBigEndian ? 3 - place : place)) }
      codes.append(code)
      all |= code
    }
    while codes.last == 0 { codes.removeLast() }
    // Nearly all names are ASCII, of which the codes are the bytes.
    if all < 0x80 { return String(decoding: codes.lazy.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self) }
    var scalars = String.UnicodeScalarView()
    for code in codes {
      guard let scalar = Unicode.Scalar(code) else { return nil }
      scalars.append(scalar)
    }
    return String(scalars)
  }

  /// Calls a closure with a payload, block by block, each of whole elements.
  package static func forEachBlock(
    of source: any ByteSource, elementByteCount: Int, from start: Int = 0, to end: Int? = nil,
    _ body: (_ offset: Int, _ block: ArraySlice<UInt8>) throws(EngramError) -> Void
  ) throws(EngramError) {
    guard elementByteCount > 0 else { return }
    let end = end ?? source.byteCount
    let blockCount = max(1, blockByteCount / elementByteCount) * elementByteCount
    var block = [UInt8](repeating: 0, count: min(blockCount, max(0, end - start)))
    var offset = start
    while offset < end {
      let count = min(block.count, end - offset)
      try block.withFirst(count) { part throws(EngramError) in try source.read(at: offset, into: &part) }
      try body(offset, block[..<count])
      offset += count
    }
  }

  /// The place in C order of the element that stands at a place in Fortran order.
  package static func placeInC(ofFortran index: Int, shape: [Int]) -> Int {
    var rest = index
    var stride = shape.reduce(1, *)
    var place = 0
    for extent in shape {
      stride /= extent
      place += (rest % extent) * stride
      rest /= extent
    }
    return place
  }
}
