// MergeOrigins.swift -- from which store examples came by a merge, remembered beside the ingests.

import Base
import SQLite
import TrajectoryModel

/// From which store examples came: a row of `ingest` whose content hash names that store and the first of the examples there.
struct MergeOrigin: Hashable {
  /// The identifier of the store.
  let store: String
  /// The first of its examples there; the others follow it.
  let firstExample: Int64

  /// What every origin begins with.
  static let mark = "store "

  init(store: String, firstExample: Int64) {
    self.store = store
    self.firstExample = firstExample
  }

  /// The origin that a content hash is, or nil for the hash of a content.
  init?(_ contentHash: String) {
    let words = contentHash.split(separator: " ", omittingEmptySubsequences: false)
    guard contentHash.hasPrefix(Self.mark), words.count == 3, let first = Int64(words[2]), first >= 0 else {
      return nil
    }
    (store, firstExample) = (String(words[1]), first)
  }

  /// What stands in the place of a content hash.
  var contentHash: String { "\(Self.mark)\(store) \(firstExample)" }

  /// So many examples of that store; nil where no store can have them.
  func examples(_ count: Int) -> Range<Int64>? {
    let (end, overflow) = firstExample.addingReportingOverflow(Int64(count))
    return overflow ? nil : firstExample..<end
  }

  /// What every origin of a store begins with.
  static func prefix(store: String) -> String { "\(mark)\(store) " }
}

extension CatalogReader {
  /// Where examples of a store lie here that came by merges, those of this commit included.
  func origins(ofStore identifier: String) throws(EngramError) -> [(theirs: Range<Int64>, own: Int64)] {
    let prefix = MergeOrigin.prefix(store: identifier)
    let rows = try connection.prepare(
      """
      SELECT content_hash, first_example, example_count FROM ingest WHERE content_hash >= ?1 AND content_hash < ?2
      ORDER BY commit_id DESC
      """)
    try rows.bind(1, prefix)
    // The character after a blank.
    try rows.bind(2, prefix.dropLast() + "!")
    var found: [(theirs: Range<Int64>, own: Int64)] = []
    while try rows.step() {
      guard rows.integer(1) >= 0, rows.integer(2) >= 0,
        !rows.integer(1).addingReportingOverflow(rows.integer(2)).overflow
      else { throw corrupt("an ingest has impossible examples", "table ingest, content_hash \(rows.text(0))") }
      if let theirs = MergeOrigin(rows.text(0))?.examples(Int(rows.integer(2))) {
        found.append((theirs, rows.integer(1)))
      }
    }
    return found
  }
}

extension CatalogWriter {
  /// Remembers from which store examples came, and what that store remembers of them.
  ///
  /// - Parameters:
  ///   - pieces: Neighbouring examples there, and the first of them here.
  ///   - other: That store.
  ///   - contents: The hashes and origins that this commit remembers already; one commit remembers each once.
  /// - Throws: What reading and writing throws.
  func recordOrigins(
    _ pieces: [(theirs: Range<Int64>, own: Int64)], of other: MergedCatalog, contents: inout Set<String>
  ) throws(EngramError) {
    func record(_ origin: MergeOrigin, _ examples: Range<Int64>) throws(EngramError) {
      guard contents.insert(origin.contentHash).inserted else { return }
      try recordIngest(contentHash: origin.contentHash, source: other.path, examples: examples)
    }
    let (identifier, own) = (try other.catalog.storeIdentifier(), try storeIdentifier())
    for piece in pieces {
      try record(
        MergeOrigin(store: identifier, firstExample: piece.theirs.lowerBound),
        piece.own..<(piece.own + Int64(piece.theirs.count)))
    }
    for ingest in try other.catalog.ingests(before: other.exampleEnd) {
      guard let origin = MergeOrigin(ingest.contentHash), origin.store != own,
        origin.examples(ingest.examples.count) != nil
      else { continue }
      for piece in pieces {
        let part = ingest.examples.clamped(to: piece.theirs)
        if part.isEmpty { continue }
        let start = piece.own + (part.lowerBound - piece.theirs.lowerBound)
        try record(
          MergeOrigin(
            store: origin.store, firstExample: origin.firstExample + (part.lowerBound - ingest.examples.lowerBound)),
          start..<(start + Int64(part.count)))
      }
    }
  }
}
