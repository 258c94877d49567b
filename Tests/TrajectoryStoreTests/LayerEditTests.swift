// LayerEditTests.swift -- names and positions of layers are corrected by storing measurements anew, and nothing is lost.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct LayerEditTests {
  private static func rows(_ snapshot: Snapshot) throws -> [[MetadataValue]] {
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: ["run_id", "layer_name", "layer_position", "dose"]) {
      rows.append($1)
    }
    return rows
  }

  private static func values(_ snapshot: Snapshot, _ ids: [Int64]) throws -> [UInt64] {
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(ExampleSet(ids: ids), Axes().columns, into: &matrix)
    return (0..<matrix.rows).flatMap { row in (0..<matrix.columns).map { matrix[row, $0].bitPattern } }
  }

  @Test(arguments: [false, true])
  func `a position is corrected in one commit, values and other layers stay, and earlier commits show the old`(
    isSegment: Bool
  ) throws {
    let folder = TemporaryFolder()
    let store = try EditTests.store(folder)
    if isSegment { _ = try store.compact() }
    let before = try store.snapshot()
    let old = try EditTests.fingerprint(before)
    let trial = try store.edit(
      where: "layer_name = 'layer1' AND model_seed < 2", set: ["layer_position": .text("deep")], isTrial: true)
    #expect(trial.commit == nil && trial.runsChanged == 2 && trial.hidden.count == 6 && trial.newExamples == nil)
    #expect(try store.snapshot().commit == before.commit)
    let report = try store.edit(
      where: "layer_name = 'layer1' AND model_seed < 2",
      set: ["layer_position": .text("deep")], options: WriteOptions(reason: "typo"))
    #expect(report.newExamples == 18..<24 && report.hidden == ExampleSet(0..<6) && report.runsChanged == 2)
    let change = try #require(report.changes.first)
    #expect(change.field == "layer_position" && change.before == .text("middle") && change.after == .text("deep"))
    let after = try store.snapshot()
    #expect(after.commit == report.commit && after.exampleCount == 18)
    let rows = try Self.rows(after)
    #expect(rows.suffix(6).map { $0[2] } == ["early", "deep", "deep", "early", "deep", "deep"].map { .text($0) })
    #expect(rows.suffix(6).map { $0[0] } == [1, 1, 1, 2, 2, 2].map { .integer($0) })
    #expect(try Self.values(after, Array(18..<24)) == Self.values(before, Array(0..<6)))
    #expect(try EditTests.fingerprint(try store.snapshot(asOf: before.commit)) == old)
    #expect(try store.verify().problems.isEmpty && store.log().last?.reason == "typo")
    // Said once more, it changes nothing and makes no commit.
    let again = try store.edit(
      where: "layer_name = 'layer1' AND model_seed < 2", set: ["layer_position": .text("deep")])
    #expect(again.commit == nil && again.hidden.isEmpty)
  }

  @Test func `a name is corrected together with a field of its run`() throws {
    let folder = TemporaryFolder()
    let store = try EditTests.store(folder)
    refusal(.usage) {
      _ = try store.edit(where: "layer_name = 'layer0'", set: ["layer_name": .text("v1"), "dose": .integer(5)])
    }
    let report = try store.edit(
      where: "model_seed = 3 AND layer_name = 'layer0'", set: ["layer_name": .text("v1")])
    #expect(report.runsChanged == 1 && report.newExamples == 18..<21)
    let rows = try Self.rows(try store.snapshot())
    #expect(rows.suffix(3).map { $0[1] } == ["v1", "layer1", "layer2"].map { .text($0) })
    let both = try store.edit(
      where: "run_id = 1", set: ["layer_position": .null, "dose": .integer(77)])
    #expect(both.changes.map(\.field).contains("dose") && both.hidden.count == 3)
    #expect(try Self.rows(try store.snapshot()).suffix(3).allSatisfy { $0[2] == .null && $0[3] == .integer(77) })
    let error = refusal(.exists) {
      _ = try store.edit(where: "run_id = 2 AND layer_name = 'layer0'", set: ["layer_name": .text("layer1")])
    }
    #expect(error?.place == "run 2")
    refusal(.invalidData) { _ = try store.edit(where: "run_id = 2", set: ["layer_position": .text("top")]) }
    refusal(.notFound) { _ = try store.edit(where: "layer_name = 'no'", set: ["layer_position": .null]) }
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `two layers of a run do not get one name, though they were measured apart`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for run in ["a", "b"] {
      let recording = Recording(
        metadata: ["network": .text(run)], layers: [Layer(name: "conv", position: nil)], values: .float32([1]))
      _ = try store.append([recording], epochs: [0], statistics: ["m"])
    }
    for run in ["a", "b"] {
      let recorder = try store.recorder(
        run: ["network": .text(run)], layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
      try recorder.record(epoch: 0, values: .float32([1]))
      #expect(try recorder.finish().runs == 0)
    }
    let commit = try store.snapshot().commit
    let taken = refusal(.exists) {
      _ = try store.edit(where: "network = 'a' AND layer_name = 'conv'", set: ["layer_name": .text("fc")])
    }
    #expect(taken?.place == "run 1" && taken?.found == "layer fc is example 2")
    let both = refusal(.exists) { _ = try store.edit(where: "network = 'b'", set: ["layer_name": .text("v1")]) }
    #expect(both?.place == "run 2" && both?.found == "layer v1 for each of conv, fc")
    #expect(try store.snapshot().commit == commit)
    #expect(try store.edit(where: "layer_name = 'conv'", set: ["layer_name": .text("v1")]).runsChanged == 2)
    #expect(try store.edit(where: "layer_name = 'fc'", set: ["layer_name": .text("conv")]).runsChanged == 2)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `what was replaced is not shown again beside what took its place, however often it was`() throws {
    let folder = TemporaryFolder()
    let store = try EditTests.store(folder)
    let before = try store.snapshot()
    let first = try store.edit(where: "layer_name = 'layer1'", set: ["layer_name": .text("wrong")])
    let second = try store.edit(where: "layer_name = 'wrong'", set: ["layer_name": .text("right")])
    let edited = try Self.rows(try store.snapshot())
    #expect(try store.hide(where: "model_seed < 2").examples.count == 6)
    let shown = try store.unhide(where: "model_seed < 2")
    #expect(shown.examples.count == 6 && shown.replaced.count == 12)
    #expect(try Self.rows(try store.snapshot()) == edited)
    // Nothing was hidden by hand.
    #expect(try store.unhide(where: "model_seed < 2").commit == nil)
    // The way back: what took the place is hidden first.
    _ = try store.hide(commit: try #require(second.commit))
    #expect(try store.snapshot().exampleCount == 0)
    #expect(try store.unhide(commit: try #require(first.commit)).examples.count == 18)
    #expect(try store.snapshot().examples(where: "layer_name = 'wrong'").count == 6)
    // What was seen last comes back, and not what had taken its place before.
    let back = try Self.rows(try store.snapshot())
    _ = try store.hide(where: "model_seed = 1")
    #expect(try store.unhide(where: "model_seed >= 0").examples.count == 3)
    #expect(try Self.rows(try store.snapshot()) == back)
    // And forth again.
    _ = try store.hide(commit: try #require(first.commit))
    #expect(try store.unhide(commit: try #require(second.commit)).examples.count == 18)
    #expect(try Self.rows(try store.snapshot()) == edited)
    // A copy that was merged tells the same apart, where names of layers stayed.
    _ = try store.edit(where: "layer_name = 'right'", set: ["layer_position": .text("deep")])
    let copy = try TrajectoryStore.create(at: folder["copy.engram"])
    _ = try copy.merge([store.path])
    let merged = try Self.rows(try copy.snapshot())
    _ = try copy.hide(where: "model_seed = 1")
    _ = try copy.unhide(where: "model_seed = 1")
    #expect(try Self.rows(try copy.snapshot()).count == merged.count)
    #expect(try Self.rows(try store.snapshot(asOf: before.commit)).count == 18)
    #expect(try store.verify().problems.isEmpty && copy.verify().problems.isEmpty)
  }

  @Test func `what is seen again after what took its place was purged is hidden and shown as others are`() throws {
    let folder = TemporaryFolder()
    let store = try EditTests.store(folder)
    for seed in 0..<2 {
      _ = try store.edit(
        where: "layer_name = 'layer1' AND model_seed = \(seed)", set: ["layer_name": .text("wrong")])
    }
    let wrong = try store.snapshot().commit - 1
    _ = try store.hide(commit: wrong)
    #expect(try store.unhide(commit: 1).examples == ExampleSet(0..<3))
    // This removes the other run's first measurement too, whose correction stays.
    _ = try store.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
    for filter in ["model_seed = 0", "model_seed = 1"] {
      _ = try store.hide(where: filter)
      let shown = try store.unhide(where: filter)
      #expect(shown.examples.count == 3 && shown.replaced.isEmpty, "\(filter)")
    }
    #expect(try store.snapshot().exampleCount == 18 && store.verify().problems.isEmpty)
  }
}
