// TrajectoryStore+ImportResults.swift -- bringing published results into a store, to be seen beside our own.

public import Base
import Classifiers
import Formats
import TrajectoryModel
public import TrajectoryStore

extension TrajectoryStore {
  /// Brings a published `saved_classifier_results` pickle into the store.
  ///
  /// Nothing in it is executed. The same file is not taken in twice.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - options: How to wait, and who may stop the work.
  /// - Returns: The results, as the store keeps them.
  /// - Throws: ``EngramError`` with code `exists` when the file is here already, `unsupported` when it holds Python objects
  ///   such as models, `invalidData` when it is not in the published layout.
  public func importResults(
    from path: String, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> Classification {
    let results = try PublishedResults(path: path, work: options.work)
    let bytes = try InputFile(opening: path).contents(limit: Self.longestResults)
    let hash = XXH3.hash128(unsafe bytes.span.bytes)
    if let known = try classificationRecord(planHash: hash) {
      throw EngramError(
        .exists, "these results are here already", file: path, found: "results \(known.id), from \(known.title)",
        mend: "\(run: .results, on: self.path, String(known.id)) shows them")
    }
    let name = String(path.split(separator: "/").last ?? "results")
    var plan = JSONObject()
    plan["version"] = 1
    plan["imported_from"] = .string(name)
    let splits = results.splits.enumerated().map { ordinal, split in
      SplitResult(published: split, ordinal: ordinal, results)
    }
    let record = ClassificationRecord(
      planHash: hash, origin: .imported, classifier: Self.publishedKind(splits), title: name,
      plan: try JSONValue.object(plan).text(), splitCount: splits.count)
    var rows: [ClassificationSplitRecord] = []
    for split in splits {
      rows.append(
        ClassificationSplitRecord(
          ordinal: split.ordinal, testAccuracy: split.test.confusion.accuracy,
          summary: try JSONValue.object(split.json).text(), predictions: nil))
    }
    let id = try add(rows, of: record, message: "results of \(rows.count) splits from \(name)", options: options)
    return try classification(id)
  }

  /// Results of forests of a thousand trees take 40 MB.
  private static let longestResults = 1 << 30

  /// The kind of classifier that has such parameters, as far as one can tell.
  private static func publishedKind(_ splits: [SplitResult]) -> String {
    let keys = splits.first?.parameters.keys ?? []
    if keys.contains("cls__n_estimators") { return ClassifierKind.randomForest.rawValue }
    if keys.contains("cls__C") { return ClassifierKind.linearSVM.rawValue }
    if keys.contains(where: { $0.hasSuffix("ksize") }) { return ClassifierKind.conv1D.rawValue }
    return "unknown"
  }
}

extension SplitResult {
  /// A split of published results.
  init(published split: PublishedResults.Split, ordinal: Int, _ results: PublishedResults) {
    var parameters = JSONObject()
    for (name, value) in split.parameters {
      switch value {
      case .none: parameters[name] = .null
      case .boolean(let flag): parameters[name] = .bool(flag)
      case .integer(let number): parameters[name] = .integer(number)
      case .real(let number) where number.isFinite: parameters[name] = .real(number)
      case .text(let text): parameters[name] = .string(text)
      default: parameters[name] = .string(value.summary)
      }
    }
    self.init(
      ordinal: ordinal, name: String(ordinal), classes: results.classes,
      train: ConfusionMatrix(counts: split.train, classCount: results.classes.count),
      test: ConfusionMatrix(counts: split.test, classCount: results.classes.count), parameters: parameters,
      importances: split.importances.flatMap { Importances(trees: $0, columns: results.columns) })
  }
}

extension Importances {
  /// The mean and the standard error over trees; nil when columns have no names for all.
  init?(trees: [[Double]], columns: [String]) {
    guard let first = trees.first, first.count == columns.count else { return nil }
    let count = Double(trees.count)
    let means = columns.indices.map { column in trees.reduce(0) { $0 + $1[column] } / count }
    let errors = columns.indices.map { column -> Double in
      let squares = trees.reduce(0) { $0 + ($1[column] - means[column]) * ($1[column] - means[column]) }
      return (squares / (count - 1) / count).squareRoot()
    }
    self.init(columns: columns, means: means, errors: errors)
  }
}
