// RecordingDescription.swift -- how to understand a user's files, as a JSON file that the next batch can use again.
//   {"version": 1, "statistics": ["m", "v"], "epochs": [0, 1, 2], "map": {"layer_name": "region"}, "run": ["animal"],
//    "types": {"age": "real"}, "missing": ["-99"], "decimal": ",", "delimiter": ";"}

public import Base
import TrajectoryModel

/// How to understand a user's files: everything but the files themselves.
///
/// Its JSON form is described by `schema/recording-description.schema.json`.
public struct RecordingDescription: Sendable, Hashable {
  /// The version of the JSON form that this code writes and reads.
  public static let version: Int64 = 1

  /// The member of an `.npz` that holds the values.
  public var array: String?
  /// Names of the statistics, as ``IngestRequest/statistics``.
  public var statistics: String?
  /// The epochs, as ``IngestRequest/epochs``.
  public var epochs: String?
  /// Our name of a field to the name it has in the files.
  public var map: [String: String]
  /// The fields that tell runs apart, or nil for all.
  public var runFields: [String]?
  /// What the cells of tables mean; a type of a column that a table lacks says nothing.
  public var rules: TableRules

  /// Makes a description; by default everything is guessed.
  public init(
    array: String? = nil, statistics: String? = nil, epochs: String? = nil, map: [String: String] = [:],
    runFields: [String]? = nil, rules: TableRules = TableRules()
  ) {
    self.array = array
    self.statistics = statistics
    self.epochs = epochs
    self.map = map
    self.runFields = runFields
    self.rules = rules
  }

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `usage` for an unknown key or a value that cannot be, `unsupported` for a newer
  ///   version, `invalidData` for a value of the wrong kind.
  public init(json: JSONValue) throws(EngramError) {
    let object = try json.asObject()
    try object.checkKeys(
      ["version", "array", "statistics", "epochs", "map", "run", "types", "missing", "decimal", "delimiter"])
    let version = try object.integer("version")
    guard version == Self.version else {
      throw EngramError(
        .unsupported, "the description is of a version that is not known", place: "key \"version\"",
        expected: "\(Self.version)", found: "\(version)")
    }
    self.init()
    array = try object.optional("array") { (value) throws(EngramError) in try value.asString() }
    statistics = try object.optional("statistics") { (value) throws(EngramError) in
      if case .string(let text) = value { text } else { QuotedList.text(try value.asStrings()) }
    }
    epochs = try object.optional("epochs") { (value) throws(EngramError) in
      if case .string(let text) = value { return text }
      return try value.asReals().map(EpochSelection.text).joined(separator: ",")
    }
    runFields = try object.optional("run") { (value) throws(EngramError) in try value.asStrings() }
    for member in try object["map"]?.asObject().members ?? [] { map[member.key] = try member.value.asString() }
    for member in try object["types"]?.asObject().members ?? [] {
      rules.types[member.key] = try Self.choice(member.value, "types", TableRules.DeclaredType.init(rawValue:))
      rules.optionalTypes.insert(member.key)
    }
    rules.missing = try object["missing"]?.asStrings() ?? []
    if let value = object["decimal"] {
      rules.decimal = try Self.choice(value, "decimal", TableRules.Decimal.init(rawValue:))
    }
    if let value = object["delimiter"] {
      rules.delimiter = try Self.choice(value, "delimiter", TableRules.Delimiter.init(word:))
    }
  }

  private static func choice<T: CaseIterable & RawRepresentable>(
    _ value: JSONValue, _ key: String, _ make: (String) -> T?
  ) throws(EngramError) -> T where T.RawValue == String {
    let word = try value.asString()
    guard let choice = make(word) else {
      throw EngramError(
        .usage, "a value of the description cannot be", place: "key \"\(key)\"",
        expected: "one of \(T.allCases.map(\.rawValue).joined(separator: " "))", found: "'\(word)'")
    }
    return choice
  }

  /// The JSON form; what is guessed has no key.
  public var json: JSONValue {
    var object = JSONObject()
    object["version"] = .integer(Self.version)
    object["array"] = array.map { .string($0) }
    object["statistics"] = statistics.map { text in
      guard let names = QuotedList.names(in: text), names.count > 1, QuotedList.text(names) == text else {
        return .string(text)
      }
      return .array(names.map { .string($0) })
    }
    object["epochs"] = epochs.map { text in
      let numbers = text.split(separator: ",").compactMap { Double($0) }
      return QuotedList.text(numbers.map(EpochSelection.text)) == text
        ? .array(numbers.map { Int64(exactly: $0).map { .integer($0) } ?? .real($0) }) : .string(text)
    }
    func texts(_ pairs: [String: String]) -> JSONValue {
      var members = JSONObject()
      for (key, value) in pairs.sorted(by: { $0.key < $1.key }) { members[key] = .string(value) }
      return .object(members)
    }
    if !map.isEmpty { object["map"] = texts(map) }
    object["run"] = runFields.map { .array($0.map { .string($0) }) }
    if !rules.types.isEmpty { object["types"] = texts(rules.types.mapValues(\.rawValue)) }
    if !rules.missing.isEmpty { object["missing"] = .array(rules.missing.map { .string($0) }) }
    if rules.decimal != .point { object["decimal"] = .string(rules.decimal.rawValue) }
    object["delimiter"] = rules.delimiter.map { .string($0.rawValue) }
    return .object(object)
  }
}

extension IngestRequest {
  /// A request that understands its files as a description says.
  public init(source: String, metadata: String? = nil, _ description: RecordingDescription) {
    self.init(
      source: source, array: description.array, metadata: metadata, statistics: description.statistics,
      epochs: description.epochs, map: description.map, rules: description.rules)
  }

  /// How the files were understood, for the next batch of the same kind: what was found is said.
  ///
  /// - Parameters:
  ///   - preview: What was understood.
  ///   - runFields: The fields that were named as those that tell runs apart.
  /// - Returns: A description with the types, axes and names that were found.
  public func description(after preview: IngestPreview, runFields: [String]?) -> RecordingDescription {
    var found = RecordingDescription(
      array: array, statistics: statistics, epochs: epochs, map: map, runFields: runFields, rules: rules)
    if let part = preview.parts.first, preview.parts.count == 1 {
      found.statistics = QuotedList.text(part.statistics)
      // A table has its own, and the next one others.
      if !preview.format.hasPrefix(SeriesShape.format) {
        found.epochs = part.epochs.map(EpochSelection.text).joined(separator: ",")
      }
    }
    for field in preview.fields {
      if let source = field.sourceName { found.map[field.name] = source }
      if found.rules.types[field.name] == nil {
        found.rules.types[field.name] =
          switch field.type {
          case .integer: .integer
          case .real: .real
          case .text: .text
          }
      }
    }
    if let layer = preview.layerColumn, layer != LayerColumns.name { found.map[LayerColumns.name] = layer }
    return found
  }
}
