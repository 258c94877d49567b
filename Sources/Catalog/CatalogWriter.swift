// CatalogWriter.swift -- signatures; the insides follow.

package import TrajectoryModel

/// One commit in the making; it reads what it has written.
package final class CatalogWriter: CatalogReader {
  /// The number this commit will have.
  package var commitID: Int64 { 0 }
  /// The id that the next example will get: the end of the observations so far.
  package var nextExample: Int64 { 0 }

  /// Adds a column to `run`; codes exists, usage.
  package func addField(_ field: MetadataField) throws(EngramError) { throw .unfinished }
  /// The layer set of an ordered list of layers; made if new, shared by content.
  package func layerSet(for layers: [Layer]) throws(EngramError) -> Int64 { throw .unfinished }
  /// Adds a run; values in the order of ``fields()``. Returns its id.
  package func addRun(_ values: [MetadataValue]) throws(EngramError) -> Int64 { throw .unfinished }
  /// Adds a measurement of a run: one example for each layer of the set. Returns their ids.
  package func addObservation(
    run: Int64, layerSet: Int64, condition: ObservationCondition = .perfect
  ) throws(EngramError) -> Range<Int64> { throw .unfinished }
  /// Adds an extent that lies in a segment file; it must begin where the last one ends.
  package func addSegment(_ extent: Extent) throws(EngramError) { throw .unfinished }
  /// Adds a staged batch; `extent.place` is replaced. Returns the extent with its place.
  package func addStaged(_ extent: Extent, values: [UInt8]) throws(EngramError) -> Extent { throw .unfinished }
  /// Replaces neighbouring extents by others that tile the same examples.
  package func replaceExtents(_ old: [Extent], by new: [Extent]) throws(EngramError) { throw .unfinished }
  /// Adds a split set; code exists when the name is taken.
  package func addSplitSet(_ record: SplitSetRecord, splits: [SplitRecord]) throws(EngramError) { throw .unfinished }
  /// Removes a split set; code notFound.
  package func removeSplitSet(_ name: String) throws(EngramError) { throw .unfinished }
  /// Remembers an ingest of this commit.
  package func recordIngest(contentHash: String, source: String, examples: Range<Int64>) throws(EngramError) {
    throw .unfinished
  }
}
