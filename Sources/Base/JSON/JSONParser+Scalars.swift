// JSONParser+Scalars.swift -- texts and numbers of JSON.

extension JSONParser {
  /// Parses a text in quotes.
  mutating func parseString() throws(EngramError) -> String {
    position += 1
    var decoded: [UInt8] = []
    var plainStart = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let plain = bytes[plainStart..<position]
        position += 1
        if decoded.isEmpty { return String(decoding: plain, as: UTF8.self) }
        decoded.append(contentsOf: plain)
        return String(decoding: decoded, as: UTF8.self)
      }
      if byte == UInt8(ascii: "\\") {
        decoded.append(contentsOf: bytes[plainStart..<position])
        try parseEscape(into: &decoded)
        plainStart = position
        continue
      }
      guard byte >= 0x20 else {
        throw error(
          .corrupt, "a control character stands in a text", expected: "an escape such as \\n", found: describeNext())
      }
      position += 1
    }
    throw ended("the closing quote")
  }

  /// Parses one escape and appends what it stands for.
  private mutating func parseEscape(into decoded: inout [UInt8]) throws(EngramError) {
    let start = position
    position += 1
    guard position < bytes.count else { throw ended("an escape") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
    case UInt8(ascii: "b"): decoded.append(0x08)
    case UInt8(ascii: "f"): decoded.append(0x0C)
    case UInt8(ascii: "n"): decoded.append(0x0A)
    case UInt8(ascii: "r"): decoded.append(0x0D)
    case UInt8(ascii: "t"): decoded.append(0x09)
    case UInt8(ascii: "u"):
      var code = try parseHex4()
      if (0xD800..<0xDC00).contains(code) {
        for byte in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
          guard position < bytes.count else { throw ended("the second half of a surrogate pair") }
          guard bytes[position] == byte else { throw loneSurrogate(at: start) }
          position += 1
        }
        let low = try parseHex4()
        guard (0xDC00..<0xE000).contains(low) else { throw loneSurrogate(at: start) }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate(at: start) }
      decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default:
      throw error(
        .corrupt, "there is no such escape in JSON", at: start, expected: #"one of \" \\ \/ \b \f \n \r \t \u"#,
        found: "\\\(Character(Unicode.Scalar(letter)))")
    }
  }

  /// Parses the four hexadecimal digits of an escape.
  private mutating func parseHex4() throws(EngramError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw ended("four hexadecimal digits") }
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
        throw error(.corrupt, "an escape is wrong", expected: "four hexadecimal digits", found: describeNext())
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }

  /// Parses a number and decides between whole and real.
  mutating func parseNumber() throws(EngramError) -> JSONValue {
    let start = position
    var isWhole = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    try skipDigits()
    if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 {
      throw error(.corrupt, "a number starts with a zero too many", at: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isWhole = false
      position += 1
      try skipDigits()
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) { position += 1 }
      try skipDigits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole {
      if let value = Int64(text) { return .integer(value) }
      if let wide = Int128(text), let value = Double(exactly: wide) { return .real(value) }
    } else if let value = Double(text), value.isFinite {
      return .real(value)
    }
    throw error(
      .invalidData, "a number is beyond what can be held exactly", at: start,
      expected: "a whole number of 64 bits or a finite Double", found: String(text.prefix(60)),
      mend: "write it as text, in quotes")
  }

  /// Steps over one digit or more.
  private mutating func skipDigits() throws(EngramError) {
    let start = position
    while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
    guard position > start else {
      guard position < bytes.count else { throw ended("a digit") }
      throw error(.corrupt, "a number is incomplete", expected: "a digit", found: describeNext())
    }
  }
}
