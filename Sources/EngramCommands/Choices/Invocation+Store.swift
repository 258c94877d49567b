// Invocation+Store.swift -- what most verbs begin with: the store, a snapshot of it, and options that can be stopped.

import Base
import Studies
import TrajectoryModel
import TrajectoryStore

extension Invocation {
  /// The store named by an argument.
  func open(_ store: Parameter<String>) throws(EngramError) -> TrajectoryStore {
    let opened = try TrajectoryStore(opening: self[store])
    if isVerbose { _ = try detailed(try opened.snapshot()) }
    return opened
  }

  /// The store named by an argument, as of `--as-of` where the command declares it.
  func snapshot(_ store: Parameter<String>, asOf: Parameter<Int?>? = nil) throws(EngramError) -> Snapshot {
    let commit = asOf.flatMap { self[$0] }.map(Int64.init)
    return try detailed(try TrajectoryStore(opening: self[store]).snapshot(asOf: commit))
  }

  /// How a write waits and works.
  func writeOptions(codec: SegmentCodec = .predicted) -> WriteOptions {
    WriteOptions(waitSeconds: self[SharedParameters.waitSeconds], codec: codec, work: work)
  }

  /// How classification is done where the command declares `--into`.
  func classifyOptions(of store: TrajectoryStore, split: Int? = nil) throws(EngramError) -> ClassifyOptions {
    var options = ClassifyOptions(split: split, waitSeconds: self[SharedParameters.waitSeconds], work: work)
    options.resultStore = try self[SharedParameters.into].map { (path) throws(EngramError) in
      try store.resultStore(at: path)
    }
    return options
  }

  /// How a change of what is stored waits and works: who does it, and why.
  var editOptions: WriteOptions {
    WriteOptions(
      waitSeconds: self[SharedParameters.waitSeconds], work: work, author: self[SharedParameters.author],
      reason: self[SharedParameters.reason])
  }

  /// The type of the values that are written, or nil for that of what is stored.
  var elementType: ElementType? { ElementType(name: self[SharedParameters.elementType]) }

  /// The format of a table: `--json`, `--csv`, or for people.
  var tableFormat: Table.Format {
    if self[CommonParameters.json] { return .json }
    return self[CommonParameters.csv] ? .csv : .table
  }
}
