// NamedTexts.swift -- texts that are gone, looked for in what people wrote into the log.

/// Texts that are looked for in sentences, word by word.
///
/// What is no letter and no digit stands between words and makes no difference. A text without a letter is found in the
/// quotes of SQL only, for a log is full of numbers.
struct NamedTexts {
  /// The words of each text that has a letter, by the first of them.
  private var words: [Substring: [[Substring]]] = [:]
  /// The other texts.
  private var numbers: Set<String> = []

  init(_ texts: [String]) {
    for text in texts {
      let parts = Self.words(of: text)
      if let first = parts.first, text.contains(where: \.isLetter) {
        words[first, default: []].append(parts)
      } else {
        numbers.insert(text)
      }
    }
  }

  /// A sentence with … in the place of each text that it names; nil where it names none.
  ///
  /// - Complexity: O(words of the sentence), where few texts begin with the same word.
  func removed(from sentence: String) -> String? {
    let parts = Self.words(of: sentence)
    var (cut, rest, place) = ("", sentence.startIndex, 0)
    while place < parts.count {
      if let found = words[parts[place]]?.first(where: { parts[place...].starts(with: $0) }) {
        cut += sentence[rest..<parts[place].startIndex] + "…"
        rest = parts[place + found.count - 1].endIndex
        place += found.count
      } else {
        place += 1
      }
    }
    cut += sentence[rest...]
    let quoted = cut.split(separator: "'", omittingEmptySubsequences: false)
    cut = quoted.map { numbers.contains(String($0)) ? "…" : String($0) }.joined(separator: "'")
    return cut == sentence ? nil : cut
  }

  private static func words(of text: String) -> [Substring] { text.split { !$0.isLetter && !$0.isNumber } }
}
