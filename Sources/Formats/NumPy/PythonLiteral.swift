// PythonLiteral.swift -- the few Python literals that the header of an .npy file is made of.

import Base

/// A Python literal: text, a whole number, a truth value, None, or a tuple, list or dictionary of literals.
///
/// A closed grammar: names, calls, operators and everything else that could run are refused.
enum PythonLiteral: Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  case string(String)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([Entry])

  /// One item of a dictionary.
  struct Entry: Equatable {
    let key: PythonLiteral
    let value: PythonLiteral
  }

  /// Nested literals; a real header needs 4.
  static let depthLimit = 32

  /// Parses a whole text.
  ///
  /// - Parameters:
  ///   - text: The whole text as UTF-8.
  ///   - offset: Where in its file the text starts, for errors.
  /// - Throws: ``EngramError`` with code `corrupt` and the byte offset of what is not a literal.
  init(parsing text: [UInt8], offset: Int) throws(EngramError) {
    var parser = PythonLiteralParser(text: text, offset: offset)
    self = try parser.parseWhole()
  }
}

/// A cursor over the text of a literal.
private struct PythonLiteralParser {
  let text: [UInt8]
  let offset: Int
  var position = 0
  var depth = 0

  init(text: [UInt8], offset: Int) {
    self.text = text
    self.offset = offset
  }

  var next: UInt8? { position < text.count ? text[position] : nil }

  mutating func parseWhole() throws(EngramError) -> PythonLiteral {
    let value = try parseValue()
    skipSpace()
    guard next == nil else { throw error("the end of the header") }
    return value
  }

  mutating func parseValue() throws(EngramError) -> PythonLiteral {
    skipSpace()
    guard depth < PythonLiteral.depthLimit else { throw error("at most \(PythonLiteral.depthLimit) nested literals") }
    depth += 1
    defer { depth -= 1 }
    switch next {
    case UInt8(ascii: "("):
      let (elements, hasComma) = try parseElements(closing: UInt8(ascii: ")"))
      // Python's `(x)` is x itself; only a comma makes a tuple.
      if elements.count == 1, !hasComma { return elements[0] }
      return .tuple(elements)
    case UInt8(ascii: "["): return .list(try parseElements(closing: UInt8(ascii: "]")).elements)
    case UInt8(ascii: "{"): return .dictionary(try parseDictionary())
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try parseString())
    case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
      return .integer(try parseInteger())
    default:
      for (word, value) in [("True", PythonLiteral.bool(true)), ("False", .bool(false)), ("None", .none)]
      where text[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return value
      }
      // `u'…'` and `b'…'` mean the same as `'…'` here.
      if next == UInt8(ascii: "u") || next == UInt8(ascii: "b"), position + 1 < text.count,
        text[position + 1] == UInt8(ascii: "'") || text[position + 1] == UInt8(ascii: "\"")
      {
        position += 1
        return .string(try parseString())
      }
      throw error("a literal")
    }
  }

  mutating func parseElements(closing: UInt8) throws(EngramError) -> (elements: [PythonLiteral], hasComma: Bool) {
    position += 1
    var elements: [PythonLiteral] = []
    var hasComma = false
    while true {
      skipSpace()
      if next == closing { break }
      elements.append(try parseValue())
      skipSpace()
      if next == UInt8(ascii: ",") {
        hasComma = true
        position += 1
      } else if next != closing {
        throw error("a comma or the closing bracket")
      }
    }
    position += 1
    return (elements, hasComma)
  }

  mutating func parseDictionary() throws(EngramError) -> [PythonLiteral.Entry] {
    position += 1
    var items: [PythonLiteral.Entry] = []
    while true {
      skipSpace()
      if next == UInt8(ascii: "}") { break }
      let key = try parseValue()
      skipSpace()
      guard next == UInt8(ascii: ":") else { throw error("a colon") }
      position += 1
      items.append(PythonLiteral.Entry(key: key, value: try parseValue()))
      skipSpace()
      if next == UInt8(ascii: ",") {
        position += 1
      } else if next != UInt8(ascii: "}") {
        throw error("a comma or }")
      }
    }
    position += 1
    return items
  }

  mutating func parseString() throws(EngramError) -> String {
    let quote = text[position]
    position += 1
    var decoded: [UInt8] = []
    while let byte = next, byte != quote {
      position += 1
      guard byte >= 0x20 else { throw error("no control character in a text") }
      guard byte == UInt8(ascii: "\\") else {
        decoded.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): decoded.append(text[position])
      case UInt8(ascii: "n"): decoded.append(0x0A)
      case UInt8(ascii: "r"): decoded.append(0x0D)
      case UInt8(ascii: "t"): decoded.append(0x09)
      default: throw error(#"an escape \\ \' \" \n \r \t"#)
      }
      position += 1
    }
    guard next == quote else { throw error("the closing quote") }
    position += 1
    guard let string = String(validating: decoded, as: UTF8.self) else { throw error("UTF-8") }
    return string
  }

  mutating func parseInteger() throws(EngramError) -> Int {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard let value = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
      throw error("a whole number of 64 bits")
    }
    // Python 2 wrote `3L`.
    if next == UInt8(ascii: "L") { position += 1 }
    return value
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  func error(_ expected: String) -> EngramError {
    let found = next.map { byte in
      (0x20..<0x7F).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
    }
    return EngramError(
      .corrupt, "the header is not a dictionary of plain literals", offset: offset + position, expected: expected,
      found: found ?? "the end of the header")
  }
}
