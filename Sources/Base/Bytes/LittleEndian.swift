// LittleEndian.swift -- numbers in bytes, least significant byte first.

extension [UInt8] {
  /// Appends a number, least significant byte first.
  @inlinable package mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    var rest = value
    for _ in 0..<(value.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}

extension RawSpan {
  /// The number at an offset, which must be inside, least significant byte first.
  @inlinable package func littleEndian<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as _: Number.Type)
    -> Number
  {
    // SAFETY: every bit pattern is a number; the load checks the offset and needs no alignment.
    Number(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// The Float64 at an offset, which must be inside.
  @inlinable package func float64(at offset: Int) -> Double {
    Double(bitPattern: littleEndian(at: offset, as: UInt64.self))
  }
}
