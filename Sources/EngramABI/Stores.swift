// Stores.swift -- stores, snapshots and sets of examples.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import EngramCommands
import TrajectoryModel
import TrajectoryStore

private let libraryVersion = CTexts([engramVersion])

@c @implementation
public func engram_abi_version() -> Int32 { ENGRAM_ABI_VERSION }

@c @implementation
public func engram_library_version() -> CText { unsafe libraryVersion[0] }

/// A store with its path as a text of C.
final class StoreHandle: Sendable {
  let store: TrajectoryStore
  let path: CTexts

  init(_ store: TrajectoryStore) {
    self.store = store
    path = CTexts([store.path])
  }
}

@c @implementation
public func engram_store_open(
  _ path: CText, _ store: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(store, "store")
    unsafe place.pointee = handle(StoreHandle(try TrajectoryStore(opening: try unsafe text(path, "path"))))
  }
}

@c @implementation
public func engram_store_create(
  _ path: CText, _ store: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(store, "store")
    unsafe place.pointee = handle(StoreHandle(try TrajectoryStore.create(at: try unsafe text(path, "path"))))
  }
}

@c @implementation
public func engram_store_path(_ store: Handle) -> CText {
  unsafe known(store, StoreHandle.self)?.path[0]
}

@c @implementation
public func engram_store_free(_ store: Handle) { unsafe release(store) }

/// The number of a commit as C gives it: 0 means the newest.
func commitNumber(_ commit: Int64) throws(EngramError) -> Int64? {
  guard commit >= 0 else {
    throw EngramError(.usage, "a commit has a number from 1", place: "argument commit", found: "\(commit)")
  }
  return commit == 0 ? nil : commit
}

@c @implementation
public func engram_snapshot_open(
  _ store: Handle, _ commit: Int64, _ snapshot: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(snapshot, "snapshot")
    let store = try unsafe object(store, StoreHandle.self).store
    unsafe place.pointee = handle(try store.snapshot(asOf: try commitNumber(commit)))
  }
}

@c @implementation
public func engram_snapshot_commit(_ snapshot: Handle) -> Int64 {
  unsafe known(snapshot, Snapshot.self)?.commit ?? 0
}

@c @implementation
public func engram_snapshot_example_count(_ snapshot: Handle) -> Int64 {
  unsafe known(snapshot, Snapshot.self)?.exampleCount ?? 0
}

@c @implementation
public func engram_snapshot_free(_ snapshot: Handle) { unsafe release(snapshot) }

/// A set of examples as a handle.
final class ExamplesHandle: Sendable {
  let set: ExampleSet
  /// What of the filter that selected them is likely a mistake.
  let remarks: [String]

  init(_ set: ExampleSet, remarks: [String] = []) { (self.set, self.remarks) = (set, remarks) }
}

@c @implementation
public func engram_examples_where(
  _ snapshot: Handle, _ filter: CText, _ work: UnsafePointer<engram_work>?,
  _ examples: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(examples, "examples")
    let snapshot = try unsafe object(snapshot, Snapshot.self)
    let filter = try unsafe optionalText(filter, "filter")
    let selected = try snapshot.examples(where: filter, limits: try unsafe queryLimits(work))
    // A child of fork could otherwise find the locks shut behind which Swift's runtime makes types.
    let remarks = try ForkGate.inside { () throws(EngramError) -> [String] in
      guard let filter else { return [] }
      return selected.isEmpty
        ? try snapshot.reasons(whyNothingFits: filter) : try snapshot.remarks(onFilter: filter)
    }
    unsafe place.pointee = handle(ExamplesHandle(selected, remarks: remarks))
  }
}

@c @implementation
public func engram_examples_of_ids(
  _ ids: UnsafePointer<Int64>?, _ count: Int64, _ examples: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(examples, "examples")
    guard count >= 0, unsafe ids != nil || count == 0 else {
      throw EngramError(.usage, "there are no ids", place: "argument ids", expected: "\(count)", found: "NULL")
    }
    // SAFETY: the caller has `count` ids there; they are copied.
    let given = unsafe Array(UnsafeBufferPointer(start: ids, count: Int(count)))
    if let wrong = given.first(where: { $0 < 0 || $0 == .max }) {
      throw EngramError(.usage, "this is no id of an example", expected: "0 or more", found: "\(wrong)")
    }
    unsafe place.pointee = handle(ExamplesHandle(ExampleSet(ids: given)))
  }
}

@c @implementation
public func engram_examples_count(_ examples: Handle) -> Int64 {
  unsafe Int64(known(examples, ExamplesHandle.self)?.set.count ?? 0)
}

@c @implementation
public func engram_examples_ids(
  _ examples: Handle, _ ids: UnsafeMutablePointer<Int64>?, _ capacity: Int64,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    try unsafe copy(try object(examples, ExamplesHandle.self).set.ids, to: ids, capacity: capacity)
  }
}

@c @implementation
public func engram_examples_free(_ examples: Handle) { unsafe release(examples) }
