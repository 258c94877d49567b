// PublishedResults.swift -- the published `saved_classifier_results`, found in a value that a pickle holds.

package import Base
package import Formats

/// The results of a classifier as the published code saves them.
///
/// The file is a dictionary with the keys `train`, `test`, `cv_params`, `training_sidedata`,
/// `feature_importances_by_split` and `feature_names`. A file with `models` holds Python objects and is refused.
package struct PublishedResults: Sendable {
  /// One split.
  package struct Split: Sendable {
    /// The confusion matrix of the train side, row by row, rows actual.
    package let train: [Int64]
    /// The confusion matrix of the test side.
    package let test: [Int64]
    /// The parameters that were chosen, by the published names, such as `cls__n_estimators`.
    package let parameters: [(name: String, value: PickleValue)]
    /// For each tree the importance of each column; nil for classifiers without.
    package let importances: [[Double]]?
  }

  /// The names of the classes, in the order of the matrices.
  package let classes: [String]
  /// The splits, in order.
  package let splits: [Split]
  /// The names of the columns; empty where the file has none.
  package let columns: [String]

  /// More classes than any results have; the limit keeps arithmetic in range.
  private static let mostClasses = 1 << 15

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - work: How the work is done.
  /// - Throws: ``EngramError`` with code `unsupported` when the file holds Python objects, such as models; `invalidData`
  ///   when it is not in the published layout, and as ``PickleFile/read(path:limits:work:)``.
  package init(path: String, work: WorkContext = WorkContext()) throws(EngramError) {
    let value: PickleValue
    do throws(EngramError) {
      value = try PickleFile.read(path: path, work: work)
    } catch {
      var refused = error
      if error.code == .unsupported {
        refused.mend =
          "if the file was saved with its models, save it again without the key 'models': they are objects "
          + "of scikit-learn, and no object is made from a file here"
      }
      throw refused
    }
    do throws(EngramError) {
      try self.init(value)
    } catch {
      throw error.inFile(path)
    }
  }

  private init(_ value: PickleValue) throws(EngramError) {
    guard case .dictionary = value, let train = value[key: "train"], let test = value[key: "test"] else {
      throw EngramError(
        .invalidData, "the pickle holds no published results", expected: "a dictionary with the keys train and test",
        found: value.summary, mend: "name a file of saved_classifier_results")
    }
    let classes = try Self.texts(test[key: "labels"], "test.labels")
    guard (1...Self.mostClasses).contains(classes.count) else {
      throw Self.fault("there are no classes", "test.labels", "an array of names", "\(classes.count)")
    }
    let trainCounts = try Self.matrices(train[key: "confusion_matrices"], "train.confusion_matrices", classes.count)
    let testCounts = try Self.matrices(test[key: "confusion_matrices"], "test.confusion_matrices", classes.count)
    guard trainCounts.count == testCounts.count, !testCounts.isEmpty else {
      throw Self.fault(
        "train and test are not of the same splits", "train.confusion_matrices", "\(testCounts.count) splits",
        "\(trainCounts.count)")
    }
    guard testCounts.allSatisfy({ $0.contains { $0 > 0 } }) else {
      throw Self.fault("a split has no test examples", "test.confusion_matrices", "counts above zero", "only zeros")
    }
    let count = testCounts.count
    let parameters = try Self.items(value[key: "cv_params"], "cv_params", count)
    let importances = try Self.items(
      value[key: "feature_importances_by_split"], "feature_importances_by_split", count)
    let columns = try value[key: "feature_names"].map { (names) throws(EngramError) in
      try Self.texts(names, "feature_names")
    }
    var splits: [Split] = []
    for split in 0..<count {
      var chosen: [(name: String, value: PickleValue)] = []
      if let parameters, case .dictionary(let items) = parameters[split] {
        for item in items {
          if case .text(let name) = item.key { chosen.append((name, item.value)) }
        }
      }
      splits.append(
        Split(
          train: trainCounts[split], test: testCounts[split], parameters: chosen,
          importances: try importances.flatMap { (list) throws(EngramError) in try Self.trees(list[split]) }))
    }
    self.classes = classes
    self.splits = splits
    self.columns = columns ?? []
  }

  private static func fault(_ message: String, _ place: String, _ expected: String, _ found: String) -> EngramError {
    EngramError(
      .invalidData, "the published results are not well formed: \(message)", place: place, expected: expected,
      found: found)
  }

  /// The elements of a list with one for each split; nil when the file has none.
  private static func items(
    _ value: PickleValue?, _ place: String, _ count: Int
  ) throws(EngramError) -> [PickleValue]? {
    switch value {
    case nil, PickleValue.none?: return nil
    case .list(let items)? where items.count == count: return items
    case .tuple(let items)? where items.count == count: return items
    case let value?: throw fault("this is not one for each split", place, "a list of \(count)", value.summary)
    }
  }

  private static func texts(_ value: PickleValue?, _ place: String) throws(EngramError) -> [String] {
    var texts: [String] = []
    for element in try elements(value, place).values {
      guard case .text(let text) = element else { throw fault("a name is not text", place, "text", element.summary) }
      texts.append(text)
    }
    return texts
  }

  /// Matrices of counts: splits x classes x classes.
  private static func matrices(
    _ value: PickleValue?, _ place: String, _ classCount: Int
  ) throws(EngramError) -> [[Int64]] {
    let (shape, values) = try elements(value, place)
    guard shape.count == 3, shape[1] == classCount, shape[2] == classCount else {
      throw fault("the matrices do not fit the classes", place, "(splits, \(classCount), \(classCount))", "\(shape)")
    }
    var counts: [Int64] = []
    for value in values {
      guard case .integer(let count) = value, (0...Int64(Int32.max)).contains(count) else {
        throw fault("a count is not a number of examples", place, "0 to \(Int32.max)", value.summary)
      }
      counts.append(count)
    }
    let size = classCount * classCount
    return (0..<shape[0]).map { Array(counts[($0 * size)..<(($0 + 1) * size)]) }
  }

  /// Trees x columns, or nil for None.
  private static func trees(_ value: PickleValue) throws(EngramError) -> [[Double]]? {
    if case .none = value { return nil }
    let place = "feature_importances_by_split"
    let (shape, values) = try elements(value, place)
    guard shape.count == 2 else { throw fault("importances are not of trees", place, "(trees, columns)", "\(shape)") }
    var numbers: [Double] = []
    for value in values {
      guard case .real(let number) = value, number.isFinite else {
        throw fault("an importance is not a finite number", place, "a finite float", value.summary)
      }
      numbers.append(number)
    }
    return (0..<shape[0]).map { Array(numbers[($0 * shape[1])..<(($0 + 1) * shape[1])]) }
  }

  /// The shape of an array, or of a list of plain values, and its elements in C order.
  private static func elements(
    _ value: PickleValue?, _ place: String
  ) throws(EngramError) -> (shape: [Int], values: [PickleValue]) {
    switch value {
    case .list(let items)?: return ([items.count], items)
    case .objectArray(let shape, let items)?: return (shape, items)
    case .array(let array)?:
      let count = array.shape.reduce(1, *)
      var values = [PickleValue](repeating: .none, count: count)
      let size = array.type.byteCount
      try NumPyElements.forEachBlock(of: array.payload, elementByteCount: size) { offset, block throws(EngramError) in
        for start in stride(from: block.startIndex, to: block.endIndex, by: size) {
          let index = (offset + start - block.startIndex) / size
          let target = array.isFortranOrder ? NumPyElements.placeInC(ofFortran: index, shape: array.shape) : index
          guard let element = NumPyElements.value(block[start..<(start + size)], type: array.type) else {
            throw fault("a value is malformed", "\(place), element \(index)", "a number or text", "other bytes")
          }
          values[target] = element
        }
      }
      return (array.shape, values)
    default: throw fault("an array is missing", place, "an array", value?.summary ?? "nothing")
    }
  }
}
