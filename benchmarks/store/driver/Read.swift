// Read.swift -- one read: which rows and columns, and the matrices it fills.

import Base
import Engram

/// One read: rows as ranges, or the two sides of a split, and columns by name.
struct Read {
  private let columns: FeatureColumns
  private let rows: Rows

  private enum Rows {
    case examples(ExampleSet)
    case split(train: ExampleSet, test: ExampleSet)
  }

  /// Reads a request of benchmarks/store/work.py.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when a key is missing, `io` when a file of ids cannot be read.
  init(_ request: JSONObject) throws(EngramError) {
    columns = FeatureColumns(statistics: try request.strings("statistics"), epochs: try request.reals("epochs"))
    if request["train"] != nil {
      rows = .split(
        train: ExampleSet(ids: try InputBytes.integers(try request.string("train"))),
        test: ExampleSet(ids: try InputBytes.integers(try request.string("test"))))
    } else {
      let ranges = try request.array("ranges").map { (range) throws(EngramError) in
        let edges = try range.asIntegers()
        guard edges.count == 2, edges[0] <= edges[1] else {
          throw EngramError(.invalidData, "a range has a first and an end", found: "\(edges)")
        }
        return edges[0]..<edges[1]
      }
      rows = .examples(ExampleSet(ranges))
    }
  }

  /// Fills matrices that keep their memory.
  func perform(
    _ snapshot: Snapshot, threads: Int, into matrices: inout Session.Pair
  ) throws(EngramError) {
    let work = WorkContext(threads: threads)
    switch rows {
    case .examples(let examples):
      try snapshot.materialize(examples, columns, into: &matrices.first, work: work)
    case .split(let train, let test):
      try snapshot.materialize(
        train: train, into: &matrices.first, test: test, into: &matrices.second, columns, work: work)
    }
  }
}
