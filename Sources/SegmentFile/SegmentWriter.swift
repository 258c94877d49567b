// SegmentWriter.swift -- writes a segment file from front to back.
package import TrajectoryModel

/// Writes a segment file from front to back.
package final class SegmentWriter {
  /// Creates a file, which must not exist yet.
  package init(creating path: String, schema: SegmentSchema, identifier: SegmentIdentifier, threads: Int)
    throws(EngramError)
  {
    throw EngramError(.unsupported, "unfinished")
  }

  /// Adds examples, in the canonical order `[example][epoch][statistic]`, any number per call.
  package func append(_ values: RawSpan, exampleCount: Int) throws(EngramError) {}

  /// Writes the footer, makes the file durable and closes it.
  package func finish() throws(EngramError) -> SegmentSummary { throw EngramError(.unsupported, "unfinished") }

  /// Closes and deletes the file; does nothing after ``finish()``.
  package func abandon() {}
}
