// GridSpecification.swift -- the candidates of one kind of classifier, as a user writes them: choices for each parameter.
//   {"version": 1, "classifier": "random-forest",
//    "parameters": {"max_features": ["sqrt", "log2", "all"], "n_estimators": [20, 50, 100]}}

public import Base

/// The candidates of one kind of classifier: choices for each parameter, of which every combination is tried.
///
/// Its JSON form is described by `schema/classifier-grid.schema.json`.
public struct GridSpecification: Sendable, Hashable {
  /// The version of the JSON form that this code reads.
  public static let version: Int64 = 1
  /// More candidates than anyone waits for.
  private static let mostCandidates = 10_000

  /// The kind of classifier.
  public let kind: ClassifierKind
  /// For each part of the grid, its parameters; a value is one choice or an array of them.
  ///
  /// A number for each class is one choice of `class_weight`.
  public let parts: [JSONObject]

  /// Makes a grid of parts, one after the other.
  public init(_ kind: ClassifierKind, parts: [JSONObject]) {
    self.kind = kind
    self.parts = parts
  }

  /// One candidate: a kind with parameters.
  public init(_ kind: ClassifierKind, parameters: JSONObject = JSONObject()) {
    self.init(kind, parts: [parameters])
  }

  /// Reads the JSON form.
  ///
  /// - Parameters:
  ///   - json: The grid.
  ///   - kind: The kind that is wanted; nil for whichever the grid is for.
  /// - Throws: ``EngramError`` with code `usage` that names the key and the parameter when something is wrong, and
  ///   `unsupported` for a newer version.
  public init(json: JSONValue, for kind: ClassifierKind? = nil) throws(EngramError) {
    self = try json.document("grid", version: Self.version) { (object) throws(EngramError) in
      let grid = try Self.read(object, kind)
      _ = try grid.makeGrid()
      return grid
    }
  }

  private static func read(_ object: JSONObject, _ wanted: ClassifierKind?) throws(EngramError) -> GridSpecification {
    try object.checkKeys(["version", "classifier", "parameters"])
    let name = try object.string("classifier")
    let names = ClassifierKind.allCases.map(\.rawValue)
    guard let kind = ClassifierKind(rawValue: name) else {
      throw EngramError(
        .usage, "there is no such classifier", place: "key \"classifier\"",
        expected: "one of \(names.joined(separator: ", "))", found: name,
        mend: closestName(to: name, among: names).map { "did you mean '\($0)'?" })
    }
    if let wanted, wanted != kind {
      throw EngramError(
        .usage, "the grid is for another classifier", place: "key \"classifier\"", expected: wanted.rawValue,
        found: name, mend: "choose that classifier, or another grid")
    }
    let parts: [JSONObject]
    if case .array(let list)? = object["parameters"] {
      var read: [JSONObject] = []
      for value in list { read.append(try value.asObject()) }
      parts = read
    } else {
      parts = [try object.object("parameters")]
    }
    return GridSpecification(kind, parts: parts)
  }

  /// The grid itself.
  ///
  /// Of each part every combination is a candidate. Parameters of which one model serves all choices change fastest, such
  /// as the number of trees; the others change in their order, the last one fastest.
  ///
  /// - Throws: ``EngramError`` with code `usage` or `invalidData` that names the key for a parameter that cannot be,
  ///   `limit` for too many candidates.
  public func makeGrid() throws(EngramError) -> any CandidateGrid {
    var grids: [any CandidateGrid] = []
    var count = 0
    for part in parts {
      count += try Self.combinationCount(part)
      guard count <= Self.mostCandidates else {
        throw EngramError(
          .limit, "the grid has too many candidates", place: "key \"parameters\"",
          expected: "at most \(Self.mostCandidates)", found: "\(count)", mend: "give fewer choices")
      }
      do throws(EngramError) {
        grids += try kind.grids(part)
      } catch {
        var placed = error
        placed.place = "key \"parameters\"" + (error.place.map { ", \($0)" } ?? "")
        throw placed
      }
    }
    guard count > 0 else {
      throw EngramError(
        .usage, "the grid has no candidate", place: "key \"parameters\"", expected: "an object, or an array of objects")
    }
    return grids.count == 1 ? grids[0] : JoinedGrid(grids)
  }

  /// What a parameter may be: a value, or one of an array of them; a number for each class is one choice of class weights.
  static func choices(of member: JSONObject.Member) -> [JSONValue] {
    guard case .array(let list) = member.value else { return [member.value] }
    let isOne =
      member.key == "class_weight" && !list.isEmpty
      && list.allSatisfy { value in
        switch value {
        case .integer, .real: true
        default: false
        }
      }
    return isOne ? [member.value] : list
  }

  private static func combinationCount(_ part: JSONObject) throws(EngramError) -> Int {
    var count = 1
    for member in part.members {
      let choices = choices(of: member)
      guard !choices.isEmpty else {
        throw EngramError(
          .usage, "a parameter has no choices", place: "key \"parameters\", key \"\(member.key)\"",
          expected: "a value, or an array of at least one", mend: "leave the parameter out for its default")
      }
      count = min(count * choices.count, mostCandidates + 1)
    }
    return count
  }

  /// The JSON form.
  public var json: JSONValue {
    [
      "version": .integer(Self.version), "classifier": .string(kind.rawValue),
      "parameters": .array(parts.map { .object($0) }),
    ]
  }
}
