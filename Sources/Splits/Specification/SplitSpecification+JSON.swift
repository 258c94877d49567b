// SplitSpecification+JSON.swift -- the specification as JSON; schema/split-specification.schema.json describes it.

public import Base

extension SplitSpecification {
  /// The JSON form, with every choice spelled out.
  public var json: JSONValue {
    var object = JSONObject()
    object["version"] = .integer(Self.version)
    object["kind"] = .string(kind.name)
    object["label"] = .string(label)
    object["where"] = filter.map { .string($0) }
    object["train_where"] = trainFilter.map { .string($0) }
    object["test_where"] = testFilter.map { .string($0) }
    kind.plan.write(to: &object)
    return .object(object)
  }

  /// The keys that every kind has.
  static let commonKeys = ["version", "kind", "label", "where", "train_where", "test_where"]

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names the key when one is unknown, missing or out of range, and
  ///   `unsupported` for a newer version.
  public init(json: JSONValue) throws(EngramError) {
    self = try json.document("split specification", version: Self.version, Self.read)
  }

  private static func read(_ object: JSONObject) throws(EngramError) -> SplitSpecification {
    let name = try object.string("kind")
    guard let reader = Kind.readers.first(where: { $0.kind == name }) else {
      let kinds = Kind.readers.map(\.kind)
      throw EngramError(
        .usage, "there is no such kind of split", place: "key \"kind\"",
        expected: "one of \(kinds.joined(separator: ", "))", found: "\"\(name)\"",
        mend: closestName(to: name, among: kinds).map { "did you mean \"\($0)\"?" })
    }
    try object.checkKeys(commonKeys + reader.keys)
    var specification = SplitSpecification(try reader.read(object))
    if let label = try object.optionalText("label") { specification.label = label }
    specification.filter = try object.optionalText("where")
    specification.trainFilter = try object.optionalText("train_where")
    specification.testFilter = try object.optionalText("test_where")
    try specification.check()
    return specification
  }

  /// Refuses choices that cannot be, whatever the store holds.
  ///
  /// - Throws: ``EngramError`` with code `usage` that names what is out of range.
  public func check() throws(EngramError) {
    guard !label.isEmpty else {
      throw EngramError(
        .usage, "the label column has no name", place: "key \"label\"", expected: "a column such as learning_rule")
    }
    try kind.plan.check()
    if case .explicit = kind, filter != nil || trainFilter != nil || testFilter != nil {
      throw EngramError(
        .usage, "explicit splits take no filter", place: "key \"where\"",
        expected: "the example ids of both sides and nothing else", mend: "leave the filters out")
    }
  }
}
