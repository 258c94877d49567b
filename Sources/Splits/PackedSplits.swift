// PackedSplits.swift -- splits in the compressed form in which the catalog keeps them.

import Catalog
import TrajectoryModel

/// Splits in order, compressed to a few bytes for each range of ids; each is unpacked when it is asked for.
public struct PackedSplits: Sendable, Hashable, RandomAccessCollection {
  /// What the catalog keeps of each split.
  let records: [SplitRecord]

  /// Takes over what ``SplitPacker`` packed, or what it found to unpack without a flaw.
  init(checked records: [SplitRecord]) { self.records = records }

  /// Where the splits begin: 0.
  public var startIndex: Int { 0 }
  /// The number of splits.
  public var endIndex: Int { records.count }

  /// The names of the splits, without unpacking them.
  public var names: [String] { records.map(\.title) }

  /// Unpacks a split.
  ///
  /// - Complexity: O(ranges of the split).
  public subscript(position: Int) -> Split {
    do throws(EngramError) {
      return try records[position].unpacked()
    } catch {
      preconditionFailure("splits are packed by their packer, or unpacked once when they are read: \(error)")
    }
  }
}

/// Packs splits one by one and hashes their index arrays on the way.
struct SplitPacker: ~Copyable {
  private(set) var records: [SplitRecord] = []
  private var hash = IndexHash()

  /// Packs a split.
  mutating func add(_ split: Split) {
    hash(split)
    records.append(
      SplitRecord(
        title: split.name, trainCount: split.train.count, testCount: split.test.count,
        train: ExampleSetCoding.encode(split.train), test: ExampleSetCoding.encode(split.test)))
  }

  /// Takes over a packed split once it has been unpacked to see that it can be.
  mutating func add(stored record: SplitRecord) throws(EngramError) {
    hash(try record.unpacked())
    records.append(record)
  }

  private mutating func hash(_ split: Split) {
    hash.update(split.train)
    hash.update(split.test)
  }

  /// The splits, and the SHA-256 of all index arrays.
  consuming func finish() -> (splits: PackedSplits, sha256: String) {
    (PackedSplits(checked: records), hash.finish())
  }
}

extension SplitRecord {
  /// The split that the record holds.
  func unpacked() throws(EngramError) -> Split {
    Split(name: title, train: try ExampleSetCoding.decode(train), test: try ExampleSetCoding.decode(test))
  }
}
