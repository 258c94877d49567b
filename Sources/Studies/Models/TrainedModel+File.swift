// TrainedModel+File.swift -- a trained classifier as the bytes of a model file.
// To the header of its kind of model it adds, under "features":
//   {"label": "learning_rule", "classes": ["adam", …], "statistics": ["weightabs_mean", …], "view": {…},
//    "standardization": null or {"first_column": 0, "means": […], "scales": […]}}

public import Base
import Classifiers
import TrajectoryModel
import TrajectoryStore

extension TrainedModel {
  private static let key = "features"

  /// The bytes of a model file.
  ///
  /// - Throws: ``EngramError`` as ``ModelFile/bytes()``.
  public func encoded() throws(EngramError) -> [UInt8] {
    var file = try model.encoded()
    var object = JSONObject()
    object["label"] = .string(classes.label)
    object["classes"] = .array(classes.values.map(Self.json))
    object["statistics"] = .array(statistics.map { .string($0) })
    object["view"] = view.json
    object["standardization"] =
      standardization.map { standardization in
        [
          "first_column": .integer(Int64(standardization.firstColumn)),
          "means": .array(standardization.means.map { .real($0) }),
          "scales": .array(standardization.scales.map { .real($0) }),
        ]
      } ?? .null
    file.header[Self.key] = .object(object)
    return try file.bytes()
  }

  /// Reads the bytes of a model file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: What to name in errors.
  /// - Throws: ``EngramError`` with code `truncated`, `corrupt` or `unsupported`; nothing is trusted before its checksum
  ///   was compared.
  public init(parsing bytes: [UInt8], file path: String? = nil) throws(EngramError) {
    let file = try ModelFile(parsing: bytes, file: path)
    do throws(EngramError) {
      self = try Self.read(file)
    } catch {
      var located = path.map { error.inFile($0) } ?? error
      if located.code != .unsupported { located.code = .corrupt }
      throw located
    }
  }

  private static func read(_ file: ModelFile) throws(EngramError) -> TrainedModel {
    guard let kind = ClassifierKind(rawValue: file.kind) else {
      throw EngramError(
        .unsupported, "the model is of a kind that is not known here", place: "key \"kind\"",
        expected: ClassifierKind.allCases.map(\.rawValue).joined(separator: ", "), found: file.kind)
    }
    let object = try file.header.object(key)
    var classes: [MetadataValue] = []
    for value in try object.array("classes") { classes.append(try metadata(value)) }
    let model = try kind.model(file)
    guard model.classCount == classes.count else {
      throw EngramError(
        .corrupt, "the model has not a name for each class", place: "key \"classes\"",
        expected: "\(model.classCount)", found: "\(classes.count)")
    }
    let standardization = try object.optional("standardization") {
      (value) throws(EngramError) -> Standardization in
      let parts = try value.asObject()
      let (means, scales) = (try parts.reals("means"), try parts.reals("scales"))
      let first = try parts.integer("first_column")
      guard means.count == scales.count, first == Int64(model.columnCount - means.count),
        means.count <= model.columnCount
      else {
        throw EngramError(
          .corrupt, "the model has not a mean and a scale for each column", expected: "\(model.columnCount) columns",
          found: "\(means.count) means and \(scales.count) scales")
      }
      return Standardization(firstColumn: Int(first), means: means, scales: scales)
    }
    let statistics = try object.strings("statistics")
    guard Set(statistics).count == statistics.count else {
      throw EngramError(
        .corrupt, "a statistic of the model stands twice", place: "key \"statistics\"", expected: "each once",
        found: statistics.joined(separator: ", "))
    }
    return TrainedModel(
      model, kind: kind, classes: ExampleClasses(label: try object.string("label"), values: classes),
      statistics: statistics,
      view: try object.require("view") { (value) throws(EngramError) in try TrajectoryView(json: value) },
      standardization: standardization)
  }

  private static func json(_ value: MetadataValue) -> JSONValue {
    switch value {
    case .null: .null
    case .integer(let number): .integer(number)
    case .real(let number): .real(number)
    case .text(let text): .string(text)
    }
  }

  private static func metadata(_ json: JSONValue) throws(EngramError) -> MetadataValue {
    switch json {
    case .null: .null
    case .integer(let number): .integer(number)
    case .real(let number): .real(number)
    default: .text(try json.asString())
    }
  }
}
