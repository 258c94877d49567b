// RunKeyTests.swift -- merges and recorders join runs by what a store declares to tell runs apart.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct RunKeyTests {
  /// A store that tells runs apart by animal.
  private static func keyed(_ path: String, _ animals: [(String, [String: MetadataValue], [String])]) throws
    -> TrajectoryStore
  {
    let store = try TrajectoryStore.create(at: path)
    for (animal, metadata, layers) in animals {
      _ = try store.append(
        [recording(animal, metadata, layers)], epochs: [0, 5], statistics: ["m"])
    }
    try store.write("key") { (session) throws(EngramError) in
      _ = try session.correct(Correction(runKey: ["animal"]), operation: "key", message: "animals")
    }
    return store
  }

  private static func recording(
    _ animal: String, _ metadata: [String: MetadataValue], _ layers: [String], metrics: [MetricValue] = []
  ) -> Recording {
    Recording(
      metadata: metadata.merging(["animal": .text(animal)]) { $1 },
      layers: layers.map { Layer(name: $0, position: nil) },
      values: .float32((0..<(2 * layers.count)).map { Float($0) + Float(animal.utf8.count) }), metrics: metrics)
  }

  private static func rows(_ store: TrajectoryStore, _ columns: [String]) throws -> [[MetadataValue]] {
    let snapshot = try store.snapshot()
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: columns) { rows.append($1) }
    return rows
  }

  @Test func `a merge joins runs of the same key, fills what they lack, and keeps others apart`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(
      folder["a.engram"], [("M1", ["site": .text("Bern")], ["V1"]), ("M2", [:], ["V1"])])
    let other = try TrajectoryStore.create(at: folder["b.engram"])
    _ = try other.append(
      [
        Self.recording(
          "M2", ["site": .text("Basel"), "age": .integer(9)], ["LM"], metrics: [.init("acc", epoch: 5, 0.5)]),
        Self.recording("M3", [:], ["V1"]),
      ], epochs: [0, 5], statistics: ["m"])
    _ = try other.append([Self.recording("M1", [:], ["LM", "AL"])], epochs: [0, 5], statistics: ["m"])
    let before = try store.snapshot().commit
    let report = try store.merge([other.path])
    #expect(report.runs == 1)
    #expect(
      try Self.rows(store, ["run_id", "animal", "site", "age", "layer_name"]) == [
        [.integer(1), .text("M1"), .text("Bern"), .null, .text("V1")],
        [.integer(2), .text("M2"), .text("Basel"), .integer(9), .text("V1")],
        [.integer(2), .text("M2"), .text("Basel"), .integer(9), .text("LM")],
        [.integer(3), .text("M3"), .null, .null, .text("V1")],
        [.integer(1), .text("M1"), .text("Bern"), .null, .text("LM")],
        [.integer(1), .text("M1"), .text("Bern"), .null, .text("AL")],
      ])
    #expect(try store.snapshot().metric("acc").map(\.run) == [2])
    // What was filled is an edit: before it, there was nothing.
    let then = try store.snapshot(asOf: before)
    #expect(try then.runs(fields: ["animal"]).rows == [[.text("M1")], [.text("M2")]])
    #expect(try then.examples(where: "animal = 'M2' AND site IS NULL").count == 1)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `a merge refuses other metadata and layers that are there, and takes them when told so`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(folder["a.engram"], [("M1", ["site": .text("Bern")], ["V1"])])
    let wrong = try Self.keyed(folder["b.engram"], [("M1", ["site": .text("Basel")], ["LM"])])
    let error = refusal(.invalidData) { _ = try store.merge([wrong.path]) }
    #expect(error?.found == "'Basel'" && error?.expected == "'Bern', as run 1 has it here")
    let again = try Self.keyed(folder["c.engram"], [("M1", [:], ["V1"])])
    let repeated = refusal(.exists) { _ = try store.merge([again.path]) }
    #expect(repeated?.found == "layer V1 of run 1, example 0 here")
    #expect(try store.snapshot().exampleCount == 1)
    #expect(try store.merge([again.path], allowsRepeat: true).runs == 0)
    #expect(try store.snapshot().groups(by: ["run_id"]).map(\.examples.count) == [2])
    // Two sources that bring the same run are told apart by nothing either.
    let fresh = try TrajectoryStore.create(at: folder["d.engram"])
    let twice = try Self.keyed(folder["e.engram"], [("M1", [:], ["V1"])])
    refusal(.exists) { _ = try fresh.merge([again.path, twice.path]) }
    // Of one that has taken the other in, what it took is here.
    let both = try TrajectoryStore.create(at: folder["f.engram"])
    #expect(try both.merge([again.path, store.path]).known == [0, 1])
    #expect(try fresh.merge([wrong.path]).runs == 1)
    #expect(try fresh.snapshot().runKey() == ["animal"])
  }

  @Test func `a recorder adds layers to the run of its key, and refuses what does not agree`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(folder["a.engram"], [("M1", ["site": .text("Bern")], ["V1"])])
    func record(
      _ metadata: [String: MetadataValue], _ layer: String, metrics: [String: Double] = [:]
    ) throws -> AppendReport {
      let recorder = try store.recorder(
        run: metadata, layers: [Layer(name: layer, position: nil)], statistics: ["m"])
      try recorder.record(epoch: 0, values: .float32([7]), metrics: metrics)
      return try recorder.finish()
    }
    let report = try record(["animal": .text("M1"), "site": .text("Bern")], "LM", metrics: ["acc": 0.25])
    #expect(report.runs == 0 && report.examples == 1..<2)
    #expect(
      try Self.rows(store, ["run_id", "layer_name"]) == [
        [.integer(1), .text("V1")], [.integer(1), .text("LM")],
      ])
    #expect(try store.snapshot().metric("acc").map(\.value) == [0.25])
    let same = refusal(.exists) { _ = try record(["animal": .text("M1")], "V1") }
    #expect(same?.place == "layer V1")
    refusal(.exists) { _ = try record(["animal": .text("M1"), "site": .text("Bern")], "LM") }
    let other = refusal(.invalidData) { _ = try record(["animal": .text("M1"), "site": .text("Basel")], "AL") }
    #expect(other?.found == "'Basel'")
    refusal(.usage) { _ = try record(["site": .text("Bern")], "AL") }
    #expect(try store.runsInProgress().isEmpty)
    #expect(try record(["animal": .text("M2")], "V1").runs == 1)
    // A journal of the same key and other metadata is another's.
    let open = try store.recorder(
      run: ["animal": .text("M5"), "site": .text("Bern")], layers: [Layer(name: "V1", position: nil)], statistics: ["m"]
    )
    try open.record(epoch: 0, values: .float32([1]))
    try open.sync()
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `a run of the key of another one is not appended, and one of a hidden run is not recorded`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(folder["a.engram"], [("M1", [:], ["V1"]), ("M2", [:], ["V1"])])
    func append(_ runs: [[String: MetadataValue]]) throws {
      _ = try store.append(
        runs.map {
          Recording(metadata: $0, layers: [Layer(name: "LM", position: nil)], values: .float32([1]))
        }, epochs: [0], statistics: ["m"])
    }
    _ = try store.hide(where: "animal = 'M1'")
    for (animal, id) in [("M1", 1), ("M2", 2)] {
      let error = refusal(.exists) { try append([["animal": .text("M7")], ["animal": .text(animal)]]) }
      #expect(error?.place == "run 1 of the append" && error?.found == animal)
      #expect(error?.expected == "another animal than run \(id) of the store")
    }
    refusal(.exists) { try append([["animal": .text("M7")], ["animal": .text("M7"), "site": .text("Bern")]]) }
    try append([
      ["animal": .text("M7")], ["animal": .text("M2"), "replicate": .integer(2)], ["site": .text("Bern")],
      ["site": .text("Bern")],
    ])
    #expect(try store.snapshot().exampleCount == 5)
    let hidden = refusal(.exists) {
      _ = try store.recorder(
        run: ["animal": .text("M1")], layers: [Layer(name: "AL", position: nil)], statistics: ["m"])
    }
    #expect(hidden?.found == "hidden" && hidden?.place == "run 1")
    _ = try store.unhide(where: "animal = 'M1'")
    #expect(try store.snapshot().examples(where: "animal = 'M1'").count == 1)
  }

  @Test func `a run cut short goes on though the store has declared since what tells runs apart`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    func recorder(_ layer: String = "LM") throws -> Recorder {
      try store.recorder(
        run: ["animal": .text("M7"), "site": .text("Bern")], layers: [Layer(name: layer, position: nil)],
        statistics: ["m"])
    }
    try recorder().record(epoch: 0, values: .float32([1]))
    _ = try store.append([Self.recording("M1", [:], ["V1"])], epochs: [0, 5], statistics: ["m"])
    try store.write("key") { (session) throws(EngramError) in
      _ = try session.correct(Correction(runKey: ["animal"]), operation: "key", message: "animals")
    }
    #expect(try recorder("V1").epochs.isEmpty)
    let resumed = try recorder()
    #expect(resumed.isResumed && resumed.epochs == [0])
    #expect(try resumed.finish().runs == 1)
    refusal(.exists) { _ = try recorder() }
    #expect(try store.runsInProgress().map(\.run.layers[0].name) == ["V1"])
  }

  @Test func `an edit that would give two runs one key is refused`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(folder["a.engram"], [("M1", [:], ["V1"]), ("M2", [:], ["V1"]), ("M3", [:], ["V1"])])
    for isTrial in [true, false] {
      let error = refusal(.invalidData) {
        _ = try store.edit(where: "animal = 'M2'", set: ["animal": .text("M1")], isTrial: isTrial)
      }
      #expect(error?.place == "runs 1 and 2" && error?.found == "M1")
    }
    refusal(.invalidData) { _ = try store.edit(where: "run_id > 1", set: ["animal": .text("M4")]) }
    // Two runs may change their names at once.
    let swap = [RunEdit(run: 1, values: ["animal": .text("M2")]), RunEdit(run: 2, values: ["animal": .text("M1")])]
    #expect(try store.edit(swap).runsChanged == 2)
    // A run without a value is one of its own.
    #expect(try store.edit(where: "run_id < 3", set: ["animal": .null]).runsChanged == 2)
    #expect(try store.edit(swap).runsChanged == 2)
    // A hidden run would be the same one in a store that this is merged into.
    _ = try store.hide(where: "animal = 'M1'")
    refusal(.invalidData) { _ = try store.edit(where: "animal = 'M3'", set: ["animal": .text("M1")]) }
    #expect(try TrajectoryStore.create(at: folder["b.engram"]).merge([store.path]).runs == 3)
  }

  @Test func `a run in progress is not begun once more with its layers in another order`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(folder["a.engram"], [("M1", [:], ["V1"])])
    func begin(_ layers: [String]) throws -> Recorder {
      try store.recorder(
        run: ["animal": .text("M2")], layers: layers.map { Layer(name: $0, position: nil) }, statistics: ["m"])
    }
    do { try begin(["V1", "LM"]).record(epoch: 0, values: .float32([1, 2])) }
    let refused = refusal(.invalidData) { _ = try begin(["LM", "V1"]) }
    #expect(refused?.expected == "V1, LM" && refused?.found == "LM, V1")
    #expect(try begin(["V1", "LM"]).epochs == [0] && begin(["AL"]).epochs.isEmpty)
    #expect(try store.runsInProgress().count == 2)
  }

  @Test func `no number among replicates is number 1 in an edit too`() throws {
    let folder = TemporaryFolder()
    let store = try Self.keyed(
      folder["a.engram"], [("M1", [:], ["V1"]), ("M2", ["replicate": .integer(2)], ["V1"])])
    let refused = refusal(.invalidData) {
      _ = try store.edit(where: "animal = 'M2'", set: ["animal": .text("M1"), "replicate": .integer(1)])
    }
    #expect(refused?.place == "runs 1 and 2")
    #expect(try store.edit(where: "animal = 'M2'", set: ["animal": .text("M1")]).runsChanged == 1)
  }
}
