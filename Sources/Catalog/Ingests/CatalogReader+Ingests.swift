// CatalogReader+Ingests.swift -- what was taken in, so that the same content is not taken in twice unawares.

package import Base
import SQLite

extension CatalogReader {
  /// The first ingest of a content, or nil.
  package func ingested(_ contentHash: String) throws(EngramError) -> IngestRecord? {
    try ingests("content_hash = ?1 ORDER BY commit_id LIMIT 1") { (rows) throws(EngramError) in
      try rows.bind(1, contentHash)
    }.first
  }

  /// The ingests whose examples are below an id, in order of example.
  func ingests(before end: Int64) throws(EngramError) -> [IngestRecord] {
    let found = try ingests("first_example < ?1 ORDER BY first_example, commit_id") { (rows) throws(EngramError) in
      try rows.bind(1, end)
    }
    if let outside = found.first(where: { $0.examples.upperBound > end }) {
      throw corrupt("an ingest reaches beyond its commit", "table ingest, content_hash \(outside.contentHash)")
    }
    return found
  }

  private func ingests(
    _ condition: String, bind: (Statement) throws(EngramError) -> Void
  ) throws(EngramError) -> [IngestRecord] {
    let rows = try statement(
      "SELECT content_hash, source, commit_id, first_example, example_count FROM ingest WHERE \(condition)")
    defer { rows.reset() }
    try bind(rows)
    var records: [IngestRecord] = []
    while try rows.step() {
      let (first, count) = (rows.integer(3), rows.integer(4))
      guard first >= 0, count >= 0, !first.addingReportingOverflow(count).overflow else {
        throw corrupt("an ingest has impossible examples", "table ingest, content_hash \(rows.text(0))")
      }
      records.append(
        IngestRecord(
          contentHash: rows.text(0), source: rows.text(1), commit: try commit(rows.integer(2)),
          examples: first..<(first + count)))
    }
    return records
  }
}
