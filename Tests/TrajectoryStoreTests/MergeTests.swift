// MergeTests.swift -- stores become one without a value being decoded, all of them or none.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct MergeTests {
  /// A store of some appends, each of so many examples.
  private static func store(
    _ path: String, _ counts: [Int], seed: UInt64, metadata: [String: MetadataValue] = [:]
  ) throws -> (store: TrajectoryStore, bytes: [UInt8]) {
    let store = try TrajectoryStore.create(at: path)
    var bytes: [UInt8] = []
    for (step, count) in counts.enumerated() {
      bytes += try Made.append(
        count, to: store, special: true, metadata: metadata, seed: seed &* 100 &+ UInt64(step)
      ).values.bytes
    }
    return (store, bytes)
  }

  private static func dump(_ snapshot: Snapshot, _ columns: [String]) throws -> [[MetadataValue]] {
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: columns) { rows.append($1) }
    return rows
  }

  @Test func `several stores, segments and staged batches, become one in their order`() throws {
    let folder = TemporaryFolder()
    let (target, own) = try Self.store(folder["t.engram"], [5], seed: 1)
    let (a, first) = try Self.store(folder["a.engram"], [1_100, 7], seed: 2, metadata: ["lab": .text("north")])
    let (b, second) = try Self.store(folder["b.engram"], [3, 1_030], seed: 3, metadata: ["rate": .real(0.25)])
    let empty = try TrajectoryStore.create(at: folder["e.engram"])
    let report = try target.merge([a.path, empty.path, b.path])
    #expect(report.examples == [5..<1_112, 1_112..<1_112, 1_112..<2_145])
    #expect(report.runs == 4 && report.commit == 2)
    let snapshot = try TrajectoryStore(opening: target.path).snapshot()
    #expect(try snapshot.recorded(0..<2_145) == own + first + second)
    // Segments are the same ones, not decoded; what was staged is compressed afterwards, neighbours together.
    let brought = Set(snapshot.extents.compactMap(\.identifier))
    #expect(brought.isSuperset(of: try (a.snapshot().extents + b.snapshot().extents).compactMap(\.identifier)))
    #expect(snapshot.extents.map(\.exampleCount) == [5, 1_100, 10, 1_030])
    #expect(!snapshot.extents.contains { $0.isInCatalog })
    let columns = ["task", "lab", "rate", "layer_name", "layer_position"]
    let rows = try Self.dump(snapshot, columns)
    #expect(rows[4][1...2] == [.null, .null])
    #expect(rows[5] == [.text("digits"), .text("north"), .null, .text("layer0"), .text("early")])
    #expect(rows[2_144] == [.text("digits"), .null, .real(0.25), .text("layer1029"), .text("early")])
    #expect(try snapshot.groups(by: ["run_id"]).map(\.examples.count) == [5, 1_100, 7, 3, 1_030])
    #expect(try target.verify().problems.isEmpty && target.verify().leftovers.isEmpty)
    // The sources are as they were, and what happens to them later is no matter.
    #expect(try a.verify().problems.isEmpty)
    #expect(try a.snapshot().recorded(0..<1_107) == first)
    _ = try a.compact(everything: true)
    #expect(try snapshot.recorded(0..<2_145) == own + first + second)
    _ = try target.compact(everything: true)
    #expect(try target.snapshot().recorded(0..<2_145) == own + first + second)
  }

  @Test func `a store is never merged into itself, nor twice at once, and a segment never comes twice`() throws {
    let folder = TemporaryFolder()
    let (target, own) = try Self.store(folder["t.engram"], [2], seed: 1)
    let (a, first) = try Self.store(folder["a.engram"], [1_100], seed: 2)
    refusal(.usage) { _ = try target.merge([]) }
    refusal(.usage) { _ = try target.merge([a.path, a.path]) }
    refusal(.usage) { _ = try target.merge([target.path]) }
    refusal(.notFound) { _ = try target.merge([a.path, folder["none.engram"]]) }
    let commit = try #require(try target.merge([a.path]).commit)
    #expect(try target.snapshot().commit == commit + 1)
    // Nothing is new, so there is no commit.
    let again = try target.merge([a.path])
    #expect(again.commit == nil && again.runs == 0 && again.known == [1_100] && again.examples[0].isEmpty)
    #expect(try target.snapshot().commit == commit + 1)
    // Another store holds the same segment: together and one after the other, it comes once.
    let (carrier, third) = try Self.store(folder["c.engram"], [1], seed: 4)
    _ = try carrier.merge([a.path])
    let carried = try target.merge([carrier.path])
    #expect(carried.known == [1_100] && carried.examples == [1_102..<1_103] && carried.runs == 1)
    let fresh = try TrajectoryStore.create(at: folder["f.engram"])
    let both = try fresh.merge([a.path, carrier.path])
    #expect(both.known == [0, 1_100] && both.examples == [0..<1_100, 1_100..<1_101])
    #expect(try fresh.snapshot().recorded(0..<1_101) == first + third)
    #expect(try target.snapshot().recorded(0..<1_103) == own + first + third)
    // Told so, everything comes again.
    let forced = try target.merge([a.path], allowsRepeat: true)
    #expect(forced.examples == [1_103..<2_203] && forced.known == [0])
    #expect(try target.snapshot().recorded(1_103..<2_203) == first)
    #expect(try target.merge([a.path, carrier.path]).commit == nil)
    // What a store was forced to take twice is there twice in what it is merged into.
    let copy = try TrajectoryStore.create(at: folder["g.engram"])
    _ = try copy.merge([a.path])
    let all = try copy.merge([target.path])
    #expect(all.known == [1_100] && all.examples == [1_100..<2_203])
    #expect(try copy.merge([target.path]).commit == nil)
    for store in [target, carrier, a, fresh] {
      #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty)
    }
  }

  @Test func `fields of another type are refused by name, and nothing is merged`() throws {
    let folder = TemporaryFolder()
    let (target, own) = try Self.store(
      folder["t.engram"], [2], seed: 1, metadata: ["width": .integer(1), "rate": .real(0.5)])
    let cases: [(name: String, metadata: [String: MetadataValue], fits: Bool)] = [
      ("text", ["Width": .text("wide")], false), ("real", ["width": .real(0.5)], false),
      ("big", ["rate": .integer(1 << 53 + 1)], false), ("whole", ["rate": .integer(3)], true),
      ("null", ["width": .null], true), ("case", ["WIDTH": .integer(9)], true),
    ]
    for (number, item) in cases.enumerated() {
      let (other, _) = try Self.store(
        folder["\(item.name).engram"], [1_025, 3], seed: UInt64(number + 5), metadata: item.metadata)
      let before = try target.snapshot().commit
      if item.fits {
        _ = try target.merge([other.path])
      } else {
        let error = refusal(.invalidData) { _ = try target.merge([other.path]) }
        #expect(error?.description.lowercased().contains(item.metadata.keys.first?.lowercased() ?? "?") == true)
        #expect(try target.snapshot().commit == before)
      }
      #expect(try target.verify().leftovers.isEmpty)
      #expect(try target.verify().problems.isEmpty)
    }
    #expect(try target.snapshot().recorded(0..<2) == own)
    #expect(try target.snapshot().examples(where: "width = 9").count == 1_028)
    #expect(try target.snapshot().examples(where: "rate = 3").count == 1_028)
  }

  @Test func `a damaged source is refused, whether the damage is in a segment or in a staged batch`() throws {
    let folder = TemporaryFolder()
    let (target, own) = try Self.store(folder["t.engram"], [2], seed: 1)
    let (staged, _) = try Self.store(folder["s.engram"], [3], seed: 2)
    tamper(staged.path + "/catalog.sqlite", "UPDATE staged SET bytes = zeroblob(length(bytes))")
    refusal(.corrupt) { _ = try target.merge([staged.path]) }
    let (cut, _) = try Self.store(folder["c.engram"], [1_200], seed: 3)
    let segment = "\(cut.path)/segments/\(TestFiles.names(in: cut.path + "/segments")[0])"
    TestFiles.write(Array(TestFiles.read(segment).dropLast(40)), to: segment)
    let error = #expect(throws: EngramError.self) { try target.merge([cut.path]) }
    #expect(error?.code == .corrupt || error?.code == .truncated)
    TestFiles.remove(segment)
    refusal(.corrupt) { _ = try target.merge([cut.path]) }
    #expect(try target.snapshot().commit == 1 && target.verify().leftovers.isEmpty)
    #expect(try target.snapshot().recorded(0..<2) == own)
  }

  @Test func `a merge that is stopped leaves the store as it was`() throws {
    let folder = TemporaryFolder()
    let (target, _) = try Self.store(folder["t.engram"], [2], seed: 1)
    let (a, _) = try Self.store(folder["a.engram"], [1_100], seed: 2)
    let stopped = refusal(.cancelled) {
      _ = try target.merge([a.path], options: WriteOptions(work: WorkContext(isCancelled: { true })))
    }
    #expect(stopped?.message == "the merge was stopped; the store is as it was before")
    #expect(try target.snapshot().commit == 1 && target.verify().leftovers.isEmpty)
    #expect(TestFiles.names(in: target.path + "/segments").isEmpty)
  }

  @Test func `a field that was renamed in its source goes on under the name that it has here`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    try Made.append(3, to: source, metadata: ["tag": .integer(1), "site": .text("Basel")], seed: 1)
    _ = try target.merge([source.path])
    _ = try source.renameField("site", to: "city")
    _ = try source.renameField("city", to: "lab")
    try Made.append(3, to: source, metadata: ["tag": .integer(2), "lab": .text("Bern")], seed: 2)
    let remarks = ["the field lab of \(source.path) is site here, as it was renamed there"]
    let report = try target.merge([source.path])
    #expect(report.runs == 1 && report.newFields == 0 && report.filledValues == 0 && report.remarks == remarks)
    #expect(try target.snapshot().fields().map(\.name).suffix(2).contains("site"))
    #expect(try target.snapshot().examples(where: "site IN ('Basel', 'Bern')").count == 6)
    // Renamed here too.
    _ = try target.renameField("site", to: "place")
    try Made.append(3, to: source, metadata: ["tag": .integer(3), "lab": .text("Genf")], seed: 3)
    let again = try target.merge([source.path])
    #expect(
      again.newFields == 0
        && again.remarks == ["the field lab of \(source.path) is place here, as it was renamed there"])
    #expect(try target.snapshot().examples(where: "place IN ('Basel', 'Bern', 'Genf')").count == 9)
    #expect(try target.merge([source.path]).commit == nil && target.verify().problems.isEmpty)
  }
}
