// Labels.swift -- the class of each example of a set, as small integers.

public import TrajectoryModel

/// The class of each example of a set.
public struct Labels: Sendable, Hashable {
  /// The distinct values of the label column among the examples, ascending.
  public let classes: [MetadataValue]
  /// For each example, ascending by id, the index of its class in ``classes``.
  public let codes: [Int32]

  /// Makes labels from groups that cover a set.
  ///
  /// - Parameters:
  ///   - groups: For each class its examples; classes that hold none of `examples` are left out.
  ///   - examples: The examples to label, each in exactly one group.
  /// - Complexity: O(examples + ranges log ranges).
  init(groups: [(key: MetadataValue, examples: ExampleSet)], for examples: ExampleSet) {
    var classes: [MetadataValue] = []
    var pieces: [(range: Range<Int64>, code: Int32)] = []
    for group in groups {
      let members = group.examples.intersection(examples)
      if members.isEmpty { continue }
      pieces.append(contentsOf: members.ranges.map { ($0, Int32(classes.count)) })
      classes.append(group.key)
    }
    pieces.sort { $0.range.lowerBound < $1.range.lowerBound }
    var codes: [Int32] = []
    codes.reserveCapacity(examples.count)
    for piece in pieces { codes.append(contentsOf: repeatElement(piece.code, count: piece.range.count)) }
    self.classes = classes
    self.codes = codes
  }
}
