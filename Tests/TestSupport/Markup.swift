// Markup.swift -- whether a text is well-formed markup, as far as ours goes.

/// Well-formed markup: elements that close in order, attributes in quotes, known entities, no control characters.
package enum Markup {
  /// Elements of HTML that never close.
  private static let empty: Set<String> = ["meta", "link", "br"]
  private static let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"]

  /// What is wrong, or nil; styles and scripts are passed over.
  package static func fault(in text: String) -> String? {
    var open: [String] = []
    var rest = text[...]
    if rest.hasPrefix("<!DOCTYPE html>") { rest = rest.dropFirst("<!DOCTYPE html>".count) }
    if let scalar = text.unicodeScalars.first(where: { $0.value < 32 && $0 != "\n" }) { return "U+\(scalar.value)" }
    while let start = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
      let after = rest[rest.index(after: start)...]
      if rest[start] == "&" {
        guard entities.contains(where: after.hasPrefix) else { return "entity &\(after.prefix(12))" }
        rest = after
        continue
      }
      guard let end = after.firstIndex(of: ">") else { return "a tag has no end: \(after.prefix(30))" }
      var tag = after[..<end]
      rest = after[after.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { return "</\(tag.dropFirst())> closes nothing" }
        continue
      }
      let isClosed = tag.hasSuffix("/")
      if isClosed { tag = tag.dropLast() }
      if tag.contains("<") || tag.count(where: { $0 == "\"" }) % 2 == 1 { return "a tag is odd: \(tag.prefix(60))" }
      let name = String(tag.prefix { $0 != " " && $0 != "\n" })
      if isClosed || empty.contains(name) { continue }
      open.append(name)
      if name == "style" || name == "script" {
        while !rest.isEmpty, !rest.hasPrefix("</\(name)>") { rest = rest.dropFirst() }
      }
    }
    return open.isEmpty ? nil : "<\(open.last ?? "")> is not closed"
  }
}
