// TrajectoryStore+SplitRecords.swift -- stored split sets as records; the room that makes splits reads their bytes.

public import Base
import Catalog
package import TrajectoryModel

extension TrajectoryStore {
  /// Stores a split set, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `exists` when the name is taken, `busy`, `diskFull`, `io`.
  package func add(
    _ record: SplitSetRecord, splits: [SplitRecord], options: WriteOptions = WriteOptions()
  ) throws(EngramError) {
    let message = "\(record.splitCount) \(record.kind) splits as '\(record.name)'"
    try write("split \(record.name)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "split", message: message) { (catalog) throws(EngramError) in
        try catalog.addSplitSet(record, splits: splits)
      }
    }
  }

  /// Every stored split set, by name.
  package func splitSetRecords() throws(EngramError) -> [SplitSetRecord] {
    try read { (catalog) throws(EngramError) in try catalog.splitSets() }
  }

  /// A stored split set with its splits.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that names the nearest one there is.
  package func splitSetRecord(_ name: String) throws(EngramError) -> (set: SplitSetRecord, splits: [SplitRecord]) {
    try read { (catalog) throws(EngramError) in (try catalog.splitSet(name), try catalog.splits(of: name)) }
  }

  /// Hands out every stored split set, all as of one commit; its splits are read when they are asked for.
  ///
  /// - Throws: What reading and the body throw.
  package func forEachSplitSet(
    _ body: (SplitSetRecord, _ splits: () throws(EngramError) -> [SplitRecord]) throws(EngramError) -> Void
  ) throws(EngramError) {
    try read { (catalog) throws(EngramError) in
      for set in try catalog.splitSets() {
        try body(set) { () throws(EngramError) in try catalog.splits(of: set.name) }
      }
    }
  }

  /// Removes a stored split set, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `notFound` that names the nearest one there is.
  public func removeSplitSet(_ name: String, options: WriteOptions = WriteOptions()) throws(EngramError) {
    try write("split remove \(name)", options: options) { (session) throws(EngramError) in
      try session.commit(operation: "split", message: "removed '\(name)'") { (catalog) throws(EngramError) in
        try catalog.removeSplitSet(name)
      }
    }
  }
}
