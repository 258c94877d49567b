// RunDescription.swift -- a run as JSON says it: {"run": {…}, "layers": […], "statistics": […], "type": "float32"}.

package import Base
package import TrajectoryModel

/// A run as JSON says it, for every door that takes one.
package struct RunDescription: Sendable {
  /// Metadata by field name.
  package let metadata: [String: MetadataValue]
  /// The layers, in the order of values.
  package let layers: [Layer]

  /// Reads the keys `run` and `layers`; the caller checks that there is no other.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` that names the key.
  package init(_ object: JSONObject) throws(EngramError) {
    var metadata: [String: MetadataValue] = [:]
    for member in try object.object("run").members {
      metadata[member.key] =
        switch member.value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .string(let text): .text(text)
        case .bool(let truth): .integer(truth ? 1 : 0)
        case .array, .object:
          throw EngramError(
            .invalidData, "a value of metadata is no single value", place: "key \"\(member.key)\"",
            expected: "a number, a text, true, false or null")
        }
    }
    if let name = metadata.first(where: { if case .real(let number) = $0.value { number.isNaN } else { false } })?.key {
      throw EngramError(.invalidData, "a value of metadata is NaN", place: "key \"\(name)\"", mend: "leave it out")
    }
    self.metadata = metadata
    layers = try object.array("layers").map { (value) throws(EngramError) in try Self.layer(value) }
  }

  private static func layer(_ value: JSONValue) throws(EngramError) -> Layer {
    if case .string(let name) = value { return Layer(name: name, position: nil) }
    let object = try value.asObject()
    try object.checkKeys(["name", "position"])
    guard let position = object["position"], position != .null else {
      return Layer(name: try object.string("name"), position: nil)
    }
    let word = try position.asString()
    guard let position = LayerPosition(rawValue: word) else {
      throw EngramError(
        .invalidData, "there is no such position", place: "key \"position\"", expected: "early, middle or deep",
        found: word)
    }
    return Layer(name: try object.string("name"), position: position)
  }

  /// The type of values under the key `type`; float32 where there is none.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for another one.
  package static func elementType(_ object: JSONObject) throws(EngramError) -> ElementType {
    let word = try object.optional("type") { (value) throws(EngramError) in try value.asString() } ?? "float32"
    guard let type = ElementType(name: word) else {
      throw EngramError(
        .invalidData, "there is no such type", place: "key \"type\"", expected: "float32 or float64", found: word)
    }
    return type
  }

  /// A number; null and the words that JSON lacks are what they mean.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no number.
  package static func number(_ value: JSONValue) throws(EngramError) -> Double {
    switch value {
    case .real(let number): return number
    case .null: return .nan
    case .string(let word):
      switch word.lowercased() {
      case "nan": return .nan
      case "inf", "infinity": return .infinity
      case "-inf", "-infinity": return -.infinity
      default: return try value.asReal()
      }
    default: return try value.asReal()
    }
  }
}
