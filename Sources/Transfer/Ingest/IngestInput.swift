// IngestInput.swift -- what an ingest needs to know of its input, whatever file format it came in.

import Base
package import Formats
package import TrajectoryModel

/// Recorded trajectories and what is known about each example, read from a user's files.
package struct IngestInput: Sendable {
  /// Examples that were recorded at the same epochs and statistics.
  package struct Part: Sendable {
    /// The values, (examples, epochs, statistics).
    package let values: NumPyArray
    /// The names of the statistics.
    package let statistics: [String]
    /// The epochs, or nil where the files do not say.
    package let epochs: [Double]?

    package init(values: NumPyArray, statistics: [String], epochs: [Double]?) {
      (self.values, self.statistics, self.epochs) = (values, statistics, epochs)
    }
  }

  /// Where it came from, for messages and the store's memory of ingests.
  package let source: String
  /// The file of the metadata, for messages; the file of the values where that has them.
  package let metadataSource: String
  /// What kind of file it was, such as "a pickle in the published layout".
  package let format: String
  /// The examples, in order; at least one part.
  package let parts: [Part]
  /// The position of each example's layer, or nil where the files do not say.
  package let positions: [LayerPosition?]?
  /// The metadata, each with one value an example; `layer_name` and the fields of the condition are known by name.
  package let columns: [MetadataColumn]
  /// What tells the runs of each example apart beside the metadata, where the files say it.
  package let sourceRuns: [MetadataValue]?
  /// What a user should know about how the files were understood.
  package internal(set) var notes: [String]
  /// What is likely a mistake.
  var warnings: [Mend] = []
  /// For each example the number of its first row in a table of trajectories, or of its run in a table of runs; nil where each
  /// example is a row.
  var rowNumbers: [Int]?
  /// Whether nothing says the type of the values, as of numbers in text.
  var hasOpenType = false
  /// Whether the values were text, which spells every NaN alike.
  var isText = false
  /// Whether layers are named by a column of the metadata, where any does; those of raw recordings are named beside them.
  var hasLayerColumn = true

  package init(
    source: String, metadataSource: String? = nil, format: String = "arrays in memory", parts: [Part],
    positions: [LayerPosition?]? = nil, columns: [MetadataColumn], sourceRuns: [MetadataValue]? = nil,
    notes: [String] = []
  ) {
    self.source = source
    self.metadataSource = metadataSource ?? source
    self.format = format
    self.parts = parts
    self.positions = positions
    self.columns = columns
    self.sourceRuns = sourceRuns
    self.notes = notes
  }

  /// An input whose examples were all recorded at the same epochs and statistics.
  package init(
    source: String, metadataSource: String? = nil, format: String = "arrays in memory", values: NumPyArray,
    statistics: [String], epochs: [Double]?, positions: [LayerPosition?]?, columns: [MetadataColumn],
    sourceRuns: [MetadataValue]? = nil, notes: [String] = []
  ) {
    self.init(
      source: source, metadataSource: metadataSource, format: format,
      parts: [Part(values: values, statistics: statistics, epochs: epochs)], positions: positions, columns: columns,
      sourceRuns: sourceRuns, notes: notes)
  }

  /// The number of the row of an example in its file, from 1.
  func row(_ example: Int) -> Int { rowNumbers.map { $0[example] } ?? example + 1 }

  /// The longest epoch axis.
  var mostEpochs: Int { parts.map { $0.values.shape.count > 1 ? $0.values.shape[1] : 0 }.max() ?? 0 }
}
