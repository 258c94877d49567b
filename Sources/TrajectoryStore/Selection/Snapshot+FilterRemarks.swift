// Snapshot+FilterRemarks.swift -- what of a filter is likely a mistake, though SQL allows it.

public import Base
import TrajectoryModel

extension Snapshot {
  /// What of a filter is likely a mistake, though SQL allows it: a text that is compared with a number, a column in the quotes of
  /// a column where a text is meant, a comparison with NULL.
  ///
  /// - Parameter filter: The filter, which SQLite has accepted.
  /// - Returns: Sentences without a full stop.
  /// - Throws: What reading the catalog throws.
  public func remarks(onFilter filter: String) throws(EngramError) -> [String] {
    let texts = Set(try fields().filter { $0.type == .text }.map { $0.name.lowercased() } + ["layer_name"])
    let words = Self.words(of: filter)
    var remarks = Self.remarks(onComparisons: words, columns: Set(try exampleColumns().map { $0.lowercased() }))
    for index in words.indices.dropLast(2) where [">", "<", ">=", "<="].contains(words[index + 1]) {
      let (left, right) = (words[index], words[index + 2])
      for (name, number) in [(left, right), (right, left)]
      where texts.contains(name.lowercased()) && Double(number) != nil {
        remarks.append(
          "\(name) is text, and is compared with \(number) as a text, letter by letter; CAST(\(name) AS REAL) compares numbers"
        )
      }
    }
    return remarks
  }

  /// What of the comparisons is likely a mistake whatever the types of the columns.
  private static func remarks(onComparisons words: [String], columns: Set<String>) -> [String] {
    var remarks: [String] = []
    for index in words.indices.dropLast(2)
    where ["=", "==", "!=", "<>", ">", "<", ">=", "<="].contains(words[index + 1]) {
      let (left, right) = (words[index], words[index + 2])
      if right.uppercased() == "NULL" || left.uppercased() == "NULL" {
        remarks.append(
          "a comparison with NULL is never true; IS NULL and IS NOT NULL find what has no value and what has one")
      }
      func column(_ word: String) -> String? {
        let name = word.hasPrefix("\"") ? String(word.dropFirst().dropLast()) : word
        return columns.contains(name.lowercased()) ? name : nil
      }
      for (word, other) in [(left, right), (right, left)] where word.hasPrefix("\"") && column(other) != nil {
        guard let name = column(word) else { continue }
        remarks.append("\(word) is the column \(name), for a text stands in single quotes: '\(name)'")
        break
      }
    }
    return remarks
  }

  /// What may be the reason why a filter finds nothing: besides ``remarks(onFilter:)``, a text that no example has, while one
  /// that looks like it is there.
  ///
  /// - Parameter filter: The filter, which SQLite has accepted.
  /// - Returns: Sentences without a full stop.
  /// - Throws: What reading the catalog throws.
  /// - Complexity: O(observations) for each text that is compared.
  public func reasons(whyNothingFits filter: String) throws(EngramError) -> [String] {
    var reasons = try remarks(onFilter: filter)
    let texts = Set(try fields().filter { $0.type == .text }.map { $0.name.lowercased() } + ["layer_name"])
    let words = Self.words(of: filter)
    for index in words.indices.dropLast(2) where ["=", "=="].contains(words[index + 1]) {
      for (name, quoted) in [(words[index], words[index + 2]), (words[index + 2], words[index])]
      where texts.contains(name.lowercased()) && quoted.hasPrefix("'") && quoted.count > 2 {
        let wanted = String(quoted.dropFirst().dropLast())
        let known = try groups(by: [name]).compactMap { if case .text(let text) = $0.key[0] { text } else { nil } }
        // Texts that look alike are equal to Swift, so bytes are compared.
        if known.contains(where: { $0.utf8.elementsEqual(wanted.utf8) }) { continue }
        let folded = wanted.lowercased()
        if let alike = known.first(where: { $0.lowercased() == folded }) {
          let way = alike == wanted ? "whose letters are composed otherwise" : "in other letters"
          reasons.append("no \(name) is '\(wanted)'; there is '\(alike)', \(way)")
        } else if let near = closestName(to: wanted, among: known) {
          reasons.append("no \(name) is '\(wanted)'; there is '\(near)'")
        }
      }
    }
    return reasons
  }

  /// The names, numbers and comparisons of SQL, parentheses and commas; texts in quotes are one word each.
  ///
  /// What stands beside a parenthesis is the value of more than one word, of which nothing is known here.
  private static func words(of sql: String) -> [String] {
    var words: [String] = []
    var rest = sql.unicodeScalars[...]
    while let first = rest.first {
      let length: Int
      if first == "'" || first == "\"" {
        length =
          (rest.dropFirst().firstIndex(of: first).map { rest.distance(from: rest.startIndex, to: $0) } ?? rest.count)
          + 1
      } else if first.properties.isAlphabetic || first == "_" || ("0"..."9").contains(first) || first == "." {
        length = rest.prefix { $0.properties.isAlphabetic || $0 == "_" || $0 == "." || ("0"..."9").contains($0) }.count
      } else if ["<", ">", "=", "!"].contains(first) {
        length = rest.prefix { ["<", ">", "=", "!"].contains($0) }.count
      } else if ["(", ")", ","].contains(first) {
        length = 1
      } else {
        rest = rest.dropFirst()
        continue
      }
      words.append(String(String.UnicodeScalarView(rest.prefix(length))))
      rest = rest.dropFirst(length)
    }
    return words
  }
}
