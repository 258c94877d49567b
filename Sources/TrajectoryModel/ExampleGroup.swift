// ExampleGroup.swift -- the examples that share a key.

/// The examples that have the same values in the columns grouped by.
public struct ExampleGroup: Sendable, Hashable {
  /// The values, in the order of the columns grouped by; null is a value like any other.
  public var key: [MetadataValue]
  /// The examples.
  public var examples: ExampleSet

  /// Makes a group.
  public init(key: [MetadataValue], examples: ExampleSet) {
    self.key = key
    self.examples = examples
  }
}
