// SplitSetRecord.swift -- a stored set of splits as the catalog keeps it: the index arrays are opaque bytes here.

/// What the catalog knows of a split set without reading its index arrays.
package struct SplitSetRecord: Sendable, Hashable {
  /// The name, unique in the store.
  package var name: String
  /// The kind, such as `balanced`.
  package var kind: String
  /// The specification that made it, as JSON text.
  package var specification: String
  /// The commit whose data the specification was applied to.
  package var commitID: Int64
  /// SHA-256 of the index arrays, as 64 hex digits.
  package var sha256: String
  /// The number of splits.
  package var splitCount: Int

  /// Makes a record.
  package init(
    name: String, kind: String, specification: String, commitID: Int64, sha256: String, splitCount: Int
  ) {
    self.name = name
    self.kind = kind
    self.specification = specification
    self.commitID = commitID
    self.sha256 = sha256
    self.splitCount = splitCount
  }
}

/// One split: two encoded index arrays, how long they are, and a title such as the group held out.
package struct SplitRecord: Sendable, Hashable {
  /// What tells this split from the others of its set, such as `resnet18`; empty where nothing does.
  package var title: String
  /// The number of train examples.
  package var trainCount: Int
  /// The number of test examples.
  package var testCount: Int
  /// The train indices, in the encoding of the room that writes them.
  package var train: [UInt8]
  /// The test indices, in the same encoding.
  package var test: [UInt8]

  /// Makes a split.
  package init(title: String, trainCount: Int, testCount: Int, train: [UInt8], test: [UInt8]) {
    self.title = title
    self.trainCount = trainCount
    self.testCount = testCount
    self.train = train
    self.test = test
  }
}
