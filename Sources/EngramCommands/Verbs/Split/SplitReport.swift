// SplitReport.swift -- how the split verbs show a split set.

import Base
import Splits
import TrajectoryModel
import TrajectoryStore

/// How the split verbs show a split set.
enum SplitReport {
  /// A line for each split: sizes, and the examples of each class on each side.
  static func table(_ set: SplitSet, of snapshot: Snapshot) throws(EngramError) -> Table {
    let classes = try snapshot.groups(by: [set.specification.label])
    var table = Table(columns: ["split", "train", "test", "train by class", "test by class"])
    func counts(_ side: ExampleSet) -> String {
      let all = classes.map { ($0.key[0], $0.examples.intersection(side).count) }.filter { $0.1 > 0 }
      if all.count > 1, all.allSatisfy({ $0.1 == all[0].1 }) { return "\(countText(all[0].1)) of each of \(all.count)" }
      return all.map { "\($0.0) \(countText($0.1))" }.joined(separator: ", ")
    }
    for split in set.splits {
      table.append([
        .text(split.name), .integer(split.train.count), .integer(split.test.count), .text(counts(split.train)),
        .text(counts(split.test)),
      ])
    }
    return table
  }

  /// Everything about a split set for programs; `splits` hold the example ids where they are asked for.
  static func json(_ set: SplitSet, indices: Bool) -> JSONValue {
    let splits = zip(set.splits, set.splits.sideHashes).map { split, hashes in
      var object: JSONObject = [
        "name": .string(split.name), "train_count": .count(split.train.count), "test_count": .count(split.test.count),
        "train_sha256": .string(hashes.train), "test_sha256": .string(hashes.test),
      ]
      if indices {
        object["train"] = .array(split.train.ids.map { .integer($0) })
        object["test"] = .array(split.test.ids.map { .integer($0) })
      }
      return JSONValue.object(object)
    }
    return [
      "name": .string(set.name), "specification": set.specification.json, "commit": .integer(set.commit),
      "sha256": .string(set.sha256), "splits": .array(splits),
    ]
  }

  /// Stores a split set and shows it.
  static func create(
    _ specification: SplitSpecification, _ invocation: Invocation
  ) throws(EngramError) {
    let store = try invocation.open(SharedParameters.storeToChange)
    let set = try store.createSplitSet(
      invocation[SharedParameters.splitName], specification, asOf: invocation[SharedParameters.asOf].map(Int64.init),
      options: invocation.writeOptions())
    // The splits are stored; that nothing can be said of them is no failure.
    let snapshot = try? store.snapshot(asOf: set.commit)
    var remarks = snapshot.flatMap { try? specification.remarks(of: $0) } ?? []
    if let left = snapshot.flatMap({ try? specification.remark(onLeftOutOf: set.splits, of: $0) }) {
      remarks.append(left)
    }
    for remark in remarks { try invocation.note("note: \(remark)") }
    if invocation[CommonParameters.json] {
      try invocation.show(json(set, indices: false))
    } else {
      // The splits are stored; that they cannot be shown is no failure.
      if let table = try? table(set, of: try store.snapshot(asOf: set.commit)) { try invocation.show(table) }
      try invocation.output.write("stored as \(set.name), SHA-256 \(set.sha256)\n")
    }
  }
}
