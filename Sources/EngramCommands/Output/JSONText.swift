// JSONText.swift -- values written as JSON (RFC 8259).

/// A value that is written as JSON; objects keep the order of their fields.
///
/// JSON has no NaN and no infinities: they are written as the texts "NaN", "Infinity" and "-Infinity", so that they
/// never look like null, which is "no value".
package indirect enum JSONText: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case real(Double)
  case string(String)
  case array([JSONText])
  case object([(String, JSONText)])

  /// A text, or null.
  package static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }

  /// Everything on one line.
  package var text: String {
    var result = ""
    append(to: &result)
    return result
  }

  /// Appends the value on one line.
  package func append(to result: inout String) {
    switch self {
    case .null: result += "null"
    case .boolean(let value): result += value ? "true" : "false"
    case .integer(let value): result += String(value)
    case .real(let value): result += Self.number(value)
    case .string(let value): Self.appendQuoted(value, to: &result)
    case .array(let values):
      result += "["
      for (index, value) in values.enumerated() {
        if index > 0 { result += ", " }
        value.append(to: &result)
      }
      result += "]"
    case .object(let fields):
      result += "{"
      for (index, field) in fields.enumerated() {
        if index > 0 { result += ", " }
        Self.appendQuoted(field.0, to: &result)
        result += ": "
        field.1.append(to: &result)
      }
      result += "}"
    }
  }

  /// The shortest decimal that reads back to the same bits; what is not finite in quotes.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    return "\(value)"
  }

  /// Appends text in quotes.
  static func appendQuoted(_ text: String, to result: inout String) {
    result += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 32 || scalar.value == 127:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }
}
