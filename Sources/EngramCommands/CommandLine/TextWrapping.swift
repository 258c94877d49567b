// TextWrapping.swift -- words into lines.

/// Breaks text into lines of at most a width; a word longer than that has a line of its own.
///
/// Paragraphs are parted by an empty line. A line that begins with a space stays a line of its own; what does not fit
/// goes on under its second column, which two spaces set apart, as in a list of words and what they mean.
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
      lines.append(contentsOf: wrappedEntry(String(line), width: width))
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

/// Breaks a line of a list; what does not fit goes on under its second column.
private func wrappedEntry(_ line: String, width: Int) -> [String] {
  guard line.count > width else { return [line] }
  let indent = line.prefix { $0 == " " }.count
  let letters = Array(line)
  let gap = letters.indices.dropFirst(indent).first {
    $0 + 1 < letters.count && letters[$0] == " " && letters[$0 + 1] == " "
  }
  let column = gap.flatMap { gap in letters.indices.dropFirst(gap).first { letters[$0] != " " } } ?? indent + 2
  // Where the second column leaves no room, what is in it goes below the first.
  let isNarrow = column > width / 2
  let hanging = isNarrow ? indent + 2 : column
  let first = isNarrow ? String(letters[..<(gap ?? letters.count)]) : String(letters[..<column])
  let rest = wrapped(
    String(letters[(isNarrow ? gap ?? letters.count : column)...].drop { $0 == " " }), width: width - hanging)
  let margin = String(repeating: " ", count: hanging)
  if isNarrow { return [first] + rest.map { margin + $0 } }
  return rest.enumerated().map { ($0 == 0 ? first : margin) + $1 }
}
