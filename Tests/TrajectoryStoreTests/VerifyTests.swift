// VerifyTests.swift -- what verification finds, and what it leaves alone.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryStore

@Suite(.seedReport) struct VerifyTests {
  /// A store of one segment and one staged batch.
  private static func store(_ folder: TemporaryFolder) throws -> (store: TrajectoryStore, segment: String) {
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(1_030, to: store, special: true, seed: 1)
    try Made.append(5, to: store, special: true, seed: 2)
    return (store, store.path + "/segments/" + TestFiles.names(in: store.path + "/segments")[0])
  }

  @Test func `a whole store has no problems and no leftovers`() throws {
    let folder = TemporaryFolder()
    let (store, segment) = try Self.store(folder)
    let report = try store.verify()
    #expect(report.problems.isEmpty && report.leftovers.isEmpty)
    #expect(report.examples == 1_035 && report.extents == 2)
    #expect(report.byteCount == TestFiles.read(segment).count + 5 * Axes().count * 4)
  }

  @Test func `a flipped bit anywhere in a segment is found`() throws {
    let seed: UInt64 = 7
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    let (store, segment) = try Self.store(folder)
    let whole = TestFiles.read(segment)
    for _ in 0..<60 {
      var damaged = whole
      let place = Int(generator.next() % UInt64(whole.count))
      damaged[place] ^= 1 << UInt8(generator.next() % 8)
      TestFiles.write(damaged, to: segment)
      let report = try TrajectoryStore(opening: store.path).verify()
      #expect(report.problems.count == 1, "byte \(place), seed \(seed)")
      #expect(report.problems.first?.file == segment)
      #expect([.corrupt, .truncated, .unsupported].contains(report.problems.first?.code), "byte \(place)")
    }
    TestFiles.write(whole, to: segment)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `a flipped bit anywhere in a catalog is found`() throws {
    let seed: UInt64 = 8
    var generator = SeededGenerator(seed: seed)
    let folder = TemporaryFolder()
    do { _ = try Self.store(folder) }
    let path = folder["a.engram"]
    let catalog = path + "/catalog.sqlite"
    let whole = TestFiles.read(catalog)
    let pages = whole.count / 2_048
    // The header, the checksum and a byte of each page, and bytes anywhere.
    var places = Array(0..<100)
    for page in 1...pages { places += [page * 2_048 - 1, page * 2_048 - 8, page * 2_048 - 1_024] }
    for _ in 0..<100 { places.append(Int(generator.next() % UInt64(whole.count))) }
    for place in places {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(generator.next() % 8)
      for name in TestFiles.names(in: path) where name.hasPrefix("catalog") { TestFiles.remove("\(path)/\(name)") }
      TestFiles.write(damaged, to: catalog)
      do {
        let report = try TrajectoryStore(opening: path).verify()
        #expect(!report.problems.isEmpty, "byte \(place), seed \(seed)")
        #expect(report.problems.allSatisfy { $0.code == .corrupt }, "byte \(place), seed \(seed)")
      } catch {
        #expect([.corrupt, .unsupported].contains(error.code), "byte \(place), seed \(seed): \(error)")
      }
    }
    for name in TestFiles.names(in: path) where name.hasPrefix("catalog") { TestFiles.remove("\(path)/\(name)") }
    TestFiles.write(whole, to: catalog)
    #expect(try TrajectoryStore(opening: path).verify().problems.isEmpty)
  }

  @Test func `a missing, cut or exchanged segment is found, and reading it names the file`() throws {
    let folder = TemporaryFolder()
    let (store, segment) = try Self.store(folder)
    let whole = TestFiles.read(segment)
    func problems() throws -> [EngramError] { try TrajectoryStore(opening: store.path).verify().problems }
    TestFiles.remove(segment)
    #expect(try problems().map(\.code) == [.corrupt])
    #expect(try problems().first?.file == segment)
    let missing = refusal(.corrupt) { _ = try TrajectoryStore(opening: store.path).snapshot().recorded(0..<3) }
    #expect(missing?.file == segment && missing?.mend?.description.contains("`verify()`") == true)
    // The rest of the store is still read.
    #expect(try TrajectoryStore(opening: store.path).snapshot().recorded(1_030..<1_035).count == 5 * Axes().count * 4)
    TestFiles.write(Array(whole.dropLast()), to: segment)
    #expect(try problems().count == 1)
    let other = try TrajectoryStore.create(at: folder["b.engram"])
    try Made.append(1_030, to: other, special: true, seed: 3)
    TestFiles.write(
      TestFiles.read(other.path + "/segments/" + TestFiles.names(in: other.path + "/segments")[0]), to: segment)
    #expect(try problems().map(\.code) == [.corrupt])
    refusal(.corrupt) { _ = try TrajectoryStore(opening: store.path).snapshot().recorded(0..<3) }
  }

  @Test func `a damaged staged batch is found, and is neither read nor flushed nor compacted`() throws {
    let folder = TemporaryFolder()
    let (store, _) = try Self.store(folder)
    tamper(store.path + "/catalog.sqlite", "UPDATE staged SET bytes = zeroblob(length(bytes))")
    let report = try store.verify()
    #expect(report.problems.map(\.code) == [.corrupt])
    #expect(report.problems.first?.description.contains("example 1030") == true)
    #expect(report.problems.first?.file?.hasPrefix(store.path) == true)
    refusal(.corrupt) { _ = try store.snapshot().recorded(1_030..<1_035) }
    refusal(.corrupt) { _ = try store.flush() }
    refusal(.corrupt) { _ = try store.compact(everything: true) }
    #expect(try store.snapshot().commit == 2)
    let after = try store.verify()
    #expect(after == report)
  }

  @Test(arguments: [
    "UPDATE extent SET values_hash = '00000000000000000000000000000000' WHERE segment IS NOT NULL",
    "UPDATE extent SET nonfinite_statistics = '[]' WHERE segment IS NOT NULL",
    "UPDATE extent SET nonfinite_statistics = '[]' WHERE segment IS NULL",
    "UPDATE extent SET element_type = 'float64' WHERE segment IS NOT NULL",
    "UPDATE epoch_axis SET epoch = 6 WHERE ordinal = 1", "UPDATE statistic_axis SET statistic = 'x' WHERE ordinal = 1",
    "UPDATE extent SET segment_bytes = 1 WHERE segment IS NOT NULL",
    "UPDATE observation SET example_count = 4 WHERE first_example = 1030",
    "DELETE FROM run WHERE run_id = 1", "UPDATE commit_log SET example_end = 1036 WHERE commit_id = 2",
  ])
  func `a catalog that says something else than the values is found`(tampering: String) throws {
    let folder = TemporaryFolder()
    let (store, _) = try Self.store(folder)
    tamper(store.path + "/catalog.sqlite", "PRAGMA foreign_keys = OFF; " + tampering)
    #expect(try !TrajectoryStore(opening: store.path).verify().problems.isEmpty)
  }

  @Test func `files of a killed writer are leftovers until the next write, and nobody's problem`() throws {
    let folder = TemporaryFolder()
    let (store, segment) = try Self.store(folder)
    let orphan = String(repeating: "a", count: 32) + ".seg"
    let half = String(repeating: "b", count: 32) + ".seg"
    TestFiles.write([1, 2, 3], to: "\(store.path)/incoming/\(half)")
    TestFiles.write(TestFiles.read(segment), to: "\(store.path)/segments/\(orphan)")
    let report = try store.verify()
    #expect(report.problems.isEmpty)
    #expect(report.leftovers == ["incoming/\(half)", "segments/\(orphan)"])
    try Made.append(1, to: store, seed: 3)
    #expect(try store.verify().leftovers.isEmpty && store.verify().problems.isEmpty)
    #expect(TestFiles.names(in: store.path + "/incoming").isEmpty)
    #expect(TestFiles.names(in: store.path + "/segments").count == 1)
  }

  @Test
  func `pages that another SQLite brought into the file are counted, are no damage, and compaction writes them anew`()
    throws
  {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    do {
      let store = try TrajectoryStore.create(at: path)
      try Made.append(3, to: store, seed: 1)
    }
    do {
      let stock = StockReader(path + "/catalog.sqlite")
      // The log cannot be brought into the file while its first snapshot is read, and whoever closes last does it.
      try Made.append(5, to: try TrajectoryStore(opening: path), seed: 2)
      _ = stock
    }
    let store = try TrajectoryStore(opening: path)
    let report = try store.verify()
    #expect(report.problems.isEmpty && report.unsealedPages > 0)
    _ = try store.compact()
    let after = try TrajectoryStore(opening: path).verify()
    #expect(after.problems.isEmpty && after.unsealedPages == 0)
  }

  @Test func `verification can be stopped and tells how far it is`() throws {
    let folder = TemporaryFolder()
    let (store, _) = try Self.store(folder)
    refusal(.cancelled) { _ = try store.verify(work: WorkContext(isCancelled: { true })) }
    let seen = Seen()
    _ = try store.verify(work: WorkContext(progress: { seen.add($0.done, $0.total) }))
    #expect(seen.all.last == [1_035, 1_035] && seen.all.map { $0[0] } == seen.all.map { $0[0] }.sorted())
  }
}
