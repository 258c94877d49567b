// Snapshot+Blocks.swift -- the examples by what is decoded at once.

package import Base
import Catalog
package import TrajectoryModel

/// Neighbouring examples that are decoded together, and what was recorded of them.
package struct StoredBlock: Sendable {
  /// The ids from the first to the last, hidden ones among them.
  package let range: Range<Int64>
  /// The examples that the snapshot shows.
  package let examples: ExampleSet
  /// What was recorded.
  package let epochs: [Double], statistics: [String]
}

extension Snapshot {
  /// Every example, by row groups of segments and parts of staged batches, ascending.
  ///
  /// - Throws: What opening segments throws.
  /// - Complexity: O(row groups).
  package func blocks() throws(EngramError) -> [StoredBlock] {
    /// Examples of a staged batch that are read at a time.
    let stagedSize = 1_024
    var blocks: [StoredBlock] = []
    for source in try openExtents(holding: allExamples) {
      let extent = source.extent
      let size = Int64(extent.isStaged ? stagedSize : source.rowGroupSize)
      var first = extent.firstExample
      while first < extent.examples.upperBound {
        let end = min(extent.examples.upperBound, first + size)
        let members = allExamples.clamped(to: first..<end)
        if !members.isEmpty {
          blocks.append(
            StoredBlock(range: first..<end, examples: members, epochs: extent.epochs, statistics: extent.statistics))
        }
        first = end
      }
    }
    return blocks
  }
}
