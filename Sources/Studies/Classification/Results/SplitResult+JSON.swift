// SplitResult+JSON.swift -- the result of a split as JSON, as the store keeps it and `engram results --json` shows it.
//   {"split": "0", "classes": ["adam", …], "train": {"examples": 1224, "confusion": [[…], …]}, "test": {…},
//    "parameters": {…}, "search": {…} or null, "model": {…}, "importances": {…} or null, "seconds": {…},
//    "peak_memory_bytes": 362807296}
// where the test side is identified: "identification": {…};
// where the classifier is a forest: "statistic_importances": {"statistics": […], "means": […], "deviations": […], "count": 100};
// and, where the best candidates could not learn from the whole train side: "passed_over": [{"candidate": 3, "reason": "…"}]

public import Base
import Classifiers

extension SplitResult {
  /// The JSON form, without the predictions.
  public var json: JSONObject {
    var object = JSONObject()
    object["split"] = .string(name)
    object["classes"] = .array(classes.map { .string($0) })
    object["train"] = Self.json(train)
    object["test"] = Self.json(test)
    object["parameters"] = .object(parameters)
    object["search"] = search?.json ?? .null
    if !passedOver.isEmpty {
      object["passed_over"] = .array(
        passedOver.map { ["candidate": .count($0.candidate), "reason": .string($0.reason)] })
    }
    object["model"] = .object(model)
    object["importances"] =
      importances.map { importances in
        [
          "columns": .array(importances.columns.map { .string($0) }),
          "means": .array(importances.means.map { .real($0) }),
          "errors": .array(importances.errors.map { $0.isFinite ? .real($0) : .null }),
        ]
      } ?? .null
    object["statistic_importances"] = statisticImportances?.json
    object["permutation_importances"] = permutationImportances?.json
    object["identification"] = identification?.json
    object["seconds"] = ["search": .real(searchSeconds), "fit": .real(fitSeconds)]
    object["peak_memory_bytes"] = peakMemory.map { .count($0) }
    return object
  }

  private static func json(_ side: Side) -> JSONValue {
    let matrix = side.confusion
    return [
      "examples": .integer(matrix.total),
      "confusion": .array(
        (0..<matrix.classCount).map { row in
          .array((0..<matrix.classCount).map { .integer(matrix[row, $0]) })
        }),
    ]
  }

  /// Reads the JSON form.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` that names the key.
  package init(json object: JSONObject, ordinal: Int, predictions: Predictions?) throws(EngramError) {
    let classes = try object.strings("classes")
    let seconds = try object.object("seconds")
    self.init(
      ordinal: ordinal, name: try object.string("split"), classes: classes,
      train: try Self.confusion(object, "train", classes.count),
      test: try Self.confusion(object, "test", classes.count), parameters: try object.object("parameters"),
      search: try object.optional("search") { (value) throws(EngramError) in try SearchRecord(json: value) },
      passedOver: try object.optional("passed_over") { (value) throws(EngramError) in
        try value.elements { (member) throws(EngramError) in try Self.passedOver(try member.asObject()) }
      } ?? [],
      model: Self.renamed(try object.object("model")),
      importances: try object.optional("importances") { (value) throws(EngramError) in
        try Self.importances(try value.asObject())
      },
      statisticImportances: try object.optional("statistic_importances") { (value) throws(EngramError) in
        try StatisticImportances(json: value)
      },
      permutationImportances: try object.optional("permutation_importances") { (value) throws(EngramError) in
        try StatisticImportances(json: value)
      },
      identification: try object.optional("identification") { (value) throws(EngramError) in
        try IdentificationScore(json: value)
      }, predictions: predictions, searchSeconds: try seconds.real("search"), fitSeconds: try seconds.real("fit"),
      peakMemory: try object.optional("peak_memory_bytes") { (value) throws(EngramError) in
        Int(exactly: try value.asInteger())
      } ?? nil)
  }

  private static func passedOver(_ object: JSONObject) throws(EngramError) -> PassedOverCandidate {
    guard let candidate = Int(exactly: try object.integer("candidate")), candidate >= 0 else {
      throw EngramError(.invalidData, "the number of a candidate is negative", place: "key \"passed_over\"")
    }
    return PassedOverCandidate(candidate: candidate, reason: try object.string("reason"))
  }

  /// Names of keys that stores of earlier versions hold, and what they are called now.
  private static let formerKeys = [
    "outOfBagAccuracy": "out_of_bag_accuracy", "channelCount": "channel_count", "placeCount": "place_count",
    "weightCount": "weight_count", "trainingLoss": "training_loss",
  ]

  private static func renamed(_ model: JSONObject) -> JSONObject {
    var renamed = JSONObject()
    for member in model.members { renamed[formerKeys[member.key] ?? member.key] = member.value }
    return renamed
  }

  private static func confusion(
    _ object: JSONObject, _ side: String, _ classCount: Int
  ) throws(EngramError) -> ConfusionMatrix {
    var counts: [Int64] = []
    for row in try object.object(side).array("confusion") { counts += try row.asIntegers() }
    /// More examples than any store has; sums of so many stay far below the largest integer.
    let most: Int64 = 1 << 40
    guard counts.count == classCount * classCount, counts.allSatisfy({ (0...most).contains($0) }) else {
      throw EngramError(
        .invalidData, "a confusion matrix is not well formed", place: "key \"\(side)\", key \"confusion\"",
        expected: "\(classCount) x \(classCount) counts",
        found: "\(counts.count) numbers, the largest \(counts.max() ?? 0)")
    }
    return ConfusionMatrix(counts: counts, classCount: classCount)
  }

  private static func importances(_ object: JSONObject) throws(EngramError) -> Importances {
    let (columns, means) = (try object.strings("columns"), try object.reals("means"))
    var errors: [Double] = []
    for value in try object.array("errors") { errors.append(value == .null ? .nan : try value.asReal()) }
    guard means.count == columns.count, errors.count == columns.count else {
      throw EngramError(
        .invalidData, "importances are not well formed", place: "key \"importances\"",
        expected: "\(columns.count) means and errors", found: "\(means.count) and \(errors.count)")
    }
    return Importances(columns: columns, means: means, errors: errors)
  }
}
