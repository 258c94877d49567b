// EditTests.swift -- corrections are versioned: what was made before shows what it showed, by hash.

import Base
import Catalog
import Glibc
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct EditTests {
  /// Six runs of three layers under two rules, with a field of the user's; one commit each.
  static func store(_ folder: TemporaryFolder) throws -> TrajectoryStore {
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for seed in 0..<6 {
      try Made.append(
        3, to: store,
        metadata: [
          "learning_rule": .text(seed % 2 == 0 ? "adam" : "sgdm"), "model_seed": .integer(Int64(seed)),
          "lab": .text("lab\(seed % 3)"), "dose": .integer(Int64(seed) * 10),
        ], seed: UInt64(seed))
    }
    return store
  }

  /// Everything that a snapshot says, as one hash: selections, groups, labels, metadata, runs, fields, values.
  static func fingerprint(_ snapshot: Snapshot, filters: [String] = []) throws -> String {
    var text = "\(snapshot.commit) \(snapshot.exampleEnd) \(snapshot.allExamples.ranges)"
    let fields = try snapshot.fields()
    text += "\(fields)\(try snapshot.exampleColumns())"
    let standard = [
      "learning_rule = 'adam'", "model_seed > 2", "layer_position = 'deep' AND learning_rule = 'sgdm'",
      "run_id IN (SELECT run_id FROM run WHERE learning_rule = 'adam')",
      "run_id IN (SELECT run_id FROM run_observation GROUP BY learning_rule HAVING count(*) > 2)",
      "run_id IN (SELECT run_id FROM run_metric_last WHERE value > 0.2)", "batch_size = '256'", "model_seed = '3'",
    ]
    for filter in standard + filters {
      text += "\(filter) \(try snapshot.examples(where: filter).ranges)"
      for group in try snapshot.groups(by: ["learning_rule", "layer_name"], where: filter) {
        text += "\(group.key) \(group.examples.ranges)"
      }
    }
    for column in fields.map(\.name) + ["layer_name", "run_id"] {
      let labels = try snapshot.labels(of: column, for: snapshot.allExamples)
      text += "\(labels.classes) \(labels.codes)"
    }
    try snapshot.metadata(of: snapshot.allExamples, columns: snapshot.exampleColumns()) { id, values in
      text += "\(id) \(values)"
    }
    let runs = try snapshot.runs()
    text += "\(runs.ids) \(runs.rows) \(try snapshot.metrics())"
    let summary = try snapshot.summary()
    text += "\(summary.runs) \(summary.observations) \(summary.examples) \(summary.fields)"
    var values: [UInt8] = []
    for range in snapshot.allExamples.ranges { values += try snapshot.recorded(range) }
    return unsafe XXH3.hash128((Array(text.utf8) + values).span.bytes)
  }

  private static let specification = SplitSpecification(
    .groupKFold(GroupKFoldSplits(folds: 3, by: ["run_id"])), where: "lab <> 'lab9' AND learning_rule IS NOT NULL")

  @Test
  func `whatever is edited, hidden and renamed, each earlier commit shows what it showed, and splits are made again`()
    throws
  {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    _ = try store.addMetrics((1...6).map { RunMetric(run: $0, MetricValue("top1", epoch: 0, Double($0) / 10)) })
    var known: [Int64: String] = [:]
    func remember() throws {
      let snapshot = try store.snapshot()
      known[snapshot.commit] = try Self.fingerprint(snapshot)
    }
    for commit in 1...Int64(7) { known[commit] = try Self.fingerprint(try store.snapshot(asOf: commit)) }
    let before = try store.createSplitSet("before", Self.specification)
    try remember()
    let steps: [(TrajectoryStore) throws -> Void] = [
      { _ = try $0.edit(where: "model_seed = 3", set: ["learning_rule": .text("adam"), "batch_size": .integer(256)]) },
      { _ = try $0.hide(where: "lab = 'lab1'") },
      { _ = try $0.renameField("lab", to: "site") },
      { _ = try $0.edit([RunEdit(run: 1, values: ["site": .null, "learning_rule": .text("x")])]) },
      {
        _ = try $0.edit(
          [RunEdit(run: 2, values: ["animal": .text("m1")])], adding: [.init(name: "animal", type: .text)])
      },
      { _ = try $0.widenField("dose", to: .text) },
      { _ = try $0.edit([RunEdit(run: 1, values: ["dose": .text("low"), "learning_rule": .text("adam")])]) },
      { _ = try $0.unhide(where: "site = 'lab1'") },
      { _ = try $0.hide(commit: 2) },
      { _ = try Made.append(2, to: $0, metadata: ["site": .text("new"), "dose": .text("high")], seed: 77) },
      { _ = try $0.compact(everything: true) },
      { _ = try $0.edit(where: "site = 'new'", set: ["learning_rule": .text("sgdm")]) },
    ]
    for step in steps {
      try step(store)
      try remember()
    }
    #expect(Set(known.values).count == known.count, "each commit shows something else")
    for round in [store, try TrajectoryStore(opening: store.path)] {
      for commit in known.keys.sorted() + known.keys.sorted().reversed() {
        #expect(try Self.fingerprint(try round.snapshot(asOf: commit)) == known[commit], "commit \(commit)")
      }
    }
    let again = try store.createSplitSet("again", Self.specification, asOf: before.commit)
    #expect(again.sha256 == before.sha256)
    #expect(try store.verify().problems == [])
    // What a store has now is what a store would have that never had anything else.
    #expect(try store.snapshot().examples(where: "site = 'lab1'").ids == [12, 13, 14])
    #expect(
      try store.snapshot().runs(fields: ["dose"]).rows.map { $0[0].description } == [
        "low", "20", "30", "40", "50", "high",
      ])
  }

  @Test func `an edit says what changed, is logged with who and why, and one that changes nothing is no commit`() throws
  {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    let options = WriteOptions(author: "ada", reason: "the notebook says so")
    let trial = try store.edit(where: "model_seed >= 4", set: ["learning_rule": .text("adam")], isTrial: true)
    #expect(trial.commit == nil && trial.runsSelected == 2 && trial.runsChanged == 1)
    #expect(try store.snapshot().commit == 6)
    let report = try store.edit(where: "model_seed >= 4", set: ["learning_rule": .text("adam")], options: options)
    #expect(report.commit == 7)
    let change = try #require(report.changes.first)
    #expect(report.changes.count == 1 && change.field == "learning_rule" && change.runs == 1)
    #expect(change.before == .text("sgdm") && change.after == .text("adam"))
    let entry = try #require(try store.log().last)
    #expect(entry.author == "ada" && entry.reason == "the notebook says so" && entry.operation == "edit")
    #expect(entry.message == "learning_rule = adam for 2 runs where model_seed >= 4")
    let nothing = try store.edit(where: "model_seed >= 4", set: ["LEARNING_RULE": .text("adam")], options: options)
    #expect(nothing.commit == nil && nothing.runsChanged == 0)
    #expect(try store.snapshot().commit == 7)
    #expect(try store.hide(where: "model_seed = 0").examples.ids == [0, 1, 2])
    let difference = try store.difference(from: 6, to: 8)
    #expect(difference.commits.map(\.id) == [7, 8] && difference.hidden.ids == [0, 1, 2] && difference.added.isEmpty)
    let value = try #require(difference.values.first)
    #expect(difference.values.count == 1 && value.run == 6 && value.field == "learning_rule")
    #expect(value.before == .text("sgdm") && value.after == .text("adam"))
    #expect(try store.difference(from: 7, to: 7) == store.difference(from: 6, to: 6))
  }

  @Test func `a number that becomes text has all its digits`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let rates = [0.3, 0.1 + 0.2, 0.12345678901234566, 1e-7, .infinity, 5, 1e300]
    for (seed, rate) in rates.enumerated() {
      try Made.append(1, to: store, metadata: ["rate": .real(rate), "note": .text("n\(seed)")], seed: UInt64(seed))
    }
    _ = try store.widenField("rate", to: .text)
    let rows = try store.snapshot().runs(fields: ["rate", "note"]).rows
    #expect(rows == rates.enumerated().map { [.text("\($1)"), .text("n\($0)")] })
    #expect(try store.snapshot(asOf: Int64(rates.count)).runs(fields: ["rate"]).rows == rates.map { [.real($0)] })
  }

  @Test(arguments: [Int64.max, Int64.max - 511, Int64.min + 1, (1 << 53) + 1] as [Int64])
  func `a whole number that no real holds is not widened to one`(number: Int64) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(1, to: store, metadata: ["k": .integer(1 << 62)], seed: 1)
    try Made.append(1, to: store, metadata: ["k": .integer(number)], seed: 2)
    #expect(refusal(.invalidData) { _ = try store.widenField("k", to: .real) }?.found == "\(number)")
    _ = try store.widenField("k", to: .text)
    #expect(try store.snapshot().runs(fields: ["k"]).rows == [[.text("\(Int64(1) << 62)")], [.text("\(number)")]])
  }

  @Test func `what was removed for good is not shown again, and that makes no commit`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for seed in UInt64(1)...2 {
      try Made.append(2, to: store, metadata: ["model_seed": .integer(Int64(seed))], seed: seed)
    }
    _ = try store.hide(where: "model_seed = 1")
    _ = try store.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
    let commit = try store.snapshot().commit
    let error = refusal(.notFound) { _ = try store.unhide(commit: 1) }
    #expect(error?.message == "what commit 1 added was removed for good")
    #expect(try store.snapshot().commit == commit)
  }

  @Test func `what cannot be edited is refused by name, and nothing is changed`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    refusal(.usage) { _ = try store.edit(where: "layer_name = 'layer0'", set: ["task": .text("x")]) }
    refusal(.exists) { _ = try store.edit(where: "model_seed = 1", set: ["layer_name": .text("x")]) }
    refusal(.usage) { _ = try store.edit(where: "model_seed = 1", set: ["unit_fraction": .real(0.5)]) }
    refusal(.usage) { _ = try store.edit(where: "model_seed = 1", set: ["tusk": .text("x")]) }
    refusal(.usage) { _ = try store.edit(where: "model_seed ==== 1", set: ["task": .text("x")]) }
    refusal(.invalidData) { _ = try store.edit(where: "model_seed = 1", set: ["batch_size": .text("x")]) }
    refusal(.invalidData) { _ = try store.edit(where: "model_seed = 1", set: ["batch_size": .real(1.5)]) }
    refusal(.notFound) { _ = try store.edit(where: "model_seed = 99", set: ["task": .text("x")]) }
    refusal(.notFound) { _ = try store.edit([RunEdit(run: 3, values: [:]), RunEdit(run: 77, values: [:])]) }
    refusal(.usage) { _ = try store.edit([RunEdit(run: 3, values: [:]), RunEdit(run: 3, values: [:])]) }
    refusal(.usage) { _ = try store.renameField("task", to: "job") }
    refusal(.exists) { _ = try store.renameField("lab", to: "Task") }
    refusal(.invalidData) { _ = try store.renameField("lab", to: "run_id") }
    refusal(.usage) { _ = try store.widenField("lab", to: .real) }
    refusal(.usage) { _ = try store.widenField("batch_size", to: .text) }
    refusal(.usage) { _ = try store.hide(where: "layer_name = 'layer0'") }
    refusal(.notFound) { _ = try store.hide(commit: 17) }
    refusal(.usage) { _ = try store.difference(from: 3, to: 2) }
    #expect(try store.snapshot().commit == 6)
  }

  @Test func `a hidden example is selected by nothing, refused by its id, and in matrices of earlier commits`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    let old = try store.snapshot()
    _ = try store.hide(where: "model_seed IN (0, 4)")
    let snapshot = try store.snapshot()
    #expect(snapshot.exampleCount == 12 && snapshot.exampleEnd == 18)
    #expect(snapshot.allExamples.ranges == [3..<12, 15..<18])
    #expect(try snapshot.examples(where: "1").ranges == [3..<12, 15..<18])
    #expect(try snapshot.examples(where: "layer_name = 'layer1'").ids == [4, 7, 10, 16])
    var count = 0
    try store.query("SELECT count(*) FROM example", header: { _ in }) { count = Int($0[0].description) ?? 0 }
    #expect(count == 12)
    try store.query("SELECT count(*) FROM run", asOf: 3, header: { _ in }) { count = Int($0[0].description) ?? 0 }
    #expect(count == 3)
    refusal(.notFound) { _ = try snapshot.labels(of: "task", for: ExampleSet(2..<4)) }
    refusal(.notFound) { _ = try snapshot.recorded(0..<3) }
    #expect(try old.recorded(0..<18).count == 18 * Axes().count * 4)
    for filter in ["run_id IN (SELECT run_id FROM main.run)", "run_id IN (SELECT run_id FROM \"Temp\" .run)"] {
      refusal(.usage) { _ = try snapshot.examples(where: filter) }
    }
    #expect(try snapshot.examples(where: "lab <> 'main.run' AND example.run_id > 0").count == 12)
    _ = try store.compact(everything: true)
    #expect(try store.snapshot(asOf: old.commit).recorded(0..<3) == old.recorded(0..<3))
    let hidden = try store.hide(where: "model_seed = 1")
    #expect(hidden.examples.count == 3)
    #expect(try store.unhide(where: "model_seed IN (1, 2)").examples.ids == [3, 4, 5])
    #expect(try store.unhide(where: "model_seed IN (1, 2)").commit == nil)
  }

  @Test func `a stored specification that is damaged is damage, and no mistake of the caller's`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    _ = try store.createSplitSet("before", Self.specification)
    for damage in ["replace(specification, 'folds', 'fnlds')", "'{'", "replace(specification, 'group-k-fold', 'x')"] {
      tamper(store.path + "/catalog.sqlite", "UPDATE split_set SET specification = \(damage)")
      #expect(refusal(.corrupt) { _ = try store.splitSet("before") }?.place?.hasPrefix("split set 'before'") == true)
      #expect(try store.verifySplitSets().problems.map(\.code) == [.corrupt])
    }
  }

  @Test func `a merge takes what is hidden as hidden, with its newest metadata`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    _ = try store.hide(where: "model_seed = 2")
    _ = try store.edit(where: "model_seed = 3", set: ["learning_rule": .text("new")])
    let target = try TrajectoryStore.create(at: folder["b.engram"])
    try Made.append(4, to: target, seed: 50)
    _ = try target.merge([store.path])
    let snapshot = try target.snapshot()
    #expect(snapshot.exampleEnd == 22 && snapshot.allExamples.ranges == [0..<10, 13..<22])
    #expect(try snapshot.examples(where: "learning_rule = 'new'").ids == [13, 14, 15])
    #expect(try target.verify().problems == [])
  }

  @Test func `a purge removes what was confirmed, and nothing that was hidden since`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    func purge(isTrial: Bool, _ confirmed: PurgeReport?) throws -> PurgeReport {
      try store.purge(isTrial: isTrial, confirmed: confirmed, options: WriteOptions()) { (_, _) throws(EngramError) in
        PurgedUses()
      }
    }
    _ = try store.hide(where: "model_seed = 1")
    let plan = try purge(isTrial: true, nil)
    _ = try store.hide(where: "model_seed = 2")
    let refused = refusal(.busy) { _ = try purge(isTrial: false, plan) }
    #expect(refused?.expected == "3 examples, 0 split sets, 0 results")
    #expect(refused?.found == "6 examples, 0 split sets, 0 results")
    #expect(try store.unhide(where: "model_seed = 1").examples.count == 3)
    #expect(try store.hide(where: "model_seed = 1").examples.count == 3)
    #expect(try purge(isTrial: false, try purge(isTrial: true, nil)).examples.ids == [3, 4, 5, 6, 7, 8])
  }

  @Test func `what commits say of a text that only removed runs had is removed with them`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    _ = try store.edit(where: "model_seed = 1", set: ["lab": .text("P07")])
    _ = try store.edit(
      where: "lab <> 'P07'", set: ["batch_size": .integer(16)], options: WriteOptions(reason: "all but P07"))
    _ = try store.edit(
      where: "model_seed = 2", set: ["batch_size": .integer(32)], options: WriteOptions(reason: "not P070"))
    _ = try store.hide(where: "lab = 'P07'")
    _ = try store.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
    let log = try store.log()
    #expect(log[7].message.hasSuffix("where lab <> '…'") && log[7].reason == "all but …", "\(log[7])")
    #expect(log[8].message == "batch_size = 32 for 1 runs where model_seed = 2" && log[8].reason == "not P070")
  }

  private static func error(of body: () throws -> Void) -> EngramError? {
    do { try body() } catch { return error as? EngramError }
    return nil
  }

  @Test func `what a condition selects is asked after whoever wrote before`() async throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    var waiting: [Task<EngramError?, Never>] = []
    try store.write("hold") { (session) throws(EngramError) in
      waiting = [
        Task.detached { Self.error(of: { _ = try store.edit(where: "lab = 'lab0'", set: ["task": .text("x")]) }) },
        Task.detached { Self.error(of: { _ = try store.hide(where: "lab = 'lab0'") }) },
      ]
      // Both have asked by now, and wait.
      usleep(500_000)
      let edits = [1, 4].map { RunEdit(run: $0, values: ["lab": .text("other")]) }
      _ = try session.correct(Correction(edits: edits), operation: "edit", message: "labs")
    }
    for task in waiting { #expect(await task.value?.code == .notFound) }
    #expect(try store.snapshot().commit == 7)
  }

  @Test func `a difference lists no changes of runs that came after the earlier commit`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    try Made.append(3, to: store, metadata: ["model_seed": .integer(6)], seed: 6)
    _ = try store.edit(where: "model_seed >= 5", set: ["task": .text("other")])
    #expect(try store.difference(from: 6, to: 8).values.map(\.run) == [6])
    #expect(try store.difference(from: 7, to: 8).values.map(\.run) == [6, 7])
  }
}
