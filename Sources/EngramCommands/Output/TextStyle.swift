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
