// Filter+Flaws.swift -- what of a text keeps it from being one expression, in more words than SQLite's.

import Base

extension Filter {
  /// What SQLite says where our statement goes on after the text.
  private static let endOfText = "near \"FROM\": syntax error"

  /// The error for a text that is not one expression, told by itself, in place of what SQLite says; nil for others.
  static func refusal(of text: String, _ error: EngramError, place: String) -> EngramError? {
    if error.code == .usage, let flaw = flaw(of: text) {
      return noCondition(file: error.file, place: place, found: flaw)
    }
    // Where the text ends our statement goes on with FROM, and no other is in it.
    guard error.message == endOfText, !text.uppercased().contains("FROM") else { return nil }
    return noCondition(file: error.file, place: place)
  }

  /// The error for a text that is not one expression.
  static func noCondition(file: String?, place: String, found: String? = nil) -> EngramError {
    EngramError(
      .usage, "the filter is not one condition", file: file, place: place,
      expected: "an SQL expression such as task = 'cifar10' AND layer_position = 'deep'", found: found)
  }

  /// What keeps a text from being one expression, whatever its words mean; nil where nothing is seen.
  ///
  /// SQLite judges a filter inside a statement of ours, so what it says may be of that. Parentheses, comments and
  /// semicolons are therefore looked at by themselves, once it has refused.
  private static func flaw(of text: String) -> String? {
    let quotes: [UInt8: UInt8] = [
      UInt8(ascii: "'"): UInt8(ascii: "'"), UInt8(ascii: "\""): UInt8(ascii: "\""),
      UInt8(ascii: "`"): UInt8(ascii: "`"), UInt8(ascii: "["): UInt8(ascii: "]"),
    ]
    var open = 0
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if let end = quotes[byte] {
        rest = rest.drop { $0 != end }.dropFirst()
      } else if byte == UInt8(ascii: "-"), rest.first == byte {
        rest = rest.drop { $0 != UInt8(ascii: "\n") }
      } else if byte == UInt8(ascii: "/"), rest.first == UInt8(ascii: "*") {
        rest = rest.dropFirst()
        while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
        if rest.isEmpty { return "a comment that is not closed" }
        rest = rest.dropFirst(2)
      } else if byte == UInt8(ascii: "(") {
        open += 1
      } else if byte == UInt8(ascii: ")") {
        open -= 1
        if open < 0 { return "a parenthesis that closes none" }
      } else if byte == UInt8(ascii: ";") {
        return "a semicolon"
      }
    }
    return open == 0 ? nil : open == 1 ? "a parenthesis that is not closed" : "\(open) parentheses that are not closed"
  }
}
