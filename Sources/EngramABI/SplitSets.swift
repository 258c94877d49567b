// SplitSets.swift -- split sets: made, opened, and their examples.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import Splits
import TrajectoryModel
import TrajectoryStore

/// A split set with its texts.
final class SplitSetHandle: Sendable {
  let set: SplitSet
  let texts, names: CTexts

  init(_ set: SplitSet) throws(EngramError) {
    self.set = set
    names = CTexts(set.splits.names)
    texts = CTexts([set.name, try set.specification.json.text(), set.sha256, set.specification.label])
  }
}

@c @implementation
public func engram_split_set_open(
  _ store: Handle, _ name: CText, _ set: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(set, "set")
    let store = try unsafe object(store, StoreHandle.self).store
    unsafe place.pointee = handle(try SplitSetHandle(try store.splitSet(try text(name, "name"))))
  }
}

@c @implementation
public func engram_split_set_make(
  _ store: Handle, _ name: CText, _ specification: CText, _ commit: Int64,
  _ options: UnsafePointer<engram_write_options>?, _ work: UnsafePointer<engram_work>?, _ set: HandlePlace,
  _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(set, "set")
    let store = try unsafe object(store, StoreHandle.self).store
    let json = try JSONValue(parsing: try unsafe text(specification, "specification"))
    let made = try store.createSplitSet(
      try unsafe text(name, "name"), try SplitSpecification(json: json), asOf: try commitNumber(commit),
      options: try unsafe writeOptions(options, work))
    unsafe place.pointee = handle(try SplitSetHandle(made))
  }
}

@c @implementation
public func engram_split_set_count(_ set: Handle) -> Int64 {
  unsafe Int64(known(set, SplitSetHandle.self)?.set.splits.count ?? 0)
}

@c @implementation
public func engram_split_set_commit(_ set: Handle) -> Int64 {
  unsafe known(set, SplitSetHandle.self)?.set.commit ?? 0
}

@c @implementation
public func engram_split_set_name(_ set: Handle) -> CText { unsafe known(set, SplitSetHandle.self)?.texts[0] }

@c @implementation
public func engram_split_set_specification(_ set: Handle) -> CText {
  unsafe known(set, SplitSetHandle.self)?.texts[1]
}

@c @implementation
public func engram_split_set_sha256(_ set: Handle) -> CText { unsafe known(set, SplitSetHandle.self)?.texts[2] }

@c @implementation
public func engram_split_set_label(_ set: Handle) -> CText { unsafe known(set, SplitSetHandle.self)?.texts[3] }

@c @implementation
public func engram_split_set_split_name(_ set: Handle, _ index: Int64) -> CText {
  unsafe known(set, SplitSetHandle.self)?.names[index]
}

@c @implementation
public func engram_split_set_examples(
  _ set: Handle, _ index: Int64, _ side: Int32, _ examples: HandlePlace, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(examples, "examples")
    let set = try unsafe object(set, SplitSetHandle.self).set
    guard index >= 0, index < Int64(set.splits.count) else {
      throw EngramError(
        .notFound, "there is no split \(index) in '\(set.name)'", expected: "0 to \(set.splits.count - 1)",
        found: "\(index)")
    }
    let split = set.splits[Int(index)]
    switch side {
    case Int32(ENGRAM_TRAIN.rawValue): unsafe place.pointee = handle(ExamplesHandle(split.train))
    case Int32(ENGRAM_TEST.rawValue): unsafe place.pointee = handle(ExamplesHandle(split.test))
    default: throw unknown("engram_side", side)
    }
  }
}

@c @implementation
public func engram_split_set_free(_ set: Handle) { unsafe release(set) }
