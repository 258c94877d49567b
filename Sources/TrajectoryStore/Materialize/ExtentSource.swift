// ExtentSource.swift -- the values of one extent, opened: a mapped segment file, or the bytes of a staged batch.

import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// The values of one extent, ready to be read.
struct ExtentSource: Sendable {
  enum Values: Sendable {
    case segment(SegmentReader)
    case staged(StagedBatch)
  }

  let extent: Extent
  let values: Values

  /// The examples of one row group at most, so that work can be shared out and each chunk is decoded once.
  var rowGroupSize: Int {
    switch values {
    case .segment(let reader): reader.rowGroupSize
    case .staged: Int(extent.exampleCount)
    }
  }
}

extension Snapshot {
  /// Opens the extents that hold any of some examples, ascending.
  ///
  /// A compaction may remove a segment between the reading of the catalog and the opening of the file; then the
  /// catalog is read again.
  func openExtents(holding examples: ExampleSet) throws(EngramError) -> [ExtentSource] {
    /// Compactions that may come in between before something else must be wrong.
    let attempts = 5
    for _ in 1..<attempts {
      do throws(EngramError) {
        return try tryOpenExtents(holding: examples)
      } catch {
        guard error.code == .notFound else { throw error }
        try refreshExtents()
      }
    }
    do throws(EngramError) {
      return try tryOpenExtents(holding: examples)
    } catch {
      var damaged = error
      if error.code == .notFound {
        damaged.code = .corrupt
        damaged.mend = "restore the store's segments from a copy; \(run: .verify) lists what is missing"
      }
      throw damaged
    }
  }

  private func tryOpenExtents(holding examples: ExampleSet) throws(EngramError) -> [ExtentSource] {
    var sources: [ExtentSource] = []
    for extent in extents(holding: examples) {
      switch extent.place {
      case .segment(let identifier, _):
        let reader = try store.reader(of: identifier)
        try reader.requireMatch(extent)
        sources.append(ExtentSource(extent: extent, values: .segment(reader)))
      case .staged(let id):
        let bytes = try store.read { (catalog) throws(EngramError) in try catalog.stagedValues(id) }
        sources.append(ExtentSource(extent: extent, values: .staged(try StagedBatch(of: extent, bytes: bytes))))
      }
    }
    return sources
  }
}
