// JSONValue+Access.swift -- reading a JSON value as the kind that a program wants.

extension JSONValue {
  /// The text.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when it is of another kind, as all accessors.
  public func asString() throws(EngramError) -> String {
    guard case .string(let value) = self else { throw mismatch("text") }
    return value
  }

  /// The whole number.
  public func asInteger() throws(EngramError) -> Int64 {
    guard case .integer(let value) = self else { throw mismatch("a whole number") }
    return value
  }

  /// The number; a whole number counts when a `Double` holds it exactly.
  public func asReal() throws(EngramError) -> Double {
    switch self {
    case .real(let value): return value
    case .integer(let value):
      guard let real = Double(exactly: value) else { throw mismatch("a number that a Double holds exactly") }
      return real
    default: throw mismatch("a number")
    }
  }

  /// The truth value.
  public func asBool() throws(EngramError) -> Bool {
    guard case .bool(let value) = self else { throw mismatch("true or false") }
    return value
  }

  /// The array.
  public func asArray() throws(EngramError) -> [JSONValue] {
    guard case .array(let value) = self else { throw mismatch("an array") }
    return value
  }

  /// The object.
  public func asObject() throws(EngramError) -> JSONObject {
    guard case .object(let value) = self else { throw mismatch("an object") }
    return value
  }

  /// The array of texts.
  public func asStrings() throws(EngramError) -> [String] {
    try elements { value throws(EngramError) in try value.asString() }
  }

  /// The array of whole numbers.
  public func asIntegers() throws(EngramError) -> [Int64] {
    try elements { value throws(EngramError) in try value.asInteger() }
  }

  /// The array of numbers.
  public func asReals() throws(EngramError) -> [Double] {
    try elements { value throws(EngramError) in try value.asReal() }
  }

  /// Every element of an array through an accessor; an error names the element.
  public func elements<T>(_ convert: (JSONValue) throws(EngramError) -> T) throws(EngramError) -> [T] {
    var result: [T] = []
    for (index, value) in try asArray().enumerated() {
      do {
        result.append(try convert(value))
      } catch {
        var named = error
        named.place = "element \(index)" + (error.place.map { ", \($0)" } ?? "")
        throw named
      }
    }
    return result
  }

  /// The error for a value of another kind than was wanted.
  private func mismatch(_ expected: String) -> EngramError {
    var found = kind
    switch self {
    case .bool, .integer, .real, .string:
      let shown = description
      found += " \(shown.count > 60 ? shown.prefix(60) + "…" : shown)"
    default: break
    }
    return EngramError(.invalidData, "a JSON value is of the wrong kind", expected: expected, found: found)
  }
}
