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

  /// Whether a sentence names any of the texts.
  ///
  /// - Complexity: O(words of the sentence), where few texts begin with the same word.
  func areNamed(in sentence: String) -> Bool {
    let parts = Self.words(of: sentence)
    for (place, word) in parts.enumerated() {
      if words[word]?.contains(where: { parts[place...].starts(with: $0) }) == true { return true }
    }
    return sentence.split(separator: "'").contains { numbers.contains(String($0)) }
  }

  private static func words(of text: String) -> [Substring] { text.split { !$0.isLetter && !$0.isNumber } }
}
