// ExampleClasses.swift -- the classes that a label column gives, with the same numbers for train and test examples.

public import Base
public import Classifiers
public import TrajectoryModel
public import TrajectoryStore

/// The classes of some examples: the distinct values of a label column, numbered.
public struct ExampleClasses: Sendable, Hashable {
  /// The label column, such as `learning_rule`.
  public let label: String
  /// The class of each number, ascending.
  public let values: [MetadataValue]

  /// Makes classes of values.
  public init(label: String, values: [MetadataValue]) {
    self.label = label
    self.values = values
  }

  /// The classes that occur among some examples.
  ///
  /// - Parameters:
  ///   - examples: All the examples whose classes are to be numbered alike: those of the train and of the test side.
  ///   - label: The label column.
  ///   - snapshot: Where the examples are.
  /// - Throws: ``EngramError`` with code `usage` when there is no such column, `invalidData` when examples have no class.
  public init(of examples: ExampleSet, by label: String, in snapshot: Snapshot) throws(EngramError) {
    let labels = try snapshot.labels(of: label, for: examples)
    if let unknown = labels.classes.firstIndex(of: .null) {
      let count = labels.codes.count { $0 == Int32(unknown) }
      throw EngramError(
        .invalidData, "\(count) of the examples have no \(label)", file: snapshot.store.path,
        place: "column \(label)", expected: "a class for each of \(labels.codes.count) examples",
        found: "\(count) without", mend: "leave them out with a filter such as `\(label) IS NOT NULL`")
    }
    self.init(label: label, values: labels.classes)
  }

  /// The names of the classes.
  public var names: [String] { values.map(\.description) }

  /// The number of the class of each of some examples, ascending by id.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when an example is of a class that is not among these.
  public func labels(of examples: ExampleSet, in snapshot: Snapshot) throws(EngramError) -> ClassLabels {
    let labels = try snapshot.labels(of: label, for: examples)
    var numbers: [Int32] = []
    for value in labels.classes {
      guard let number = values.firstIndex(of: value) else {
        throw EngramError(
          .invalidData, "an example is of a class that is not known", file: snapshot.store.path,
          place: "column \(label)", expected: "one of \(names.joined(separator: ", "))", found: value.description)
      }
      numbers.append(Int32(number))
    }
    return ClassLabels(codes: labels.codes.map { numbers[Int($0)] }, classCount: values.count)
  }
}
