// SplitSpecification+Codable.swift -- the specification in other encoders and decoders, in the shape of its JSON.

import Base

extension SplitSpecification: Codable {
  /// Reads what ``encode(to:)`` writes, with the same checks as ``init(json:)``.
  public init(from decoder: any Decoder) throws {
    try self.init(json: try CodableJSON(from: decoder).value)
  }

  /// Writes the shape of ``json``.
  public func encode(to encoder: any Encoder) throws {
    try CodableJSON(value: json).encode(to: encoder)
  }
}

/// A JSON value that passes through encoders and decoders.
private struct CodableJSON: Codable {
  var value: JSONValue

  struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(value: JSONValue) { self.value = value }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      var object = JSONObject()
      for key in container.allKeys {
        object[key.stringValue] = try container.decode(CodableJSON.self, forKey: key).value
      }
      value = .object(object)
    } else if var container = try? decoder.unkeyedContainer() {
      var values: [JSONValue] = []
      while !container.isAtEnd { values.append(try container.decode(CodableJSON.self).value) }
      value = .array(values)
    } else {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        value = .null
      } else if let bool = try? container.decode(Bool.self) {
        value = .bool(bool)
      } else if let integer = try? container.decode(Int64.self) {
        value = .integer(integer)
      } else if let real = try? container.decode(Double.self) {
        value = .real(real)
      } else {
        value = .string(try container.decode(String.self))
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .object(let object):
      var container = encoder.container(keyedBy: Key.self)
      for member in object.members {
        try container.encode(CodableJSON(value: member.value), forKey: Key(stringValue: member.key))
      }
    case .array(let values):
      var container = encoder.unkeyedContainer()
      for value in values { try container.encode(CodableJSON(value: value)) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .integer(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .real(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .string(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }
}
