// PublishedDataset.swift -- the published layout, found in a value that a pickle holds.

package import Base
package import Formats
package import TrajectoryModel

/// A data set in the published layout: trajectories, names of statistics, labels, layer positions, metadata.
///
/// The file is a dictionary with the keys `X`, `Y`, `X_cat`, `meta` and `obs_keys`. Rows keep their order.
package struct PublishedDataset: Sendable {
  /// The trajectories: (examples, epochs, statistics), float32 or float64.
  package let trajectories: NumPyArray
  /// The name of each statistic.
  package let statistics: [String]
  /// The learning rule of each example by `Y`, or nil without `Y`; equal to the metadata where both are there.
  package let labels: [String]?
  /// The position of each example's layer by `X_cat`, or nil without `X_cat`.
  package let positions: [LayerPosition]?
  /// The metadata in the order of the file, `start_idxs` and `end_idxs` included; `learning_rule` comes last when
  /// only `Y` has it.
  package let metadata: [MetadataColumn]

  /// The number of examples.
  package var exampleCount: Int { trajectories.shape[0] }
  /// The number of epochs.
  package var epochCount: Int { trajectories.shape[1] }

  /// The keys of the file.
  static let keys = ["X", "Y", "X_cat", "meta", "obs_keys"]

  /// The fields that the metadata of the published layout have.
  static let requiredFields = [
    "task", "architecture", "learning_rule", "batch_size", "model_seed", "dataset_seed", "layer_name",
  ]

  /// Finds the published layout in a value.
  ///
  /// - Parameters:
  ///   - value: What the pickle holds.
  ///   - file: The path, for messages.
  ///   - map: Our name to the file's, of keys and of metadata fields, such as `["X": "data", "task": "stimuli"]`;
  ///     an empty name says that the file has no such thing.
  ///   - statistics: Gives the names to use instead of `obs_keys`, told how many there are.
  ///   - work: How the work is done.
  /// - Throws: ``EngramError`` with code `invalidData` that lists what was found, or what reading throws.
  /// - Complexity: O(examples) and one pass over `X_cat`; does not read `X`.
  package init(
    _ value: PickleValue, file: String, map: [String: String] = [:],
    statistics: ((_ count: Int) throws(EngramError) -> [String])? = nil,
    work: WorkContext = WorkContext()
  ) throws(EngramError) {
    let reader = PublishedDatasetReader(file: file, map: map, root: value)
    do throws(EngramError) {
      try reader.checkShape()
      trajectories = try reader.trajectories()
      let count = trajectories.shape[0]
      let given = if let statistics { try statistics(trajectories.shape[2]) } else { nil as [String]? }
      self.statistics = try reader.statistics(count: trajectories.shape[2], given: given)
      labels = try reader.labels(count: count)
      positions = try reader.positions(count: count, epochs: trajectories.shape[1], work: work)
      metadata = try reader.metadata(count: count, labels: labels)
    } catch {
      throw error.inFile(file)
    }
  }
}
