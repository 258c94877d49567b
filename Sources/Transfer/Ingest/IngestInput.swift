// IngestInput.swift -- what an ingest needs to know of its input, whatever file format it came in.

package import Formats
package import TrajectoryModel

/// Recorded trajectories and what is known about each example, read from a user's files.
package struct IngestInput: Sendable {
  /// Where it came from, for messages and the store's memory of ingests.
  package let source: String
  /// The file of the metadata, for messages; the file of the values where that has them.
  package let metadataSource: String
  /// What kind of file it was, such as "a pickle in the published layout".
  package let format: String
  /// The values, (examples, epochs, statistics).
  package let values: NumPyArray
  /// The names of the statistics.
  package let statistics: [String]
  /// The epochs, or nil where the files do not say.
  package let epochs: [Double]?
  /// The position of each example's layer, or nil where the files do not say.
  package let positions: [LayerPosition?]?
  /// The metadata, each with one value an example; `layer_name` and the fields of the condition are known by name.
  package let columns: [MetadataColumn]
  /// What a user should know about how the files were understood.
  package let notes: [String]

  package init(
    source: String, metadataSource: String? = nil, format: String = "arrays in memory", values: NumPyArray,
    statistics: [String], epochs: [Double]?,
    positions: [LayerPosition?]?,
    columns: [MetadataColumn], notes: [String] = []
  ) {
    self.source = source
    self.metadataSource = metadataSource ?? source
    self.format = format
    self.values = values
    self.statistics = statistics
    self.epochs = epochs
    self.positions = positions
    self.columns = columns
    self.notes = notes
  }
}
