// RecorderTests.swift -- runs that grow: what was recorded stays, is resumed, and becomes what a bulk append would be.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct RecorderTests {
  static let layers = [Layer(name: "conv1", position: .early), Layer(name: "fc", position: .deep)]
  static let statistics = ["weightabs_mean", "weightabs_var", "own"]

  private static func values(_ epoch: Int) -> [Float] { (0..<6).map { Float(epoch * 10 + $0) + 0.25 } }

  private static func recorder(_ store: TrajectoryStore, _ seed: Int64 = 3) throws -> Recorder {
    try store.recorder(
      run: ["learning_rule": .text("adam"), "model_seed": .integer(seed), "lr": .real(0.5), "note": .null],
      layers: layers, statistics: statistics)
  }

  /// The names of journals.
  private static func journals(_ store: TrajectoryStore) -> [String] { TestFiles.names(in: store.path + "/recording") }

  @Test func `a run that was recorded in any order is what a bulk append would have made`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let recorder = try Self.recorder(store)
    #expect(!recorder.isResumed && recorder.epochs.isEmpty)
    for epoch in [5, 0, 10] {
      #expect(
        try recorder.record(
          epoch: Double(epoch), values: .float32(Self.values(epoch)), metrics: ["loss": Double(epoch)]) == .recorded)
    }
    #expect(recorder.epochs == [0, 5, 10])
    #expect(try store.snapshot().exampleCount == 0)
    let progress = try store.runsInProgress()
    #expect(progress.count == 1 && progress[0].epochs == [0, 5, 10] && progress[0].run.layers == Self.layers)
    #expect(progress[0].values[1].map { Float($0) } == Self.values(5))
    let report = try recorder.finish()
    #expect(report.examples == 0..<2 && report.runs == 1)
    #expect(Self.journals(store).isEmpty)
    let snapshot = try store.snapshot()
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(
      snapshot.allExamples, FeatureColumns(statistics: Self.statistics, epochs: [0, 5, 10], order: .bySample),
      into: &matrix)
    for layer in 0..<2 {
      for (place, epoch) in [0, 5, 10].enumerated() {
        for statistic in 0..<3 {
          #expect(matrix[layer, place * 3 + statistic] == Double(Self.values(epoch)[layer * 3 + statistic]))
        }
      }
    }
    #expect(try snapshot.examples(where: "learning_rule = 'adam' AND lr = 0.5 AND layer_position = 'deep'").ids == [1])
    #expect(try snapshot.metric("loss", at: .last).map(\.value) == [10])
    #expect(try store.verify().problems == [])
    #expect(try store.log().last?.operation == "record")
    refusal(.usage) { _ = try recorder.finish() }
    let again = refusal(.exists) { _ = try Self.recorder(store) }
    #expect(again?.found == "examples 0 to 1, commit 1")
    #expect(Self.journals(store).isEmpty)
  }

  @Test func `a compaction gives back what staged batches took in the catalog`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for seed in 0..<40 {
      let recorder = try Self.recorder(store, Int64(seed))
      for epoch in 0..<60 {
        try recorder.record(epoch: Double(epoch), values: .float32(Self.values(epoch)), isDurable: false)
      }
      _ = try recorder.finish()
    }
    let before = try store.snapshot().summary().catalogBytes
    _ = try store.compact()
    let after = try store.snapshot().summary().catalogBytes
    #expect(after < before * 3 / 4, "\(before) bytes before, \(after) after")
    #expect(try store.verify().problems == [])
  }

  @Test func `an equal checkpoint is skipped, and another at the same epoch is refused by name`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let recorder = try Self.recorder(store)
    try recorder.record(epoch: 5, values: .float32(Self.values(5)), metrics: ["loss": .nan])
    #expect(try recorder.record(epoch: 5, values: .float32(Self.values(5)), metrics: ["loss": .nan]) == .repeated)
    var other = Self.values(5)
    other[4] = -1
    let values = refusal(.exists) { try recorder.record(epoch: 5, values: .float32(other), metrics: ["loss": .nan]) }
    #expect(values?.place == "epoch 5" && values?.found == "other values, weightabs_var of layer fc first")
    let metrics = refusal(.exists) {
      try recorder.record(epoch: 5, values: .float32(Self.values(5)), metrics: ["loss": 1])
    }
    #expect(metrics?.found == "other metrics")
    refusal(.invalidData) { try recorder.record(epoch: 6, values: .float32([1, 2])) }
    refusal(.invalidData) { try recorder.record(epoch: 6, values: .float64([1, 2, 3, 4, 5, 6])) }
    refusal(.invalidData) { try recorder.record(epoch: .nan, values: .float32(Self.values(6))) }
    #expect(recorder.epochs == [5])
    // What could not become part of the store is not begun.
    refusal(.invalidData) {
      _ = try store.recorder(run: ["batch_size": .text("many")], layers: Self.layers, statistics: Self.statistics)
    }
    #expect(Self.journals(store).count == 1)
    // Two processes do not record one run; two runs are recorded side by side.
    refusal(.busy) { _ = try Self.recorder(store) }
    #expect(try Self.recorder(store, 4).epochs.isEmpty)
  }

  @Test func `a run cut short is resumed at any byte of its journal, with every whole checkpoint`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    do {
      let recorder = try Self.recorder(store)
      for epoch in 0..<4 {
        try recorder.record(epoch: Double(epoch), values: .float32(Self.values(epoch)), metrics: ["m": 0.5])
      }
    }
    let name = try #require(Self.journals(store).first)
    let path = "\(store.path)/recording/\(name)"
    let whole = TestFiles.read(path)
    var last = 0
    for length in 0...whole.count {
      TestFiles.write(Array(whole.prefix(length)), to: path)
      let recorder = try Self.recorder(store)
      #expect(recorder.epochs == (0..<recorder.epochs.count).map(Double.init), "length \(length)")
      #expect(recorder.epochs.count >= last)
      last = recorder.epochs.count
      if length == whole.count { #expect(recorder.epochs.count == 4 && recorder.isResumed) }
    }
    TestFiles.write(Array(whole.dropLast(3)), to: path)
    #expect(try store.verify().problems == [])
    let recorder = try Self.recorder(store)
    #expect(recorder.epochs == [0, 1, 2])
    try recorder.record(epoch: 3, values: .float32(Self.values(3)), metrics: ["m": 0.5])
    #expect(TestFiles.read(path) == whole)
    #expect(try recorder.finish().examples == 0..<2)
  }

  @Test func `zeros at the end of a journal, as a power cut leaves them, are no checkpoint`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    var lengths: [Int] = []
    do {
      let recorder = try Self.recorder(store)
      let path = "\(store.path)/recording/\(try #require(Self.journals(store).first))"
      for epoch in 0..<3 {
        try recorder.record(epoch: Double(epoch), values: .float32(Self.values(epoch)), metrics: ["m": 0.5])
        lengths.append(TestFiles.read(path).count)
      }
    }
    let path = "\(store.path)/recording/\(try #require(Self.journals(store).first))"
    let whole = TestFiles.read(path)
    // After a whole block, and in place of the end of the last, from its checksum to all of it.
    let tails = [1, 15, 16, 512].map { whole + Array(repeating: 0, count: $0) }
    let block = lengths[2] - lengths[1]
    let parts = [8, 20, block - 4, block].map { whole.dropLast($0) + Array(repeating: 0, count: $0) }
    for (bytes, epochs) in tails.map({ ($0, [0.0, 1, 2]) }) + parts.map({ (Array($0), [0.0, 1]) }) {
      TestFiles.write(bytes, to: path)
      #expect(try store.verify().problems == [] && store.runsInProgress().count == 1)
      #expect(try Self.recorder(store).epochs == epochs)
    }
    // Zeros inside are damage: what follows was acknowledged.
    var damaged = whole
    for place in (lengths[1] - 8)..<lengths[1] { damaged[place] = 0 }
    TestFiles.write(damaged, to: path)
    refusal(.corrupt) { _ = try Self.recorder(store) }
  }

  @Test func `a flipped bit anywhere in a journal is found`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    do {
      let recorder = try Self.recorder(store)
      for epoch in 0..<2 {
        try recorder.record(epoch: Double(epoch), values: .float32(Self.values(epoch)), metrics: ["m": 0.5])
      }
    }
    let path = "\(store.path)/recording/\(try #require(Self.journals(store).first))"
    let whole = TestFiles.read(path)
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      TestFiles.write(damaged, to: path)
      #expect(try store.verify().problems.map(\.code) == [.corrupt], "byte \(place)")
    }
    refusal(.corrupt) { _ = try store.runsInProgress() }
    refusal(.corrupt) { _ = try Self.recorder(store) }
    TestFiles.write(whole, to: path)
    #expect(try store.verify().problems == [])
    let error = refusal(.invalidData) {
      _ = try store.recorder(
        run: ["learning_rule": .text("adam"), "model_seed": .integer(3), "lr": .real(0.5)],
        layers: [Self.layers[0], Layer(name: "fc2", position: .deep)], statistics: Self.statistics)
    }
    #expect(error?.expected == "2 layers, number 2 of them 'fc (deep)'")
    #expect(error?.found == "2 layers, number 2 of them 'fc2 (deep)'")
  }

  @Test func `a child of fork cannot record, lets nobody in, and does not hold the run beyond its parent`() throws {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    let heirs = ChildProcess.driver("heirs", path, "6")
    heirs.waitForLines(2)
    #expect(heirs.lines == ["refused 5 second busy epochs [0.0, 1.0]", "alive"], "\(heirs.errors)")
    heirs.kill()
    let recorder = try TrajectoryStore(opening: path).recorder(
      run: ["model_seed": .integer(1)], layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
    #expect(recorder.epochs == [0, 1])
    #expect(try recorder.finish().examples == 0..<1)
  }

  @Test func `what could not become part of the store is refused, and not acknowledged`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    func begin(
      _ metadata: [String: MetadataValue], _ layer: String = "fc", _ statistic: String = "m"
    ) throws -> Recorder {
      try store.recorder(run: metadata, layers: [Layer(name: layer, position: nil)], statistics: [statistic])
    }
    refusal(.invalidData) { _ = try begin(["model_seed": .integer(1)], "fc", "a\tb") }
    refusal(.invalidData) { _ = try begin(["model_seed": .integer(1)], "f\u{0}c") }
    let long = String(repeating: "x", count: 1_000_001)
    for (value, found) in [
      (MetadataValue.text("a\u{0}b"), #""a\0b""#), (.text(long), "1000001 bytes"), (.real(.nan), "NaN"),
    ] {
      let error = refusal(.invalidData) { _ = try begin(["note": value]) }
      #expect(error?.place == "field note" && error?.found == found)
    }
    #expect(Self.journals(store).isEmpty)
    let recorder = try begin(["model_seed": .integer(1)])
    refusal(.invalidData) { try recorder.record(epoch: 0, values: .float32([1]), metrics: ["": 1]) }
    for epoch in 0..<16_384 { try recorder.record(epoch: Double(epoch), values: .float32([1]), isDurable: false) }
    refusal(.limit) { try recorder.record(epoch: 16_384, values: .float32([1])) }
    #expect(try recorder.record(epoch: 3, values: .float32([1])) == .repeated)
    _ = try recorder.finish()
    // A metric that the stored run has otherwise.
    _ = try store.append(
      [
        Recording(
          metadata: ["model_seed": .integer(2)], layers: [Layer(name: "fc", position: nil)], values: .float32([1]))
      ], epochs: [5], statistics: ["m"])
    _ = try store.addMetrics([RunMetric(run: 2, MetricValue("loss", epoch: 5, 1))])
    let more = try begin(["model_seed": .integer(2)], "conv")
    let error = refusal(.exists) { try more.record(epoch: 5, values: .float32([1]), metrics: ["loss": 2]) }
    #expect(error?.place == "run 2" && more.epochs.isEmpty)
    try more.record(epoch: 5, values: .float32([1]), metrics: ["loss": 1])
    #expect(try more.finish().runs == 0)
    #expect(try store.verify().problems == [])
  }

  @Test func `runs of equal metadata are one run, however the stored one came, and a hidden one is said to be hidden`()
    throws
  {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    _ = try store.append(
      [
        Recording(
          metadata: ["learning_rule": .text("adam"), "dose": .integer(1)], layers: [Layer(name: "fc", position: nil)],
          values: .float32([1]))
      ], epochs: [0], statistics: ["m"])
    func record(_ metadata: [String: MetadataValue], _ layer: String) throws -> AppendReport {
      let recorder = try store.recorder(
        run: metadata, layers: [Layer(name: layer, position: nil)], statistics: ["m"])
      try recorder.record(epoch: 0, values: .float32([7]))
      return try recorder.finish()
    }
    let same: [String: MetadataValue] = ["dose": .integer(1), "learning_rule": .text("adam"), "task": .null]
    #expect(refusal(.exists) { _ = try record(same, "fc") }?.place == "layer fc")
    _ = try store.hide(where: "run_id = 1")
    let hidden = refusal(.exists) { _ = try record(same, "conv") }
    #expect(hidden?.found == "hidden" && hidden?.place == "run 1")
    _ = try store.unhide(where: "run_id = 1")
    #expect(try record(same, "conv").runs == 0)
    // Others are others, by what they have more, less or otherwise.
    #expect(try record(["learning_rule": .text("adam")], "fc").runs == 1)
    #expect(try record(same.merging(["lab": .text("b")]) { $1 }, "fc").runs == 1)
    #expect(try record(same.merging(["replicate": .integer(2)]) { $1 }, "fc").runs == 1)
    #expect(try store.snapshot().runs(fields: []).ids == [1, 2, 3, 4])
    _ = try store.hide(where: "run_id = 2")
    let ended = refusal(.exists) { _ = try record(["learning_rule": .text("adam")], "fc") }
    #expect(ended?.found == "examples 2 to 2, commit 5, hidden")
    #expect(try store.runsInProgress().isEmpty)
  }

  @Test func `a run is known by what its metadata are today, and not by what they were`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    func record(_ metadata: [String: MetadataValue]) throws -> AppendReport {
      let recorder = try store.recorder(
        run: metadata, layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
      #expect(!recorder.isResumed)
      try recorder.record(epoch: 0, values: .float32([7]))
      return try recorder.finish()
    }
    func seed(_ seed: Int64) -> [String: MetadataValue] { ["model_seed": .integer(seed)] }
    _ = try record(seed(2))
    _ = try store.edit(where: "model_seed = 2", set: ["model_seed": .integer(1)])
    refusal(.exists) { _ = try record(seed(1)) }
    #expect(try record(seed(2)).runs == 1)
    refusal(.exists) { _ = try record(seed(2)) }
    // What was added to a run does not make it another one.
    _ = try store.edit(
      [RunEdit(run: 2, values: ["note": .text("good")])], adding: [MetadataField(name: "note", type: .text)])
    refusal(.exists) { _ = try record(seed(2)) }
    // Nor does another name of a field.
    _ = try record(["animal": .integer(7)])
    _ = try store.renameField("animal", to: "subject")
    refusal(.exists) { _ = try record(["animal": .integer(7)]) }
    refusal(.exists) { _ = try record(["subject": .integer(7)]) }
    #expect(try store.snapshot().runs(fields: ["model_seed"]).rows == [[.integer(1)], [.integer(2)], [.null]])
    #expect(try store.runsInProgress().isEmpty && store.verify().problems.isEmpty)
  }

  @Test func `a journal that is left after its run became part of the store is removed and adds nothing`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let recorder = try Self.recorder(store)
    try recorder.record(epoch: 0, values: .float32(Self.values(0)))
    let path = "\(store.path)/recording/\(try #require(Self.journals(store).first))"
    let bytes = TestFiles.read(path)
    _ = try recorder.finish()
    TestFiles.write(bytes, to: path)
    // It is no run in progress, and holds up no renaming.
    #expect(try store.runsInProgress().isEmpty && store.renameField("lr", to: "rate") != nil)
    #expect(try store.renameField("rate", to: "lr") != nil)
    refusal(.exists) { _ = try Self.recorder(store) }
    #expect(Self.journals(store).isEmpty)
    #expect(try store.snapshot().exampleCount == 2)
  }

  /// Removes what is hidden for good.
  private static func purge(_ store: TrajectoryStore) throws {
    _ = try store.purge(isTrial: false, options: WriteOptions()) { (_, _) throws(EngramError) in PurgedUses() }
  }

  @Test func `a run in progress stays when a merge brings another recording of it`() throws {
    let folder = TemporaryFolder()
    let target = try TrajectoryStore.create(at: folder["t.engram"])
    let source = try TrajectoryStore.create(at: folder["s.engram"])
    do {
      let recorder = try Self.recorder(target)
      for epoch in 1...3 { try recorder.record(epoch: Double(epoch), values: .float32(Self.values(epoch))) }
    }
    let other = try Self.recorder(source)
    try other.record(epoch: 1, values: .float32(Self.values(1)))
    _ = try other.finish()
    _ = try target.merge([source.path])
    let refused = refusal(.exists) { _ = try Self.recorder(target) }
    #expect(refused?.found?.hasSuffix("; another recording of it is in progress here, and stays so") == true)
    #expect(try target.runsInProgress().map(\.epochs) == [[1, 2, 3]])
    // Where the one that came turns out to be of another run, that in progress goes on.
    _ = try target.edit(where: "model_seed = 3", set: ["model_seed": .integer(30)])
    let resumed = try Self.recorder(target)
    #expect(resumed.isResumed && resumed.epochs == [1, 2, 3])
    #expect(try resumed.finish().examples == 2..<4)
    #expect(try target.runsInProgress().isEmpty && target.verify().problems.isEmpty)
  }

  @Test func `a run in progress is found again after a purge of the run of its key that ended`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let first = try Self.recorder(store)
    try first.record(epoch: 0, values: .float32(Self.values(0)))
    _ = try first.finish()
    _ = try store.edit(where: "model_seed = 3", set: ["model_seed": .integer(100)])
    do {
      let second = try Self.recorder(store)
      for epoch in 1...2 { try second.record(epoch: Double(epoch), values: .float32(Self.values(epoch))) }
    }
    _ = try store.hide(where: "model_seed = 100")
    try Self.purge(store)
    let resumed = try Self.recorder(store)
    #expect(resumed.isResumed && resumed.epochs == [1, 2])
    #expect(try resumed.finish().runs == 1)
    #expect(try store.runsInProgress().isEmpty)
  }

  @Test func `a run in progress goes on and ends in a store where one of its fields became text`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    func begin(_ subject: MetadataValue) throws -> Recorder {
      let recorder = try store.recorder(
        run: ["subject": subject], layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
      try recorder.record(epoch: 0, values: .float32([7]))
      return recorder
    }
    do { _ = try begin(.integer(9)) }
    let number = try begin(.integer(7))
    _ = try begin(.text("P8")).finish()
    #expect(try number.finish().runs == 1)
    #expect(try begin(.integer(9)).finish().runs == 1)
    let rows = try store.snapshot().runs(fields: ["subject"]).rows
    #expect(rows == [[.text("P8")], [.text("7")], [.text("9")]])
    refusal(.exists) { _ = try begin(.integer(7)) }
    // What is begun now has the type of the field.
    refusal(.invalidData) { _ = try begin(.integer(10)) }
    #expect(Self.journals(store).isEmpty)
  }

  @Test func `a field of a run in progress is not renamed before the run ends`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    func begin(_ lab: String) throws -> Recorder {
      let recorder = try store.recorder(
        run: ["lab": .text(lab)], layers: [Layer(name: "fc", position: nil)], statistics: ["m"])
      try recorder.record(epoch: 0, values: .float32([7]))
      return recorder
    }
    _ = try begin("Basel").finish()
    let progress = try begin("Bern")
    let refused = refusal(.busy) { _ = try store.renameField("lab", to: "site") }
    #expect(refused?.found == "'Bern' in a run in progress")
    _ = try progress.finish()
    _ = try store.renameField("lab", to: "site")
    #expect(try store.snapshot().runs(fields: ["site"]).rows == [[.text("Basel")], [.text("Bern")]])
  }

  @Test func `a merge takes a recorded run beside one that was begun alike and corrected since, and no other`() throws {
    let folder = TemporaryFolder()
    func made(_ name: String, _ epoch: Int) throws -> TrajectoryStore {
      let store = try TrajectoryStore.create(at: folder["\(name).engram"])
      let recorder = try Self.recorder(store)
      try recorder.record(epoch: 0, values: .float32(Self.values(epoch)))
      _ = try recorder.finish()
      return store
    }
    let (store, other) = (try made("a", 0), try made("b", 5))
    refusal(.exists) { _ = try store.merge([other.path]) }
    _ = try store.edit(where: "model_seed = 3", set: ["model_seed": .integer(100)])
    let report = try store.merge([other.path])
    #expect(report.runs == 1 && report.examples == [2..<4])
    #expect(
      try store.snapshot().runs(fields: ["model_seed"]).rows == [[.integer(100)], [.integer(3)]])
  }
}
