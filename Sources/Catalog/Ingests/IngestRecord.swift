// IngestRecord.swift -- the memory of an ingest, so that the same content is not taken in twice unawares.

package import TrajectoryModel

/// One ingest: what came in, from where, and which examples it became.
package struct IngestRecord: Sendable, Hashable {
  /// The hash of the content, in whatever encoding the ingest uses.
  package let contentHash: String
  /// What the hash of a run begins with that was recorded to its end: it is that of the metadata that the run was begun with.
  package static let recordedMark = "recording "
  /// Where it came from, such as a path.
  package let source: String
  /// The commit that brought it in.
  package let commit: Commit
  /// The examples it became.
  package let examples: Range<Int64>
}
