// JSONParser.swift -- a strict parser of RFC 8259 over bytes that nobody has checked.

/// A cursor over a JSON text.
struct JSONParser {
  /// The whole text.
  let bytes: [UInt8]
  /// What to name in errors.
  let file: String?
  /// The next byte.
  var position = 0
  /// Arrays and objects that are open.
  private var depth = 0
  /// What becomes of `NaN`, `Infinity` and `-Infinity`, which are no JSON.
  let nonFinite: JSONNonFinite

  /// A parser at the start of a text.
  init(bytes: [UInt8], file: String?, nonFinite: JSONNonFinite = .refused) {
    self.bytes = bytes
    self.file = file
    self.nonFinite = nonFinite
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
    case UInt8(ascii: "-") where nonFinite == .bare && bytes[position...].starts(with: "-Infinity".utf8):
      return try parseWord("-Infinity", .real(-.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    case UInt8(ascii: "N") where nonFinite == .bare: return try parseWord("NaN", .real(.nan))
    case UInt8(ascii: "I") where nonFinite == .bare: return try parseWord("Infinity", .real(.infinity))
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
        let mayRepeat = members.count < 16 || !seen.insert(key).inserted
        guard !mayRepeat || !members.contains(where: { $0.isNamed(key) }) else {
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
