// PackedSplits.swift -- splits in the compressed form in which the catalog keeps them.

package import Base
import Synchronization
import TrajectoryModel

/// Splits in order, compressed to a few bytes for each range of ids; each is unpacked when it is asked for.
public struct PackedSplits: Sendable, Hashable, RandomAccessCollection {
  /// What the catalog keeps of each split.
  let records: [SplitRecord]
  /// The SHA-256 of the index arrays of each split's train side and test side, as ``Split/sha256(of:)``.
  public let sideHashes: [SideHashes]

  /// The SHA-256 of the index arrays of both sides of a split.
  public struct SideHashes: Sendable, Hashable {
    /// Of the train side.
    public let train: String
    /// Of the test side.
    public let test: String
  }

  /// Takes over what ``SplitPacker`` packed, or what it found to unpack without a flaw.
  init(checked records: [SplitRecord], _ sideHashes: [SideHashes]) {
    self.records = records
    self.sideHashes = sideHashes
  }

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
  private var records: [SplitRecord] = []
  private var sideHashes: [PackedSplits.SideHashes] = []
  private var hash = SHA256()

  /// Packs a split; the two sides are hashed and packed on a thread each.
  mutating func add(_ split: Split) throws(EngramError) {
    let sides = try Self.worked(on: split) { ExampleSetCoding.encode($0) }
    add(
      SplitRecord(
        title: split.name, trainCount: split.train.count, testCount: split.test.count, train: sides.train.result,
        test: sides.test.result), sides.train.digest, sides.test.digest)
  }

  /// Takes over a packed split once it has been unpacked to see that it can be.
  mutating func add(stored record: SplitRecord) throws(EngramError) {
    let sides = try Self.worked(on: try record.unpacked()) { _ in }
    add(record, sides.train.digest, sides.test.digest)
  }

  private mutating func add(_ record: SplitRecord, _ train: [UInt8], _ test: [UInt8]) {
    records.append(record)
    sideHashes.append(PackedSplits.SideHashes(train: hexadecimal(train), test: hexadecimal(test)))
    let digests = train + test
    // SAFETY: bytes have no padding.
    unsafe hash.update(digests.span.bytes)
  }

  private struct Side<Result: Sendable>: Sendable {
    let digest: [UInt8]
    let result: Result
  }

  private static func side<Result: Sendable>(_ set: ExampleSet, _ work: (ExampleSet) -> Result) -> Side<Result> {
    var hash = IndexHash()
    hash.update(set)
    return Side(digest: hash.finishBytes(), result: work(set))
  }

  private static func worked<Result: Sendable>(
    on split: Split, _ work: @escaping @Sendable (ExampleSet) -> Result
  ) throws(EngramError) -> (train: Side<Result>, test: Side<Result>) {
    /// Fewer examples are not worth a thread.
    let worthwhile = 100_000
    guard split.train.count + split.test.count >= worthwhile else {
      return (side(split.train, work), side(split.test, work))
    }
    let done = Mutex<(train: Side<Result>?, test: Side<Result>?)>((nil, nil))
    try parallelFor(count: 2, work: WorkContext(threads: 2)) { (index, _) throws(EngramError) in
      let result = side(index == 0 ? split.train : split.test, work)
      done.withLock { if index == 0 { $0.train = result } else { $0.test = result } }
    }
    guard case (let train?, let test?) = done.withLock({ $0 }) else { preconditionFailure("both sides are done") }
    return (train, test)
  }

  /// The splits, and the SHA-256 of the digests of all sides.
  consuming func finish() -> (splits: PackedSplits, sha256: String) {
    (PackedSplits(checked: records, sideHashes), hash.finish())
  }
}

extension SplitRecord {
  /// The split that the record holds.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when the indices are not what this room writes.
  package func unpacked() throws(EngramError) -> Split {
    Split(name: title, train: try ExampleSetCoding.decode(train), test: try ExampleSetCoding.decode(test))
  }
}
