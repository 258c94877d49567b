// PickleText.swift -- bytes of a pickle as text: legacy strings, raw-unicode-escape, quoting for messages.

/// Bytes of a pickle as text.
package enum PickleText {
  /// The text of a Python 2 string or a NumPy `S` element: UTF-8 where it is that, else Latin-1.
  package static func text(ofLegacy bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
  }

  /// Decodes raw-unicode-escape, or returns nil where it is malformed or holds half of a surrogate pair.
  static func rawUnicode(_ bytes: some Collection<UInt8>) -> String? {
    if bytes.allSatisfy({ $0 < 0x80 && $0 != 0x5C }) { return String(decoding: bytes, as: UTF8.self) }
    var scalars = String.UnicodeScalarView()
    var rest = Array(bytes)[...]
    var high: UInt32?
    while let byte = rest.popFirst() {
      var value = UInt32(byte)
      if byte == 0x5C {
        guard let kind = rest.popFirst(), kind == 0x75 || kind == 0x55 else { return nil }
        let digits = rest.prefix(kind == 0x75 ? 4 : 8)
        guard digits.count == (kind == 0x75 ? 4 : 8) else { return nil }
        value = 0
        for digit in digits {
          guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue, value <= 0xFFF_FFFF else { return nil }
          value = value << 4 | UInt32(nibble)
        }
        rest = rest.dropFirst(digits.count)
      }
      // Narrow builds of Python 2 write a code point above 0xFFFF as two escapes.
      if let first = high {
        guard (0xDC00..<0xE000).contains(value) else { return nil }
        value = 0x10000 + (first - 0xD800) << 10 + (value - 0xDC00)
        high = nil
      } else if (0xD800..<0xDC00).contains(value) {
        high = value
        continue
      }
      guard let scalar = Unicode.Scalar(value) else { return nil }
      scalars.append(scalar)
    }
    return high == nil ? String(scalars) : nil
  }

  /// Bytes in quotes for a message: printable ASCII as it is, the rest as `\xHH`, at most 60 of them.
  package static func quoted(_ bytes: some Collection<UInt8>) -> String {
    var text = "'"
    for byte in bytes.prefix(60) {
      if (32...126).contains(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text + (bytes.count > 60 ? "…'" : "'")
  }
}
