// TextWrapping.swift -- words into lines.

/// Breaks text into lines of at most a width; a word longer than that has a line of its own.
///
/// Paragraphs are parted by an empty line; a line that begins with a space stays as it is.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  var current = ""
  func flush() {
    if !current.isEmpty { lines.append(current) }
    current = ""
  }
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    if line.isEmpty || line.hasPrefix(" ") {
      flush()
      lines.append(String(line))
      continue
    }
    for word in line.split(separator: " ") {
      if !current.isEmpty && current.count + 1 + word.count > width { flush() }
      current += current.isEmpty ? String(word) : " \(word)"
    }
  }
  flush()
  return lines
}
