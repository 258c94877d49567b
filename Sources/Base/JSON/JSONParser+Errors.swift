// JSONParser+Errors.swift -- errors of the JSON parser, each with its line and column.

extension JSONParser {
  /// An error at a byte (the cursor by default), with its line and column.
  func error(
    _ code: EngramError.Code, _ message: String, at offset: Int? = nil, expected: String? = nil,
    found: String? = nil, mend: Mend? = nil
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
  func ended(_ expected: String) -> EngramError {
    error(.truncated, "the JSON text ends too early", at: bytes.count, expected: expected, found: "the end of the text")
  }

  /// The error for half a surrogate pair.
  func loneSurrogate(at offset: Int) -> EngramError {
    error(
      .corrupt, "an escape is half of a surrogate pair", at: offset, expected: "both halves, such as \\ud83d\\ude00")
  }

  /// The character at the cursor, for a message.
  func describeNext() -> String {
    guard position < bytes.count else { return "the end of the text" }
    let byte = bytes[position]
    guard byte >= 0x20, byte != 0x7F else { return "byte 0x\(String(byte, radix: 16))" }
    let next = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
    return next.unicodeScalars.first.map { "'\($0)'" } ?? "nothing"
  }
}
