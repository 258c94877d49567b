// Markup.swift -- elements of SVG as text; everything that comes from outside is escaped here.

import Base

/// Text for the inside of an element or an attribute of XML and HTML, harmless whatever it holds.
///
/// The five characters of markup become entities; control characters, which XML forbids, are written out.
package func escapedMarkup(_ text: String) -> String {
  var result = ""
  for scalar in printable(text).unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    // No characters of XML; Swift has no surrogates.
    case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// A coordinate: two digits at most, no zeros at the end.
func coordinate(_ value: Double) -> String {
  var text = NumberText.fixed(value.isFinite ? value : 0, 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text == "-0" ? "0" : text
}

/// Elements of SVG, one after the other.
struct SVGCanvas {
  /// Where a text stands to its point.
  enum Anchor: String { case start, middle, end }

  private(set) var text = ""

  /// Adds markup as it is.
  mutating func raw(_ markup: String) { text += markup + "\n" }

  /// Begins a group, which shows a text to whoever points at it.
  mutating func beginGroup(_ hint: String? = nil) {
    text += "<g>"
    if let hint { text += "<title>\(escapedMarkup(hint))</title>" }
  }

  mutating func endGroup() { text += "</g>\n" }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String, fill: String? = nil
  ) {
    text +=
      "<rect x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" width=\"\(coordinate(max(0, width)))\" "
      + "height=\"\(coordinate(max(0, height)))\""
    if !style.isEmpty { text += " class=\"\(style)\"" }
    if let fill { text += " fill=\"\(fill)\"" }
    text += "/>\n"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
    text +=
      "<line x1=\"\(coordinate(x1))\" y1=\"\(coordinate(y1))\" x2=\"\(coordinate(x2))\" y2=\"\(coordinate(y2))\" "
      + "class=\"\(style)\"/>\n"
  }

  /// A path through points; nil lifts the pen.
  mutating func path(_ points: [(x: Double, y: Double)?], style: String, isClosed: Bool = false) {
    var data = ""
    var isDown = false
    for point in points {
      guard let point else {
        isDown = false
        continue
      }
      data += "\(isDown ? "L" : "M")\(coordinate(point.x)) \(coordinate(point.y))"
      isDown = true
    }
    if data.isEmpty { return }
    text += "<path d=\"\(data)\(isClosed ? "Z" : "")\" class=\"\(style)\"/>\n"
  }

  /// A text; turned by an angle about its own point.
  mutating func words(
    _ words: String, _ x: Double, _ y: Double, anchor: Anchor = .start, style: String = "t", turned angle: Double = 0
  ) {
    text += "<text x=\"\(coordinate(x))\" y=\"\(coordinate(y))\""
    if anchor != .start { text += " text-anchor=\"\(anchor.rawValue)\"" }
    if angle != 0 { text += " transform=\"rotate(\(coordinate(angle)) \(coordinate(x)) \(coordinate(y)))\"" }
    text += " class=\"\(style)\">\(escapedMarkup(words))</text>\n"
  }

  /// A point that stands alone.
  mutating func dot(_ ink: Ink, _ x: Double, _ y: Double, isFaint: Bool) {
    text +=
      "<circle cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"\(isFaint ? 1.8 : 2.6)\" "
      + "class=\"f\(ink.rawValue)\(isFaint ? " fd" : "")\"/>\n"
  }

  /// A mark at a point; each colour has a shape of its own, so that lines are told apart without colour.
  mutating func mark(_ ink: Ink, _ x: Double, _ y: Double) {
    let style = "f\(ink.rawValue) m"
    // Slate stands beside blue, orange and green, red hardly ever does.
    switch ink == .slate ? 3 : ink.rawValue % 4 {
    case 0:
      text += "<circle cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"3.4\" class=\"\(style)\"/>\n"
    case 1: rectangle(x - 3, y - 3, 6, 6, style: style)
    case 2: path([(x, y - 4), (x + 3.8, y + 3), (x - 3.8, y + 3)], style: style, isClosed: true)
    default: path([(x, y - 4.2), (x + 4.2, y), (x, y + 4.2), (x - 4.2, y)], style: style, isClosed: true)
    }
  }
}

/// How wide a text is, about: widths of Helvetica, which its relatives share, widened a little for DejaVu Sans.
enum TextMetrics {
  /// Of how many names so far apart one is written, so that none lies on another: names below one another, or turned by 40 degrees.
  static func labelStep(_ distance: Double, isTurned: Bool = false) -> Int {
    // Names below one another need more than those that are turned, whose beginnings stand apart as well.
    let lineHeight = isTurned ? 10.5 : 12
    let apart = isTurned ? distance * 0.643 : distance
    return apart > 0 ? max(1, Int((lineHeight / apart).rounded(.up))) : 1
  }

  /// The size of plain text that is as wide as bold text of a size.
  static func bold(_ size: Double) -> Double { size * 1.13 }

  static func width(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + advance($1) } * size / 880
  }

  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", "|": 222
    case " ", ".", ",", ":", ";", "f", "t", "/", "!", "I", "[", "]": 278
    case "(", ")", "-", "r", "`": 333
    case "c", "k", "s", "v", "x", "y", "z", "J": 500
    case "m", "M": 833
    case "w": 722
    case "W": 944
    case "0"..."9", "a"..."z", "_": 556
    case "A"..."Z": 690
    default: scalar.value > 0x2E80 ? 1000 : 600
    }
  }

  /// A word in pieces that fit a width.
  private static func pieces(_ word: String, width: Double, size: Double) -> [String] {
    if Self.width(word, size: size) <= width { return [word] }
    var pieces: [String] = []
    var current = ""
    for character in word {
      if !current.isEmpty, Self.width(current + String(character), size: size) > width {
        pieces.append(current)
        current = ""
      }
      current.append(character)
    }
    return pieces + [current]
  }

  /// Lines that fit a width, broken between words, and within words that are wider.
  static func wrapped(_ text: String, width: Double, size: Double) -> [String] {
    var lines: [String] = []
    var current = ""
    for word in text.split(separator: " ").flatMap({ pieces(String($0), width: width, size: size) }) {
      let longer = current.isEmpty ? word : current + " " + word
      if !current.isEmpty, Self.width(longer, size: size) > width {
        lines.append(current)
        current = word
      } else {
        current = longer
      }
    }
    return current.isEmpty ? lines : lines + [current]
  }

  /// At most some lines that fit a width, the last cut where there is more.
  static func wrapped(_ text: String, width: Double, size: Double, most: Int) -> [String] {
    let lines = wrapped(text, width: width, size: size)
    if lines.count <= most { return lines }
    return lines.prefix(most - 1) + [cut(lines.dropFirst(most - 1).joined(separator: " "), width: width, size: size)]
  }

  /// A text cut to a width, with an ellipsis where something is left out.
  static func cut(_ text: String, width: Double, size: Double) -> String {
    if Self.width(text, size: size) <= width { return text }
    var kept = text
    while !kept.isEmpty, Self.width(kept + "…", size: size) > width { kept.removeLast() }
    return kept + "…"
  }
}
