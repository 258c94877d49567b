// SnapshotTests.swift -- a snapshot never changes, whatever is written, flushed, compacted or removed meanwhile.

import Base
import Catalog
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct SnapshotTests {
  @Test func `a snapshot as of a commit holds what the store held then`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    var made: [Recording] = []
    for step in 0..<4 {
      made.append(try Made.append(step + 2, to: store, metadata: ["width": .integer(Int64(step))], seed: UInt64(step)))
    }
    _ = try store.compact()
    for (commit, count) in [(Int64(1), Int64(2)), (2, 5), (3, 9), (4, 14), (5, 14)] {
      let snapshot = try store.snapshot(asOf: commit)
      #expect(snapshot.commit == commit && snapshot.exampleCount == count)
      #expect(try snapshot.examples(where: "1 = 1").count == Int(count))
      #expect(try snapshot.examples(where: "layer_name = 'layer0'").count == Int(min(commit, 4)))
      #expect(
        try snapshot.recorded(0..<count) == Array(made.flatMap(\.values.bytes)[..<(Int(count) * Axes().count * 4)]))
      let summary = try snapshot.summary()
      #expect(summary.examples == Int(count) && summary.commit?.id == commit && summary.runs == Int(min(commit, 4)))
      #expect(summary.observations == Int(min(commit, 4)))
      refusal(.notFound) { _ = try snapshot.recorded(0..<(count + 1)) }
      refusal(.notFound) { _ = try snapshot.labels(of: "task", for: ExampleSet(0..<(count + 1))) }
    }
    for commit in [Int64(0), 6, -1] { refusal(.notFound) { _ = try store.snapshot(asOf: commit) } }
  }

  @Test func `a snapshot is not touched by what another store object writes`() throws {
    let folder = TemporaryFolder()
    let reader = try TrajectoryStore.create(at: folder["a.engram"])
    let empty = try reader.snapshot()
    let writer = try TrajectoryStore(opening: folder["a.engram"])
    let first = try Made.append(4, to: writer, seed: 1)
    let before = try reader.snapshot()
    try Made.append(1_500, to: writer, metadata: ["learning_rule": .text("sgdm"), "lab": .text("x")], seed: 2)
    for (snapshot, count) in [(empty, 0), (before, 4)] {
      #expect(snapshot.exampleCount == Int64(count))
      #expect(try snapshot.examples(where: nil).count == count)
      #expect(try snapshot.examples(where: "1 = 1").count == count)
      #expect(try snapshot.examples(where: "layer_name <> ''").count == count)
      #expect(try snapshot.groups(by: ["learning_rule"]).reduce(0) { $0 + $1.examples.count } == count)
      #expect(try snapshot.summary().examples == count)
      #expect(try snapshot.summary().runs == (count == 0 ? 0 : 1))
      #expect(try snapshot.summary().commit?.exampleEnd ?? 0 == Int64(count))
    }
    #expect(try before.recorded(0..<4) == first.values.bytes)
    #expect(try reader.snapshot().exampleCount == 1_504)
  }

  @Test func `a field that came later is seen at no earlier commit, whatever was read before`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(2, to: store, metadata: ["rig": .text("a")], seed: 1)
    let before = try store.snapshot()
    func header(_ commit: Int64?) throws -> [String] {
      var columns: [String] = []
      try store.query("SELECT * FROM run", asOf: commit, header: { columns = $0 }, row: { _ in })
      return columns
    }
    let (columns, known) = (try header(1), try before.exampleColumns())
    try Made.append(1, to: store, metadata: ["rig": .text("b"), "lab": .text("x")], seed: 2)
    for step in ["plain", "edited"] {
      if step == "edited" { _ = try store.edit(where: "rig = 'b'", set: ["rig": .text("c")]) }
      for snapshot in [before, try store.snapshot(asOf: 1)] {
        #expect(try snapshot.exampleColumns() == known && snapshot.fields().last?.name == "rig", "\(step)")
        refusal(.usage, "\(step)") { _ = try snapshot.examples(where: "lab IS NULL") }
        #expect(try snapshot.runs().rows.map(\.last) == [.text("a")])
        #expect(try snapshot.groups(by: ["rig"]).map(\.examples.count) == [2])
        #expect(try snapshot.examples(where: "rig = 'a' AND layer_name = 'layer1'").ids == [1])
      }
      #expect(try header(1) == columns && columns.last == "rig", "\(step)")
      #expect(try header(2).last == "lab" && store.snapshot().runs().rows.map(\.last) == [.null, .text("x")])
      #expect(try store.snapshot(asOf: 2).examples(where: "lab = 'x'").ids == [2])
    }
  }

  @Test func `a reader lets go of segments that others have replaced, and earlier snapshots read on`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let made = try Made.append(1_100, to: store, seed: 1)
    let before = try store.snapshot()
    for _ in 0..<8 { #expect(try before.recorded(0..<1) == Array(made.values.bytes.prefix(Axes().count * 4))) }
    let open = store.openSegments
    #expect(open.count == 1 && store.keptRowGroups.heldBytes > 0)
    let other = try TrajectoryStore(opening: store.path)
    _ = try other.compact(everything: true)
    #expect(store.openSegments == open)
    _ = try store.snapshot()
    #expect(store.openSegments.isEmpty && store.keptRowGroups.heldBytes == 0)
    #expect(try before.recorded(0..<1_100) == made.values.bytes)
    let now = try store.snapshot()
    #expect(store.openSegments.isDisjoint(with: open) && store.openSegments.count == 1)
    #expect(try now.recorded(0..<1_100) == made.values.bytes)
  }

  @Test func `the newest commit is that of others' writing, whatever was read before`() throws {
    let folder = TemporaryFolder()
    let reader = try TrajectoryStore.create(at: folder["a.engram"])
    let writer = try TrajectoryStore(opening: folder["a.engram"])
    let steps: [() throws -> Void] = [
      { try Made.append(1_700, to: writer, metadata: ["task": .text("c")], seed: 1) },
      { try Made.append(30, to: writer, metadata: ["task": .text("d")], seed: 2) },
      { _ = try writer.hide(where: "task = 'd'") },
      { _ = try writer.compact(everything: true) },
      { _ = try writer.unhide(where: "task = 'd'") },
    ]
    for step in steps {
      try step()
      let fresh = try TrajectoryStore(opening: folder["a.engram"]).snapshot()
      for _ in 0..<2 {
        let kept = try reader.snapshot()
        #expect(kept.commit == fresh.commit && kept.allExamples == fresh.allExamples)
        #expect(kept.exampleEnd == fresh.exampleEnd && kept.extents == fresh.extents)
      }
      // A reading of another kind in between.
      _ = try reader.snapshot(asOf: 1).groups(by: ["task"])
    }
    #expect(try reader.snapshot().exampleCount == 1_730)
  }

  /// Ways in which a snapshot may be taken before its files are replaced.
  enum Opened: CaseIterable { case nothing, everything }

  @Test(arguments: Opened.allCases, [false, true])
  func `an old snapshot reads the same after its segments and staged batches were replaced and removed`(
    opened: Opened, large: Bool
  ) throws {
    let folder = TemporaryFolder()
    let reader = try TrajectoryStore.create(at: folder["a.engram"])
    let writer = try TrajectoryStore(opening: folder["a.engram"])
    var all: [UInt8] = []
    for step in 0..<3 {
      all += try Made.append(large ? 1_100 : 20, to: writer, special: true, seed: UInt64(step)).values.bytes
    }
    let snapshot = try reader.snapshot()
    let finite = try snapshot.finiteStatistics(of: ExampleSet(0..<2))
    if opened == .everything { #expect(try snapshot.recorded(0..<snapshot.exampleCount) == all) }
    let fresh = try reader.snapshot()
    let unopened = try TrajectoryStore(opening: folder["a.engram"]).snapshot()
    let report = try writer.compact(everything: true)
    #expect(report.extentsBefore == 3 && report.extentsAfter == 1)
    for old in [snapshot, fresh, unopened] {
      #expect(try old.finiteStatistics(of: ExampleSet(0..<2)) == finite)
      #expect(try old.recorded(0..<old.exampleCount) == all)
    }
    // Data that came later do not show, though they lie in the same segment now.
    try Made.append(30, to: writer, seed: 50)
    _ = try writer.compact(everything: true)
    #expect(try unopened.recorded(0..<unopened.exampleCount) == all)
    #expect(try unopened.examples(where: "1 = 1").count == all.count / Axes().count / 4)
    #expect(TestFiles.names(in: folder["a.engram/segments"]).count == 1)
  }

  @Test func `labels and metadata of a snapshot refuse what was removed for good since`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for task in ["c", "d", "e"] { try Made.append(3, to: store, metadata: ["task": .text(task)], seed: 1) }
    let snapshot = try store.snapshot()
    let writer = try TrajectoryStore(opening: folder["a.engram"])
    _ = try writer.hide(where: "task = 'd'")
    _ = try writer.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
    for read in [
      { _ = try snapshot.labels(of: "task", for: snapshot.allExamples) },
      { try snapshot.metadata(of: snapshot.allExamples, columns: ["task"]) { (_, _) throws(EngramError) in } },
    ] as [() throws -> Void] {
      let error = refusal(.notFound) { try read() }
      #expect(error?.message == "examples were removed for good while they were read")
      #expect(error?.found == "examples 3 to 5")
    }
    let rest = ExampleSet([0..<3, 6..<9])
    #expect(try snapshot.labels(of: "task", for: rest).codes == [0, 0, 0, 1, 1, 1])
    var tasks: [MetadataValue] = []
    try snapshot.metadata(of: rest, columns: ["task"]) { (_, values) throws(EngramError) in tasks += values }
    #expect(tasks == ["c", "c", "c", "e", "e", "e"].map(MetadataValue.text))
  }

  @Test func `compaction keeps ids, values, commits, metadata and split sets`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    var all: [UInt8] = []
    for step in 0..<12 {
      let rule = MetadataValue.text(step % 2 == 0 ? "adam" : "sgdm")
      all += try Made.append(
        step == 5 ? 1_200 : 10, to: store, special: true, metadata: ["learning_rule": rule], seed: UInt64(step)
      ).values.bytes
    }
    let specification = SplitSpecification(.balanced(BalancedSplits(test: .perClass(5), train: .perClass(20))))
    let set = try store.createSplitSet("mine", specification)
    let before = try store.snapshot()
    let groups = try before.groups(by: ["learning_rule", "run_id"])
    let report = try store.compact(everything: true)
    #expect(report.extentsBefore == 12 && report.extentsAfter == 1)
    let after = try TrajectoryStore(opening: folder["a.engram"]).snapshot()
    #expect(after.commit == before.commit + 1 && after.exampleCount == before.exampleCount)
    #expect(try after.recorded(0..<after.exampleCount) == all)
    #expect(try after.groups(by: ["learning_rule", "run_id"]) == groups)
    #expect(try after.store.splitSet("mine") == set)
    #expect(try after.summary().valueBytes == all.count)
    // Nothing to do is no commit.
    let again = try store.compact()
    #expect(again.extentsBefore == 1 && again.extentsAfter == 1)
    #expect(try store.snapshot().commit == after.commit)
    // Everything is written anew all the same, and holds what it held.
    let old = TestFiles.names(in: folder["a.engram/segments"])
    #expect(try store.compact(everything: true).bytesAfter == again.bytesAfter)
    #expect(Set(TestFiles.names(in: folder["a.engram/segments"])).isDisjoint(with: old))
    #expect(try store.snapshot().recorded(0..<after.exampleCount) == all)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `extents of other axes or another type are not joined, and their neighbours keep their order`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let short = Axes(epochs: [0, 5], statistics: Axes().statistics)
    let kinds: [(Axes, ElementType)] = [
      (Axes(), .float32), (Axes(), .float32), (short, .float32), (short, .float64), (short, .float64),
      (Axes(), .float32),
    ]
    var made: [Recording] = []
    for (step, kind) in kinds.enumerated() {
      made.append(try Made.append(6, to: store, kind.0, kind.1, special: true, seed: UInt64(step)))
    }
    #expect(try store.flush().extentsAfter == 4)
    let snapshot = try store.snapshot()
    for (step, kind) in kinds.enumerated() {
      let ids = Int64(step * 6)..<Int64(step * 6 + 6)
      #expect(try snapshot.recorded(ids, kind.0, kind.1) == made[step].values.bytes)
    }
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `an old snapshot is not given another batch that was staged after its own were flushed`() throws {
    let folder = TemporaryFolder()
    let reader = try TrajectoryStore.create(at: folder["a.engram"])
    let writer = try TrajectoryStore(opening: folder["a.engram"])
    let first = try Made.append(4, to: writer, seed: 1)
    let snapshot = try reader.snapshot()
    _ = try writer.flush()
    try Made.append(4, to: writer, seed: 2)
    #expect(try snapshot.recorded(0..<4) == first.values.bytes)
  }

  @Test func `a summary counts the values and metrics of what is selected, beside others in one segment`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for seed in 1...3 {
      try Made.append(2, to: store, metadata: ["model_seed": .integer(Int64(seed))], seed: UInt64(seed))
    }
    _ = try store.addMetrics(
      [
        RunMetric(run: 1, MetricValue("loss", epoch: 0, 1)), RunMetric(run: 2, MetricValue("loss", epoch: 0, 2)),
        RunMetric(run: 2, MetricValue("loss", epoch: 5, .nan)), RunMetric(run: 3, MetricValue("top1", epoch: 5, 3)),
      ])
    _ = try store.compact(everything: true)
    let snapshot = try store.snapshot()
    let size = Axes().count * 4
    let whole = try snapshot.summary()
    #expect(whole.valueBytes == 6 * size && whole.storedValueBytes == 6 * size && whole.storedExamples == 6)
    let part = try snapshot.summary(where: "model_seed = 2")
    #expect(part.segments == 1 && part.valueBytes == 2 * size)
    #expect(part.storedExamples == 6 && part.storedValueBytes == 6 * size && part.hiddenExamples == 0)
    #expect(part.metrics.count == 1 && part.metrics[0].name == "loss" && part.metrics[0].runs == 1)
    #expect(part.metrics[0].values == 2 && part.metrics[0].nans == 1)
    #expect(part.metrics[0].firstEpoch == 0 && part.metrics[0].lastEpoch == 5)
    let before = try store.snapshot(asOf: 1).summary()
    #expect(before.valueBytes == 2 * size && before.storedExamples == 6 && before.hiddenExamples == 0)
    _ = try store.hide(where: "model_seed = 1")
    let hiding = try store.snapshot().summary()
    #expect(hiding.examples == 4 && hiding.valueBytes == 4 * size && hiding.hiddenExamples == 2)
    #expect(hiding.storedExamples == 6 && hiding.storedValueBytes == 6 * size)
    // A whole batch that is hidden is in no size.
    try Made.append(2, to: store, metadata: ["model_seed": .integer(4)], seed: 4)
    _ = try store.hide(where: "model_seed = 4")
    let batch = try store.snapshot().summary()
    #expect(batch.storedExamples == 6 && batch.stagedBatches == 0 && batch.hiddenExamples == 4)
  }

  @Test func `so many examples are rewritten at a time as fit 4,096 and 256 MiB, in whole row groups`() {
    #expect(WriteSession.rewriteStep(rowGroupSize: 768, exampleByteCount: 4_000) == 3_840)
    #expect(WriteSession.rewriteStep(rowGroupSize: 192, exampleByteCount: 1 << 20) == 192)
    #expect(WriteSession.rewriteStep(rowGroupSize: 24, exampleByteCount: 8 << 20) == 24)
    #expect(WriteSession.rewriteStep(rowGroupSize: 1, exampleByteCount: 1 << 30) == 1)
  }
}
