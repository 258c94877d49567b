// MetadataColumn.swift -- a named list of metadata, one value for each example.

package import TrajectoryModel

/// A named list of metadata, one value for each example.
package struct MetadataColumn: Sendable, Equatable {
  /// The name: ours where the user mapped it, else the file's.
  package let name: String
  /// The values in the order of the examples.
  package let values: [MetadataValue]

  /// Makes a column.
  package init(name: String, values: [MetadataValue]) {
    self.name = name
    self.values = values
  }
}
