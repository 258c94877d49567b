// CatalogWriter+Ingests.swift -- remembering what was taken in.

package import Base
import SQLite

extension CatalogWriter {
  /// Remembers what this commit took in.
  ///
  /// - Parameters:
  ///   - contentHash: The hash of the content, in whatever encoding the ingest uses; not empty.
  ///   - source: Where it came from.
  ///   - examples: The examples it became.
  /// - Throws: Code `invalidData` when this commit has recorded that content already.
  package func recordIngest(contentHash: String, source: String, examples: Range<Int64>) throws(EngramError) {
    let row = try statement(
      """
      INSERT INTO ingest (content_hash, commit_id, source, first_example, example_count) VALUES (?1, ?2, ?3, ?4, ?5)
      """)
    try row.bind(1, contentHash)
    try row.bind(2, commitID)
    try row.bind(3, source)
    try row.bind(4, examples.lowerBound)
    try row.bind(5, Int64(examples.count))
    try row.run()
  }
}
