// Printable.swift -- text from files made safe for terminals.

/// Text whose control characters are written out, so that nothing read from a file can move a terminal's cursor.
///
/// Tab and line feed become `\t` and `\n`, every other control character `\u{HEX}`.
package func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: \.movesTerminal) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where scalar.movesTerminal: result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension Unicode.Scalar {
  /// Whether a terminal may do something at it other than show it: a C0 or C1 control character, or one that turns the
  /// direction of text.
  var movesTerminal: Bool {
    value < 32 || (127...159).contains(value) || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
  }
}
