// JSONValue.swift -- a JSON value in memory; whole numbers stay whole.

/// A JSON value (RFC 8259).
///
/// Whole numbers and real numbers are told apart, as the metadata of runs are: `128` is an integer and `128.0` is not.
///
/// ```swift
/// let plan = try JSONValue(parsing: #"{"kind": "balanced", "seed": 0}"#)
/// let kind = try plan.asObject().string("kind")
/// ```
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number; always finite where it was parsed.
  case real(Double)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Named values in order.
  case object(JSONObject)

  /// A text, or null.
  public static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// A count.
  public static func count(_ number: Int) -> JSONValue { .integer(Int64(number)) }

  /// What kind of value it is, in words for a message.
  public var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a truth value"
    case .integer: "a whole number"
    case .real: "a real number"
    case .string: "text"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue {
  /// Parses a whole JSON text.
  ///
  /// Strict: nothing but RFC 8259 is accepted, and of that not: a key that comes twice in one object, more than
  /// ``JSONLimits/depth`` nested values, a number that neither an `Int64` nor a finite `Double` holds (a whole number
  /// beyond 64 bits must be exactly a `Double`). A byte-order mark at the start is skipped.
  ///
  /// - Parameters:
  ///   - bytes: The text as UTF-8.
  ///   - file: What to name in errors.
  ///   - nonFinite: Whether `NaN`, `Infinity` and `-Infinity`, which Python writes, are read as what they mean.
  /// - Throws: ``EngramError`` with code `truncated` when the text ends inside a value, `limit` for depth and numbers,
  ///   `invalidData` for a repeated key, else `corrupt`; always with line, column and byte offset.
  /// - Complexity: O(length).
  public init(
    parsing bytes: [UInt8], file: String? = nil, nonFinite: JSONNonFinite = .refused
  ) throws(EngramError) {
    var parser = JSONParser(bytes: bytes, file: file, nonFinite: nonFinite)
    self = try parser.parseDocument()
  }

  /// Parses a whole JSON text; see ``init(parsing:file:)-([UInt8],_)``.
  public init(parsing text: String, file: String? = nil) throws(EngramError) {
    try self.init(parsing: Array(text.utf8), file: file)
  }

  /// The value as JSON text, without a newline at the end.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for NaN or an infinity, unless these are to be named.
  public func text(
    _ layout: JSONLayout = .compact, nonFinite: JSONNonFinite = .refused
  ) throws(EngramError) -> String {
    var writer = JSONWriter(layout, nonFinite: nonFinite)
    try writer.value(self)
    return String(decoding: writer.takeBytes(), as: UTF8.self)
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as JSON text on one line, for messages; NaN and infinities are named.
  public var description: String { (try? text(.line, nonFinite: .named)) ?? kind }
}

/// Declared limits of JSON texts.
public enum JSONLimits {
  /// Nested arrays and objects; deeper than any honest file, shallow enough for every thread's stack.
  public static let depth = 512
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A real number.
  public init(floatLiteral value: Double) { self = .real(value) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
  /// Values in order.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Named values in order; a key that comes twice keeps its first place and its last value.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}
