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

  /// How a write waits, works, is stopped and shows progress.
  ///
  /// The progress that is given shows the stages of the work; finish it before anything is printed.
  func writeOptions(
    _ progress: StageProgress? = nil, threads: Parameter<Int?>? = nil, codec: SegmentCodec = .predicted
  ) -> WriteOptions {
    var options = WriteOptions(
      waitSeconds: self[SharedParameters.waitSeconds], codec: codec, isCancelled: isCancelled)
    if let threads = threads.flatMap({ self[$0] }) { options.threads = threads }
    if let progress { options.progress = { progress.report($0, $1, $2) } }
    return options
  }

  /// The type of the values that are written, given the types of what is stored.
  func elementType(stored: [ElementType]) -> ElementType {
    let widest: ElementType = stored.contains(.float64) ? .float64 : .float32
    return ElementType(name: self[SharedParameters.elementType]) ?? widest
  }

  /// The threads that `--threads` allows, and whether the user has asked to stop.
  var work: WorkContext {
    WorkContext(threads: self[SharedParameters.threads] ?? Threads.available, isCancelled: isCancelled)
  }

  /// The format of a table: `--json`, `--csv`, or for people.
  var tableFormat: Table.Format {
    if self[CommonParameters.json] { return .json }
    return self[CommonParameters.csv] ? .csv : .table
  }
}
