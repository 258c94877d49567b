// JSONWriter.swift -- writes JSON piece by piece into a buffer that the caller may empty as it grows.

/// How JSON text is laid out.
public enum JSONLayout: Sendable, Hashable {
  /// No white space.
  case compact
  /// Everything on one line, with a space after each comma and colon.
  case line
  /// Two spaces for each level; every member and element on a line of its own.
  case pretty
}

/// What is written for NaN and infinities, which JSON has no numbers for.
public enum JSONNonFinite: Sendable, Hashable {
  /// Nothing: writing throws.
  case refused
  /// The texts "NaN", "Infinity" and "-Infinity", which never look like null, "no value".
  case named
  /// The words NaN, Infinity and -Infinity without quotes, which are no JSON and which Python writes all the same.
  case bare
}

/// Writes JSON piece by piece, so that a large array need never stand in memory as values.
///
/// ```swift
/// var writer = JSONWriter(.pretty)
/// writer.beginObject()
/// writer.key("train")
/// writer.beginArray(onOneLine: true)
/// for id in ids {
///   writer.integer(id)
///   if writer.bytes.count > 65_536 { try output.write(writer.takeBytes()) }
/// }
/// writer.endArray()
/// writer.endObject()
/// ```
/// Control characters, and those that turn the direction of text, are written as `\u` escapes: text from a file never
/// reaches a terminal as it is. Calls out of order (a value without key in an object, an end without begin) are a bug of the caller and trap.
public struct JSONWriter: Sendable {
  /// An array or object that is open.
  private struct Level {
    let isObject: Bool
    let isOnOneLine: Bool
    var isEmpty = true
  }

  /// What was written since the last ``takeBytes()``, as UTF-8.
  public private(set) var bytes: [UInt8] = []
  /// The layout.
  private let layout: JSONLayout
  /// What is written for NaN and infinities.
  private let nonFinite: JSONNonFinite
  /// What is open, outermost first.
  private var levels: [Level] = []
  /// Whether a key waits for its value.
  private var hasKey = false

  /// A writer of one value.
  public init(_ layout: JSONLayout = .compact, nonFinite: JSONNonFinite = .refused) {
    self.layout = layout
    self.nonFinite = nonFinite
  }

  /// Takes what was written so far out of the buffer.
  public mutating func takeBytes() -> [UInt8] {
    let taken = bytes
    bytes.removeAll(keepingCapacity: false)
    return taken
  }

  /// Opens an object; a pretty writer keeps everything in it on one line if asked.
  public mutating func beginObject(onOneLine: Bool = false) {
    begin(UInt8(ascii: "{"), isObject: true, onOneLine: onOneLine)
  }
  /// Closes the innermost object.
  public mutating func endObject() { end(UInt8(ascii: "}"), isObject: true) }
  /// Opens an array; a pretty writer keeps everything in it on one line if asked.
  public mutating func beginArray(onOneLine: Bool = false) {
    begin(UInt8(ascii: "["), isObject: false, onOneLine: onOneLine)
  }
  /// Closes the innermost array.
  public mutating func endArray() { end(UInt8(ascii: "]"), isObject: false) }

  /// Writes the name of the next value of an object; the caller does not repeat names.
  public mutating func key(_ name: String) {
    precondition(levels.last?.isObject == true && !hasKey, "a key stands in an object, before its value")
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if layout != .compact { bytes.append(0x20) }
    hasKey = true
  }

  /// Writes `null`.
  public mutating func null() { word("null") }
  /// Writes a truth value.
  public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
  /// Writes a whole number.
  public mutating func integer(_ value: some BinaryInteger) { word(String(value)) }
  /// Writes text.
  public mutating func string(_ value: String) {
    prepareValue()
    quote(value)
  }

  /// Writes a number in the fewest digits that read back to the same bits.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for NaN and infinities, unless the writer names them.
  public mutating func real(_ value: some BinaryFloatingPoint & LosslessStringConvertible) throws(EngramError) {
    if value.isFinite { return word("\(value)") }
    let name = value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    if nonFinite == .bare { return word(name) }
    guard nonFinite == .named else {
      throw EngramError(
        .invalidData, "JSON has no way to write \(value)", expected: "a finite number", found: "\(value)",
        mend: "choose another output format, or leave the value out")
    }
    string(name)
  }

  /// Writes a whole value.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for NaN and infinities, unless the writer names them.
  public mutating func value(_ value: JSONValue) throws(EngramError) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let value): integer(value)
    case .real(let value): try real(value)
    case .string(let value): string(value)
    case .array(let elements):
      beginArray()
      for element in elements { try self.value(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members {
        key(member.key)
        try self.value(member.value)
      }
      endObject()
    }
  }

  private mutating func begin(_ bracket: UInt8, isObject: Bool, onOneLine: Bool) {
    prepareValue()
    bytes.append(bracket)
    levels.append(
      Level(isObject: isObject, isOnOneLine: layout == .line || onOneLine || levels.last?.isOnOneLine == true))
  }

  private mutating func end(_ bracket: UInt8, isObject: Bool) {
    precondition(!hasKey && levels.last?.isObject == isObject, "what is closed was opened, and no key lacks its value")
    guard let level = levels.popLast() else { return }
    if layout != .compact, !level.isEmpty, !level.isOnOneLine { breakLine() }
    bytes.append(bracket)
  }

  private mutating func word(_ text: String) {
    prepareValue()
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes what stands between the value before and this one.
  private mutating func prepareValue() {
    if hasKey {
      hasKey = false
    } else if let level = levels.last {
      precondition(!level.isObject, "a value of an object needs a key")
      separate()
    }
  }

  private mutating func separate() {
    guard let level = levels.last else { return }
    levels[levels.count - 1].isEmpty = false
    if !level.isEmpty { bytes.append(UInt8(ascii: ",")) }
    guard layout != .compact else { return }
    if !level.isOnOneLine { breakLine() } else if !level.isEmpty { bytes.append(0x20) }
  }

  private mutating func breakLine() {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * levels.count))
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    // Most text is plain ASCII; only other text is looked at scalar by scalar.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      for byte in text.utf8 {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte)
      }
    } else {
      for scalar in text.unicodeScalars { quote(scalar) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func quote(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": bytes.append(contentsOf: #"\""#.utf8)
    case "\\": bytes.append(contentsOf: #"\\"#.utf8)
    case "\n": bytes.append(contentsOf: #"\n"#.utf8)
    case "\r": bytes.append(contentsOf: #"\r"#.utf8)
    case "\t": bytes.append(contentsOf: #"\t"#.utf8)
    case _ where scalar.movesTerminal:
      let digits = String(scalar.value, radix: 16)
      bytes.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
    default: bytes.append(contentsOf: String(scalar).utf8)
    }
  }
}
