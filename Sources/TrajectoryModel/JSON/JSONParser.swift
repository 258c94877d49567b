// JSONParser.swift -- a strict parser of RFC 8259 over bytes that nobody has checked.

/// A cursor over a JSON text.
struct JSONParser {
  /// The whole text.
  private let bytes: [UInt8]
  /// What to name in errors.
  private let file: String?
  /// The next byte.
  private var position = 0
  /// Arrays and objects that are open.
  private var depth = 0

  /// A parser at the start of a text.
  init(bytes: [UInt8], file: String?) {
    self.bytes = bytes
    self.file = file
  }

  /// Parses the one value that a text holds.
  mutating func parseDocument() throws(EngramError) -> JSONValue {
    try checkEncoding()
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    skipSpace()
    let value = try parseValue()
    skipSpace()
    guard position == bytes.count else {
      throw error(.corrupt, "text follows the JSON value", expected: "the end of the text", found: describeNext())
    }
    return value
  }

  /// Refuses bytes that are not UTF-8.
  private func checkEncoding() throws(EngramError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch let problem {
      let isCut = problem.kind == .truncatedScalar && problem.byteOffsets.upperBound == bytes.count
      throw error(
        isCut ? .truncated : .corrupt, isCut ? "the JSON text ends inside a character" : "the JSON text is not UTF-8",
        at: problem.byteOffsets.lowerBound, mend: isCut ? nil : "save the file as UTF-8")
    }
  }

  /// Parses the value at the cursor.
  private mutating func parseValue() throws(EngramError) -> JSONValue {
    guard position < bytes.count else { throw ended("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return .object(try parseObject())
    case UInt8(ascii: "["): return .array(try parseArray())
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "N"), UInt8(ascii: "I"):
      throw error(
        .corrupt, "no JSON value starts here", expected: "a value", found: describeNext(),
        mend: "JSON has no NaN, Infinity or None; write null")
    default: throw error(.corrupt, "no JSON value starts here", expected: "a value", found: describeNext())
    }
  }

  /// Parses `[…]`.
  private mutating func parseArray() throws(EngramError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    if try !closes(with: "]") {
      repeat {
        skipSpace()
        elements.append(try parseValue())
      } while try continues(closing: "]")
    }
    depth -= 1
    return elements
  }

  /// Parses `{…}`.
  private mutating func parseObject() throws(EngramError) -> JSONObject {
    try enter()
    var members: [JSONObject.Member] = []
    var seen: Set<String> = []
    if try !closes(with: "}") {
      repeat {
        skipSpace()
        let start = position
        guard position < bytes.count else { throw ended("a key") }
        guard bytes[position] == UInt8(ascii: "\"") else {
          throw error(.corrupt, "a key must be text in quotes", expected: "\"", found: describeNext())
        }
        let key = try parseString()
        // A few keys are compared one by one; a set pays off only for many.
        if members.count == 16 { seen = Set(members.map(\.key)) }
        let repeats = members.count < 16 ? members.contains { $0.key == key } : !seen.insert(key).inserted
        guard !repeats else {
          throw error(
            .invalidData, "the key \"\(key)\" comes twice in one object", at: start, mend: "remove one of the two")
        }
        skipSpace()
        guard position < bytes.count else { throw ended("a colon") }
        guard bytes[position] == UInt8(ascii: ":") else {
          throw error(.corrupt, "a key must be followed by a colon", expected: ":", found: describeNext())
        }
        position += 1
        skipSpace()
        members.append(JSONObject.Member(key: key, value: try parseValue()))
      } while try continues(closing: "}")
    }
    depth -= 1
    return JSONObject(distinct: members)
  }

  /// Steps over the opening bracket and counts the depth.
  private mutating func enter() throws(EngramError) {
    guard depth < JSONLimits.depth else {
      throw error(.limit, "the JSON text nests too deeply", expected: "at most \(JSONLimits.depth) levels")
    }
    depth += 1
    position += 1
  }

  /// Whether an array or object closes at once; steps over the bracket if so.
  private mutating func closes(with bracket: Character) throws(EngramError) -> Bool {
    skipSpace()
    guard position < bytes.count else { throw ended("\(bracket)") }
    guard bytes[position] == bracket.asciiValue else { return false }
    position += 1
    return true
  }

  /// After an element: whether a comma follows (true) or the closing bracket (false).
  private mutating func continues(closing bracket: Character) throws(EngramError) -> Bool {
    skipSpace()
    guard position < bytes.count else { throw ended("a comma or \(bracket)") }
    let byte = bytes[position]
    guard byte == UInt8(ascii: ",") || byte == bracket.asciiValue else {
      throw error(
        .corrupt, "an element must be followed by a comma or the end", expected: ", or \(bracket)",
        found: describeNext())
    }
    position += 1
    return byte == UInt8(ascii: ",")
  }

  /// Parses `true`, `false` or `null`.
  private mutating func parseWord(_ word: String, _ value: JSONValue) throws(EngramError) -> JSONValue {
    for byte in word.utf8 {
      guard position < bytes.count else { throw ended(word) }
      guard bytes[position] == byte else {
        throw error(.corrupt, "no JSON word is spelt so", expected: word, found: describeNext())
      }
      position += 1
    }
    return value
  }

  /// Parses a text in quotes.
  private mutating func parseString() throws(EngramError) -> String {
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
  private mutating func parseNumber() throws(EngramError) -> JSONValue {
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
      .limit, "a number is beyond what can be held exactly", at: start,
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

  /// Steps over white space.
  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }
}

extension JSONParser {
  /// An error at a byte (the cursor by default), with its line and column.
  private func error(
    _ code: EngramError.Code, _ message: String, at offset: Int? = nil, expected: String? = nil,
    found: String? = nil, mend: String? = nil
  ) -> EngramError {
    let offset = offset ?? position
    let before = bytes[..<offset]
    let line = before.reduce(1) { $1 == 0x0A ? $0 + 1 : $0 }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    // Bytes 10xxxxxx continue a character; every other byte starts one.
    let column = bytes[lineStart..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    return EngramError(
      code, message, file: file, place: "line \(line), column \(column)", offset: offset, expected: expected,
      found: found, mend: mend)
  }

  /// The error for a text that ends inside a value.
  private func ended(_ expected: String) -> EngramError {
    error(.truncated, "the JSON text ends too early", at: bytes.count, expected: expected, found: "the end of the text")
  }

  /// The error for half a surrogate pair.
  private func loneSurrogate(at offset: Int) -> EngramError {
    error(
      .corrupt, "an escape is half of a surrogate pair", at: offset, expected: "both halves, such as \\ud83d\\ude00")
  }

  /// The character at the cursor, for a message.
  private func describeNext() -> String {
    guard position < bytes.count else { return "the end of the text" }
    let byte = bytes[position]
    guard byte >= 0x20, byte != 0x7F else { return "byte 0x\(String(byte, radix: 16))" }
    let next = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
    return next.unicodeScalars.first.map { "'\($0)'" } ?? "nothing"
  }
}
