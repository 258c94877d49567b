// ExampleGroup.swift -- the examples that share a key.

package import TrajectoryModel

/// The examples that have the same values in the columns grouped by.
package struct ExampleGroup: Sendable, Hashable {
  /// The values, in the order of the columns grouped by; null is a value like any other.
  package var key: [MetadataValue]
  /// The examples.
  package var examples: ExampleSet

  /// Makes a group.
  package init(key: [MetadataValue], examples: ExampleSet) {
    self.key = key
    self.examples = examples
  }
}
