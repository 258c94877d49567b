// CheckTests.swift -- checking finds what is wrong and names it; damage never crashes.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct CheckTests {
  private static func filled(_ scratch: TemporaryFolder) throws {
    let catalog = try Sample.filled(scratch)
    try catalog.commit("append", "") { writer throws in
      try writer.addFields([MetadataField(name: "lab", type: .text)])
      try writer.addObservation(run: 1, layerSet: writer.layerSet(for: [Sample.deep]))
      _ = try writer.addStaged(Sample.segment(10, 1), values: [UInt8](repeating: 0, count: 8))
      try writer.addSplitSet(
        SplitSetRecord(name: "s", kind: "k", specification: "{}", commitID: 1, sha256: "", splitCount: 1),
        splits: [SplitRecord(title: "", trainCount: 1, testCount: 1, train: [1], test: [2])])
      try writer.recordIngest(contentHash: "h", source: "f", examples: 10..<11)
      let id = try writer.beginClassification(
        ClassificationRecord(
          planHash: String(repeating: "a", count: 32), origin: .computed, classifier: "k", title: "s", plan: "{}",
          splitCount: 2))
      try writer.addClassificationSplit(
        id, ClassificationSplitRecord(ordinal: 0, testAccuracy: 0.5, summary: "{}", predictions: [7]))
      try writer.keepClassificationSearch(id, 1, record: "[]")
      // No table is empty, so that the last page of the file, whichever it is, holds bytes that matter.
      _ = try writer.addMetric(RunMetric(run: 1, MetricValue("top1", epoch: 0, 0.5)))
    }
  }

  @Test(arguments: [
    ("UPDATE observation SET example_count = 2 WHERE first_example = 3", "table observation, first_example 6"),
    ("UPDATE observation SET first_example = 20 WHERE first_example = 10", "table observation, first_example 20"),
    ("DELETE FROM observation WHERE first_example = 3", "table observation, first_example 6"),
    ("UPDATE observation SET run_id = 77 WHERE first_example = 3", "table observation, row 3"),
    ("UPDATE observation SET layer_set_id = 2 WHERE first_example = 3", "table observation, first_example 3"),
    ("UPDATE extent SET example_count = 9 WHERE first_example = 0", "table extent, first_example 8"),
    ("DELETE FROM extent WHERE first_example = 10", "table extent, end 10"),
    ("UPDATE extent SET epoch_axis_id = 5 WHERE first_example = 8", "table extent, first_example 8"),
    ("UPDATE commit_log SET example_end = 9 WHERE commit_id = 2", "table commit_log, commit_id 2"),
    ("UPDATE commit_log SET example_end = 12 WHERE commit_id = 1", "table commit_log, commit_id 2"),
    ("DELETE FROM commit_log WHERE commit_id = 2", "table commit_log, commit_id 3"),
    ("UPDATE layer_set SET layer_count = 4 WHERE layer_set_id = 1", "table layer_set_member, layer_set_id 1"),
    (
      "UPDATE layer_set_member SET ordinal = 7 WHERE layer_set_id = 1 AND ordinal = 1",
      "table layer_set_member, layer_set_id 1"
    ),
    ("UPDATE epoch_axis SET ordinal = 3", "table epoch_axis, epoch_axis_id 1, ordinal 3"),
    ("UPDATE staged SET bytes = x'00'", "table staged, staged_id 10"),
    ("INSERT INTO staged VALUES (9, x'00')", "table staged, staged_id 9"),
    ("UPDATE ingest SET example_count = 5", "table ingest, content_hash h"),
    ("UPDATE classification_split SET ordinal = 2", "table classification_split, classification_id 1, ordinal 2"),
    ("UPDATE classification_search SET record = '['", "table classification_split, classification_id 1, ordinal 1"),
    ("UPDATE classification SET plan = 'x'", "table classification, classification_id 1"),
    ("DELETE FROM classification", "table classification_split, row 1"),
    ("DELETE FROM split", "table split, split set s"), ("DELETE FROM store", "table store, only_row 1"),
    ("DELETE FROM field WHERE name = 'lab'", "table run"),
    ("UPDATE field SET type = 'real' WHERE name = 'lab'", "table run"),
    ("UPDATE field SET name = 'x y' WHERE name = 'lab'", "table field, row 6"),
    ("DROP VIEW example; CREATE VIEW example AS SELECT 1 AS example_id", "view example"),
    ("DROP VIEW run_observation", "view run_observation"),
    ("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM run; END", "trigger t"),
    ("CREATE TABLE more (x)", "table more"), ("DROP INDEX observation_by_run", "index observation_by_run"),
    ("DROP TABLE ingest", "table ingest"),
  ])
  func `a broken rule is found, with its table and row`(sql: String, place: String) throws {
    let scratch = TemporaryFolder()
    try Self.filled(scratch)
    let before = try Catalog(in: scratch.directory, access: .read)
    #expect(try before.look { try $0.check().problems } == [])
    tamper(scratch.catalog, sql)
    let problems = try Self.problems(scratch)
    #expect(problems.allSatisfy { $0.code == .corrupt && $0.file == scratch.catalog })
    #expect(problems.map(\.place).contains(place), "\(problems.map(\.description))")
  }

  /// What opening refuses, or the check finds.
  static func problems(_ scratch: TemporaryFolder) throws -> [EngramError] {
    let catalog: Catalog
    do {
      catalog = try Catalog(in: scratch.directory, access: .read)
    } catch {
      return [error]
    }
    return try catalog.look { try $0.check().problems }
  }

  /// Everything that reads a catalog, as often as it can be damaged.
  private static func readAll(_ scratch: TemporaryFolder) throws -> Bool {
    let catalog = try Catalog(in: scratch.directory, access: .read)
    return try catalog.look { reader throws in
      _ = try reader.storeIdentifier()
      _ = try reader.commits()
      _ = try reader.counts()
      for extent in try reader.extents() {
        if case .staged(let id) = extent.place { _ = try reader.stagedValues(id) }
      }
      for filter in [nil, "task = 'cifar10'", "layer_position = 'deep'", "layer_name = 'fc' AND run_id > 1"] {
        _ = try reader.examples(where: filter)
        let groups = try reader.groups(by: ["task", "layer_position"], where: filter)
        for group in groups { try reader.metadata(of: group.examples, columns: ["lab", "layer_name"]) { _, _ in } }
      }
      try reader.query("SELECT * FROM example", header: { _ in }, row: { _ in })
      for set in try reader.splitSets() {
        _ = try reader.splits(of: set.name)
      }
      _ = try reader.ingested("h")
      for record in try reader.classifications() {
        _ = try reader.classificationSplits(record.id)
        _ = try reader.classificationSearch(record.id, 1)
      }
      return try reader.check().problems.isEmpty
    }
  }

  /// The codes that damage may have; anything else would mislead.
  private static let codesOfDamage: Set<EngramError.Code> = [.corrupt, .unsupported, .truncated, .io, .notFound]

  @Test func `a catalog cut short at any page, or anywhere, is refused by reading or by the check, and never crashes`()
    throws
  {
    let scratch = TemporaryFolder()
    try Self.filled(scratch)
    let whole = scratch.read("catalog.sqlite")
    #expect(whole.count % 2048 == 0)
    let pages = stride(from: 0, to: whole.count, by: 2048)
    let lengths = pages.flatMap({ [$0, $0 + 1, $0 + 1_025] }) + [50, 99, 100, 511, 512]
    for length in lengths {
      scratch.write(Array(whole.prefix(length)), to: "catalog.sqlite")
      // A page that only an index needs is not missed by reading; the check misses it.
      var code: EngramError.Code?
      do {
        code = try Self.readAll(scratch) ? nil : .corrupt
      } catch {
        code = (error as? EngramError)?.code
      }
      #expect(code == .corrupt || code == .truncated, "length \(length): \(String(describing: code))")
    }
  }

  @Test func `a flipped bit anywhere gives an error of damage or a readable catalog, and never crashes`() throws {
    let seed: UInt64 = 20_261_123
    var random = SeededGenerator(seed: seed)
    let scratch = TemporaryFolder()
    try Self.filled(scratch)
    let whole = scratch.read("catalog.sqlite")
    var (found, unseen) = (0, 0)
    for trial in 0..<400 {
      var damaged = whole
      // A quarter of them in the header; the others where something is, for most of a small database is empty.
      var place = Int.random(in: 0..<100, using: &random)
      if trial % 4 > 0 {
        repeat { place = Int.random(in: 0..<whole.count, using: &random) } while whole[place] == 0
      }
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
      damaged[place] ^= bit
      for name in scratch.names where name != "catalog.sqlite" { scratch.write([], to: name) }
      scratch.write(damaged, to: "catalog.sqlite")
      do {
        if try Self.readAll(scratch) { unseen += 1 } else { found += 1 }
      } catch let error as EngramError {
        found += 1
        #expect(Self.codesOfDamage.contains(error.code), "seed \(seed), byte \(place), bit \(bit): \(error)")
      }
    }
    // SQLite keeps no checksums: a name with another letter is a name. But what holds the database together is noticed.
    #expect(found > 100, "seed \(seed): \(found) found, \(unseen) unseen")
  }

  @Test func `bytes of noise are refused`() throws {
    let seed: UInt64 = 5
    var random = SeededGenerator(seed: seed)
    let scratch = TemporaryFolder()
    try Self.filled(scratch)
    let whole = scratch.read("catalog.sqlite")
    for keep in [0, 16, 100, 200, 4096] {
      let noise = (keep..<whole.count).map { _ in UInt8.random(in: 0...255, using: &random) }
      scratch.write(Array(whole.prefix(keep)) + noise, to: "catalog.sqlite")
      let error = #expect(throws: EngramError.self, "seed \(seed), kept \(keep)") { try Self.readAll(scratch) }
      #expect(error?.code == .corrupt, "seed \(seed), kept \(keep): \(String(describing: error))")
    }
  }
}
