// SQLWord.swift -- a text of SQL in its words.

/// A word of a text of SQL.
struct SQLWord {
  /// What kind of word it is.
  enum Kind { case name, quotedName, text, number, sign }

  let kind: Kind
  /// The word in lower case, without the quotes of a name.
  let text: String
  /// Where it stands.
  let place: Range<String.Index>

  /// Words of SQL that mean the same over a tally as over rows.
  private static let keywords: Set<String> = [
    "select", "from", "where", "group", "by", "order", "having", "and", "or", "not", "in", "is", "null", "between",
    "like", "glob", "escape", "as", "asc", "desc", "nulls", "first", "last", "limit", "offset", "case", "when", "then",
    "else", "end", "distinct", "true", "false",
  ]

  /// Those of them that are the names of columns without quotes, where SQLite expects a name.
  private static let names: Set<String> = [
    "by", "end", "asc", "desc", "like", "glob", "nulls", "first", "last", "offset", "true", "false",
  ]

  /// Whether it is a word of SQL that is known here, and may be a name.
  var mayBeName: Bool { kind == .name && Self.names.contains(text) }

  /// Whether it is a word of SQL that is known here.
  var isKeyword: Bool { kind == .name && Self.keywords.contains(text) }

  /// Whether it is one word of SQL.
  func isKeyword(_ word: String) -> Bool { kind == .name && text == word }

  /// The words of a text; nil where it holds a comment or what no plain query holds.
  static func words(of sql: String) -> [SQLWord]? {
    var words: [SQLWord] = []
    var rest = sql[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest = rest.dropFirst()
        continue
      }
      guard let (kind, word) = next(in: rest, first), !word.isEmpty else { return nil }
      let text = kind == .quotedName ? word.dropFirst().dropLast() : word
      words.append(SQLWord(kind: kind, text: text.lowercased(), place: word.startIndex..<word.endIndex))
      rest = rest[word.endIndex...]
    }
    return words
  }

  private static func next(in rest: Substring, _ first: Character) -> (Kind, Substring)? {
    switch first {
    case "a"..."z", "A"..."Z", "_":
      return (.name, rest.prefix { isOfName($0) })
    case "0"..."9":
      let digits = rest.prefix { isOfName($0) || $0 == "." }
      // The sign of an exponent belongs to the number, and none of those is needed here.
      return digits.contains { $0 == "e" || $0 == "E" } ? nil : (.number, digits)
    case "'":
      return quoted(rest, by: "'").map { (.text, $0) }
    case "\"":
      // A quote within a name is no field's.
      return quoted(rest, by: "\"").flatMap { $0.dropFirst().dropLast().contains("\"") ? nil : (.quotedName, $0) }
    case "-", "/":
      let isComment = rest.dropFirst().first.map { $0 == "-" || $0 == "*" } ?? false
      return isComment ? nil : (.sign, rest.prefix(1))
    case "(", ")", ",", ";", ".", "=", "<", ">", "!", "+", "*", "%", "|":
      return (.sign, rest.prefix(1))
    default:
      return nil
    }
  }

  private static func isOfName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_")
  }

  /// What stands between two quotes, with them; two quotes in a row are one of the text.
  private static func quoted(_ rest: Substring, by quote: Character) -> Substring? {
    var end = rest.index(after: rest.startIndex)
    while let close = rest[end...].firstIndex(of: quote) {
      end = rest.index(after: close)
      guard end < rest.endIndex, rest[end] == quote else { return rest[..<end] }
      end = rest.index(after: end)
    }
    return nil
  }
}
