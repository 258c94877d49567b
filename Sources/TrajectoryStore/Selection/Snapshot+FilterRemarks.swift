// Snapshot+FilterRemarks.swift -- what of a filter is likely a mistake, though SQL allows it.

public import Base
import TrajectoryModel

extension Snapshot {
  /// What of a filter is likely a mistake, though SQL allows it: a text that is compared with a number.
  ///
  /// - Parameter filter: The filter, which SQLite has accepted.
  /// - Returns: Sentences without a full stop.
  /// - Throws: What reading the catalog throws.
  public func remarks(onFilter filter: String) throws(EngramError) -> [String] {
    let texts = Set(try fields().filter { $0.type == .text }.map { $0.name.lowercased() } + ["layer_name"])
    let words = Self.words(of: filter)
    var remarks: [String] = []
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

  /// The names, numbers and comparisons of SQL; texts in quotes are one word each.
  private static func words(of sql: String) -> [String] {
    var words: [String] = []
    var rest = sql.unicodeScalars[...]
    while let first = rest.first {
      let length: Int
      if first == "'" {
        length =
          (rest.dropFirst().firstIndex(of: "'").map { rest.distance(from: rest.startIndex, to: $0) } ?? rest.count) + 1
      } else if first.properties.isAlphabetic || first == "_" || ("0"..."9").contains(first) || first == "." {
        length = rest.prefix { $0.properties.isAlphabetic || $0 == "_" || $0 == "." || ("0"..."9").contains($0) }.count
      } else if ["<", ">", "=", "!"].contains(first) {
        length = rest.prefix { ["<", ">", "=", "!"].contains($0) }.count
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
