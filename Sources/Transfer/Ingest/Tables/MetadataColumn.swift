// MetadataColumn.swift -- a named list of metadata, one value for each example, and how it was understood.

package import TrajectoryModel

/// A named list of metadata, one value for each example.
package struct MetadataColumn: Sendable, Equatable {
  /// The name: ours where the user mapped it, else the file's.
  package let name: String
  /// The name in the file, where it was another one.
  package let sourceName: String?
  /// The values in the order of the examples.
  package let values: [MetadataValue]
  /// Why the values have their type; nil where the file says it.
  package let evidence: ColumnEvidence?

  /// Makes a column.
  package init(
    name: String, sourceName: String? = nil, values: [MetadataValue], evidence: ColumnEvidence? = nil
  ) {
    self.name = name
    self.sourceName = sourceName
    self.values = values
    self.evidence = evidence
  }

  /// The same column under another name.
  func named(_ name: String) -> MetadataColumn {
    if name == self.name { return self }
    return MetadataColumn(name: name, sourceName: sourceName ?? self.name, values: values, evidence: evidence)
  }

  /// The same column with the values of some examples, in an order.
  func ordered(_ order: [Int]) -> MetadataColumn {
    MetadataColumn(name: name, sourceName: sourceName, values: order.map { values[$0] }, evidence: evidence)
  }
}
