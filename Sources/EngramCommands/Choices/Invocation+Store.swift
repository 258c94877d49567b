// Invocation+Store.swift -- what most verbs begin with: the store, a snapshot of it, and options that can be stopped.

import Base
import TrajectoryModel
import TrajectoryStore

extension Invocation {
  /// The store named by an argument, as of `--as-of` where the command declares it.
  func snapshot(_ store: Parameter<String>, asOf: Parameter<Int?>? = nil) throws(EngramError) -> Snapshot {
    let commit = asOf.flatMap { self[$0] }.map(Int64.init)
    return try TrajectoryStore(opening: self[store]).snapshot(asOf: commit)
  }

  /// How a write waits and works.
  func writeOptions(codec: SegmentCodec = .predicted) -> WriteOptions {
    WriteOptions(waitSeconds: self[SharedParameters.waitSeconds], codec: codec, work: work)
  }

  /// The type of the values that are written, given the types of what is stored.
  func elementType(stored: [ElementType]) -> ElementType {
    let widest: ElementType = stored.contains(.float64) ? .float64 : .float32
    return ElementType(name: self[SharedParameters.elementType]) ?? widest
  }

  /// The format of a table: `--json`, `--csv`, or for people.
  var tableFormat: Table.Format {
    if self[CommonParameters.json] { return .json }
    return self[CommonParameters.csv] ? .csv : .table
  }
}
