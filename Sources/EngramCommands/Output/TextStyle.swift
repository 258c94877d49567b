// TextStyle.swift -- colour for terminals, nothing for anything else.

/// Marks text for a terminal (ECMA-48 "Select Graphic Rendition"), or leaves it as it is.
package struct TextStyle: Sendable, Hashable {
  /// Whether text is marked.
  package let isColoured: Bool

  /// Marks text.
  package static let coloured = TextStyle(isColoured: true)
  /// Leaves text as it is.
  package static let plain = TextStyle(isColoured: false)

  /// Bold text, for headings.
  package func bold(_ text: String) -> String { marked(text, "1") }
  /// Bold red text, for errors.
  package func error(_ text: String) -> String { marked(text, "1;31") }
  /// Yellow text, for warnings.
  package func warning(_ text: String) -> String { marked(text, "33") }
  /// Faint text, for notes.
  package func faint(_ text: String) -> String { marked(text, "2") }

  private func marked(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

/// Text whose control characters are written out, so that nothing read from a file can move a terminal's cursor.
///
/// Tab and line feed become `\t` and `\n`, every other control character `\u{HEX}`.
package func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case _ where isControl(scalar): result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Whether a scalar is a C0 or C1 control character, or changes the direction of text.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 32 || (127...159).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
    || (0x2066...0x2069).contains(scalar.value)
}
