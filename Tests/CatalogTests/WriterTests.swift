// WriterTests.swift -- fields, runs, layer sets, extents, splits and ingests: what goes in comes out, the rest is refused.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

struct WriterTests {
  @Test(arguments: [
    ("task", EngramError.Code.exists), ("TASK", .exists), ("Lab", .exists), ("run_id", .invalidData),
    ("Example_ID", .invalidData),
    ("rowid", .invalidData), ("layer_name", .invalidData), ("2nd", .invalidData), ("a b", .invalidData),
    ("", .invalidData), ("a\"b", .invalidData),
    ("naïve", .invalidData), ("true", .invalidData), ("False", .invalidData),
  ])
  func `a field whose name is taken or impossible is refused`(name: String, code: EngramError.Code) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    try catalog.commit("field", "") { try $0.addFields([MetadataField(name: "lab", type: .text)]) }
    let error = #expect(throws: EngramError.self) {
      try catalog.commit("field", "") { try $0.addFields([MetadataField(name: name, type: .integer)]) }
    }
    #expect(error?.code == code)
    #expect(try catalog.look { try $0.fields() }.map(\.name) == MetadataField.standard.map(\.name) + ["lab"])
  }

  @Test func `a new field is NULL for the runs there are, and holds every value of its type`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let values: [[MetadataValue]] = [
      [.integer(.min), .real(.infinity), .text("")],
      [.integer(.max), .real(-.infinity), .text("ü'\"; DROP TABLE run;")],
      [.null, .null, .null], [.integer(0), .real(.leastNonzeroMagnitude), .text("NULL")],
      [.integer(-1), .real(0.1), .text(String(repeating: "x", count: 100_000))],
    ]
    try catalog.commit("append", "") { writer throws in
      for (name, type) in [("whole", MetadataType.integer), ("real", .real), ("words", .text)] {
        try writer.addFields([MetadataField(name: name, type: type)])
      }
      let set = try writer.layerSet(for: [Sample.early])
      for row in values {
        try writer.addObservation(run: writer.addRun(Sample.values("t", "a") + row), layerSet: set)
      }
      // A whole number is welcome in a real field.
      try writer.addObservation(
        run: writer.addRun(Sample.values("t", "a") + [.null, .integer(3), .null]), layerSet: set)
      try writer.addSegment(Sample.segment(10, 6))
    }
    var found: [[MetadataValue]] = []
    try catalog.look { reader in
      try reader.metadata(of: ExampleSet(9..<16), columns: ["whole", "real", "words"]) { found.append($1) }
    }
    #expect(found == [[.null, .null, .null]] + values + [[.null, .real(3), .null]])
  }

  @Test func `negative zero is kept as zero, which it equals`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    try catalog.commit("append", "") { writer throws in
      try writer.addFields([MetadataField(name: "rate", type: .real)])
      let set = try writer.layerSet(for: [Sample.early])
      try writer.addObservation(run: writer.addRun(Sample.values("t", "a") + [.real(-0.0)]), layerSet: set)
      try writer.addSegment(Sample.segment(0, 1))
    }
    try catalog.look { reader in
      try reader.metadata(of: ExampleSet(0..<1), columns: ["rate"]) { _, values in
        guard case .real(let rate) = values[0] else {
          Issue.record("not a real: \(values)")
          return
        }
        #expect(rate.bitPattern == 0)
      }
    }
  }

  @Test(arguments: [
    [.integer(1), .null, .null, .null, .null, .null] as [MetadataValue],
    [.null, .null, .null, .text("128"), .null, .null], [.null, .null, .null, .real(1.5), .null, .null],
    [.text("a\u{0}b"), .null, .null, .null, .null, .null], [], [.null],
    [.null, .null, .null, .null, .null, .null, .null],
    [.null, .null, .null, .real(.nan), .null, .null],
  ])
  func `values that do not fit the fields of a run are refused`(values: [MetadataValue]) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    let error = #expect(throws: EngramError.self) { try catalog.commit("append", "") { try $0.addRun(values) } }
    #expect(error?.code == .invalidData)
    #expect(try catalog.look { try $0.counts() }.runs == 0)
  }

  @Test func `NaN is refused in a real field`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    let error = #expect(throws: EngramError.self) {
      try catalog.commit("append", "") { writer throws in
        try writer.addFields([MetadataField(name: "rate", type: .real)])
        try writer.addRun(Sample.values("t", "a") + [.real(.nan)])
      }
    }
    #expect(error?.code == .invalidData)
  }

  @Test func `equal lists of layers are one layer set, in one commit and across commits`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    func sets() throws -> [Int64] {
      try catalog.commit("set", "") { writer throws in
        try [
          [Sample.early, Sample.deep], [Sample.deep, Sample.early], [Sample.early, Sample.deep], [Sample.early],
          [Layer(name: "conv1", position: nil)], [Layer(name: "conv1early", position: nil)],
        ].map { try writer.layerSet(for: $0) }
      }
    }
    let first = try sets()
    #expect(first[0] == first[2])
    #expect(Set(first).count == 5)
    #expect(try sets() == first)
    for layers in [[], [Layer(name: "", position: nil)], [Layer(name: "a\u{0}", position: nil)]] {
      let error = #expect(throws: EngramError.self) { try catalog.commit("set", "") { try $0.layerSet(for: layers) } }
      #expect(error?.code == .invalidData)
    }
  }

  @Test(
    arguments: [
      (1, 99, ObservationCondition.perfect, EngramError.Code.notFound), (99, 1, .perfect, .notFound),
      (0, 1, .perfect, .notFound),
      (1, 1, ObservationCondition(unitFraction: 0), .invalidData),
      (1, 1, ObservationCondition(unitFraction: 1.5), .invalidData),
      (1, 1, ObservationCondition(unitFraction: .nan), .invalidData),
      (1, 1, ObservationCondition(noiseSD: -1), .invalidData),
    ] as [(Int64, Int64, ObservationCondition, EngramError.Code)])
  func `an observation of nothing, or under an impossible condition, is refused`(
    run: Int64, set: Int64, condition: ObservationCondition, code: EngramError.Code
  ) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) {
      try catalog.commit("append", "") { try $0.addObservation(run: run, layerSet: set, condition: condition) }
    }
    #expect(error?.code == code)
  }

  @Test func `a run may be observed again, under another condition`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    try catalog.commit("observe", "") { writer throws in
      let set = try writer.layerSet(for: [Sample.deep])
      let condition = ObservationCondition(unitFraction: 0.01, noiseSD: 5, seed: 3)
      #expect(try writer.addObservation(run: 2, layerSet: set, condition: condition) == 10..<11)
      try writer.addSegment(Sample.segment(10, 1))
    }
    #expect(try catalog.ids("run_id = 2") == [3, 4, 5, 10])
    #expect(try catalog.ids("unit_fraction < 0.5 AND noise_sd = 5 AND observation_seed = 3") == [10])
  }

  @Test func `extents come back as they were, and share equal axes`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    var segment = Sample.segment(0, 2)
    segment.epochs = [-1.5, 0, 0.1, 1e300]
    segment.statistics = ["b", "a", "é", "e\u{301}"]
    segment.nonFiniteStatistics = []
    segment.elementType = .float64
    var staged = Sample.segment(2, 1)
    staged.nonFiniteStatistics = [0, 1]
    let bytes: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 255]
    var kept: [Extent] = []
    try catalog.commit("append", "") { writer throws in
      let set = try writer.layerSet(for: [Sample.early])
      for _ in 0..<4 { try writer.addObservation(run: writer.addRun(Sample.values("t", "a")), layerSet: set) }
      try writer.addSegment(segment)
      kept = [segment, try writer.addStaged(staged, values: bytes), Sample.segment(3, 1)]
      try writer.addSegment(kept[2])
    }
    try catalog.look { reader throws in
      let extents = try reader.extents()
      #expect(extents == kept)
      #expect(extents[1].place == .staged(id: 2))
      #expect(try reader.stagedValues(2) == bytes)
      let error = #expect(throws: EngramError.self) { try reader.stagedValues(1) }
      #expect(error?.code == .notFound)
      #expect(try reader.check().problems.isEmpty)
    }
    #expect(
      try catalog.rows("SELECT max(epoch_axis_id), max(statistic_axis_id) FROM extent") == [[.integer(2), .integer(2)]])
  }

  @Test func `an impossible extent is refused`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let changes: [(inout Extent) -> Void] = [
      { $0.firstExample = 9 }, { $0.firstExample = 11 }, { $0.exampleCount = 0 }, { $0.exampleCount = .max },
      { $0.epochs = [] },
      { $0.epochs = [1, 1] }, { $0.epochs = [.nan] }, { $0.epochs = [0, .infinity] }, { $0.statistics = [] },
      { $0.statistics = ["a", "a"] }, { $0.statistics = ["", "a"] }, { $0.nonFiniteStatistics = [2] },
      { $0.nonFiniteStatistics = [1, 0] }, { $0.nonFiniteStatistics = [-1] }, { $0.valuesHash = "x" },
      { $0.place = .segment(identifier: .random(), byteCount: -1) },
      { $0.place = .staged(id: 2) },
    ]
    for (index, change) in changes.enumerated() {
      var extent = Sample.segment(10, 1)
      change(&extent)
      let error = #expect(throws: EngramError.self) { try catalog.commit("append", "") { try $0.addSegment(extent) } }
      #expect(error?.code == .invalidData, "change \(index)")
    }
    let error = #expect(throws: EngramError.self) {
      try catalog.commit("append", "") { try $0.addStaged(Sample.segment(10, 1), values: [1]) }
    }
    #expect(error?.code == .invalidData)
  }

  @Test func `compaction replaces neighbours and keeps every example in its place`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    try catalog.commit("append", "") { writer throws in
      try writer.addObservation(run: 1, layerSet: writer.layerSet(for: [Sample.deep]))
      _ = try writer.addStaged(Sample.segment(10, 1), values: [UInt8](repeating: 0, count: 8))
    }
    let old = try catalog.look { try $0.extents() }
    #expect(old.map(\.examples) == [0..<8, 8..<10, 10..<11])
    let joined = Sample.segment(8, 3, number: 1)
    try catalog.commit("compact", "") { try $0.replaceExtents(Array(old[1...]), by: [joined]) }
    #expect(try catalog.look { try $0.extents() } == [old[0], joined])
    // As of the second commit, the extent reaches beyond its ten examples.
    #expect(try catalog.look { try $0.extents(asOf: 2) } == [old[0], joined])
    #expect(try catalog.look { try $0.extents(asOf: 1) } == [old[0]])
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
    let gone = #expect(throws: EngramError.self) { try catalog.look { try $0.stagedValues(10) } }
    #expect(gone?.code == .notFound)
    for (new, code) in [
      ([Sample.segment(0, 7, number: 2)], EngramError.Code.invalidData),
      ([Sample.segment(0, 9, number: 2)], .invalidData),
      ([], .invalidData), ([Sample.segment(1, 7, number: 2)], .invalidData),
    ] {
      let error = #expect(throws: EngramError.self) {
        try catalog.commit("compact", "") { try $0.replaceExtents([old[0]], by: new) }
      }
      #expect(error?.code == code)
    }
    let stale = #expect(throws: EngramError.self) {
      try catalog.commit("compact", "") { try $0.replaceExtents([old[1]], by: [Sample.segment(8, 2, number: 3)]) }
    }
    #expect(stale?.code == .notFound)
    #expect(try catalog.look { try $0.extents() } == [old[0], joined])
  }

  @Test func `split sets come back as they were, once per name`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let record = SplitSetRecord(
      name: "fig2a", kind: "holdout", specification: "{\"seed\": 0}", commitID: 2, sha256: "ab", splitCount: 2)
    let splits = [
      SplitRecord(title: "", trainCount: 3, testCount: 0, train: [1, 2, 3], test: []),
      SplitRecord(title: "knet", trainCount: 0, testCount: 5, train: [], test: [9, 0, 255]),
    ]
    try catalog.commit("split", "") { try $0.addSplitSet(record, splits: splits) }
    try catalog.look { reader throws in
      #expect(try reader.splitSets() == [record])
      #expect(try reader.splitSet("fig2a") == record)
      #expect(try reader.splits(of: "fig2a") == splits)
      for name in ["fig2b", "FIG2A"] {
        let error = #expect(throws: EngramError.self) { try reader.splits(of: name) }
        #expect(error?.code == .notFound)
      }
      let error = #expect(throws: EngramError.self) { try reader.splitSet("fig2b") }
      #expect(error?.mend == "did you mean 'fig2a'?")
    }
    func code(_ change: (inout SplitSetRecord) -> Void) throws -> EngramError.Code? {
      var changed = record
      change(&changed)
      let set = changed
      return #expect(throws: EngramError.self) {
        try catalog.commit("split", "") { try $0.addSplitSet(set, splits: splits) }
      }?.code
    }
    #expect(try code { _ in } == .exists)
    #expect(try code { $0.name = "" } == .usage)
    #expect(try code { ($0.name, $0.commitID) = ("b", 99) } == .notFound)
    #expect(try code { ($0.name, $0.splitCount) = ("b", 3) } == .invalidData)
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
    try catalog.commit("split", "") { try $0.removeSplitSet("fig2a") }
    #expect(try catalog.look { try $0.splitSets() }.isEmpty)
    let error = #expect(throws: EngramError.self) { try catalog.commit("split", "") { try $0.removeSplitSet("fig2a") } }
    #expect(error?.code == .notFound)
    #expect(try catalog.rows("SELECT count(*) FROM split") == [[.integer(0)]])
  }

  @Test func `an ingest is remembered with its first commit`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    #expect(try catalog.look { try $0.ingested("hash") } == nil)
    for source in ["a.pkl", "b.pkl"] {
      try catalog.commit("ingest", "") { try $0.recordIngest(contentHash: "hash", source: source, examples: 0..<10) }
    }
    let record = try catalog.look { try $0.ingested("hash") }
    #expect(record?.source == "a.pkl")
    #expect(record?.commit.id == 3)
    #expect(record?.examples == 0..<10)
    #expect(try catalog.look { try $0.ingested("other") } == nil)
    #expect(try catalog.look { try $0.check().problems }.isEmpty)
  }
}
