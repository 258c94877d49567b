// RowGroupTask.swift -- one row group, and where its rows go.

import Catalog
import ColumnCodec
import TrajectoryModel

/// One row group, and for each destination the rows of it that go there.
struct RowGroupTask: Sendable {
  let source: Int
  let rowGroup: Int
  var runs: [[RowRun]]

  /// What of the row group's chunks is needed.
  func window(epochEnd: Int) -> ChunkWindow { ChunkWindow(runs: runs, epochEnd: epochEnd) }

  /// The runs, counted from the first example that a window decodes.
  func runs(in window: ChunkWindow) -> [[RowRun]] { runs.map { $0.map(window.inside) } }

  /// Shares the rows of the destinations out among row groups.
  static func tasks(sources: [ExtentSource], destinations: [DestinationRows]) -> [RowGroupTask] {
    // Plain numbers, because a split has a range for every few examples.
    let places = sources.map { (examples: $0.extent.examples, rowGroupSize: $0.rowGroupSize) }
    var groupEnds: [Int] = []
    for place in places {
      groupEnds.append((groupEnds.last ?? 0) + (place.examples.count + place.rowGroupSize - 1) / place.rowGroupSize)
    }
    // For each row group of each source its task, or -1 while nobody needs it.
    var taskOfGroup = Array(repeating: -1, count: groupEnds.last ?? 0)
    var tasks: [RowGroupTask] = []
    for (destination, target) in destinations.enumerated() {
      var row = 0
      var source = 0
      for range in target.examples.ranges {
        var next = range.lowerBound
        while next < range.upperBound {
          while places[source].examples.upperBound <= next { source += 1 }
          let place = places[source]
          let offset = Int(next - place.examples.lowerBound)
          let group = offset / place.rowGroupSize
          let first = offset - group * place.rowGroupSize
          let end = min(range.upperBound, place.examples.upperBound)
          let count = min(Int(end - next), place.rowGroupSize - first)
          let number = (source > 0 ? groupEnds[source - 1] : 0) + group
          if taskOfGroup[number] < 0 {
            taskOfGroup[number] = tasks.count
            tasks.append(
              RowGroupTask(source: source, rowGroup: group, runs: Array(repeating: [], count: destinations.count)))
          }
          tasks[taskOfGroup[number]].runs[destination].append(
            RowRun(source: Int32(first), destination: row, count: Int32(count)))
          row += count
          next += Int64(count)
        }
      }
    }
    return tasks
  }
}
