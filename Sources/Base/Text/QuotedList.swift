// QuotedList.swift -- names parted by commas, of which some hold commas themselves.

/// Names parted by commas; one that holds a comma or begins with a quote stands in double quotes, doubled inside.
///
/// It is the one rule for lists that people write: `weightabs_mean,"β norm, 95%"`.
package enum QuotedList {
  /// The names in a text, without the spaces around them, or nil when a quote is not closed or text follows it.
  package static func names(in text: String) -> [String]? {
    var names: [String] = []
    var rest = text[...]
    while true {
      rest = rest.drop { $0 == " " || $0 == "\t" }
      guard rest.first == "\"" else {
        let end = rest.firstIndex(of: ",") ?? rest.endIndex
        var name = rest[..<end]
        while let last = name.last, last == " " || last == "\t" { name.removeLast() }
        names.append(String(name))
        if end == rest.endIndex { return names }
        rest = rest[rest.index(after: end)...]
        continue
      }
      rest.removeFirst()
      var name = ""
      while true {
        guard let end = rest.firstIndex(of: "\"") else { return nil }
        name += rest[..<end]
        rest = rest[rest.index(after: end)...]
        guard rest.first == "\"" else { break }
        name.append("\"")
        rest.removeFirst()
      }
      names.append(name)
      rest = rest.drop { $0 == " " || $0 == "\t" }
      if rest.isEmpty { return names }
      guard rest.first == "," else { return nil }
      rest.removeFirst()
    }
  }

  /// A text that ``names(in:)`` reads back.
  package static func text(_ names: some Sequence<String>) -> String {
    names.map { name in
      let ends = [name.first, name.last]
      let isPlain =
        !name.isEmpty && !name.contains(",") && name.first != "\"" && !ends.contains(" ") && !ends.contains("\t")
      return isPlain
        ? name : "\"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
    }.joined(separator: ",")
  }
}
