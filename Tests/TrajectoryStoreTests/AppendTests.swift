// AppendTests.swift -- what is appended comes back bit for bit, staged or in a segment, and wrong input is refused.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct AppendTests {
  @Test func `a new store is empty and a path that holds something else is refused`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let snapshot = try store.snapshot()
    #expect(snapshot.commit == 0 && snapshot.exampleCount == 0)
    #expect(try snapshot.examples(where: "task = 'x'").isEmpty)
    #expect(try store.verify().problems.isEmpty)
    #expect(
      TestFiles.names(in: folder["a.engram"]).filter { !$0.hasPrefix("catalog.") } == ["incoming", "lock", "segments"])
    refusal(.exists) { _ = try TrajectoryStore.create(at: folder["a.engram"]) }
    refusal(.notFound) { _ = try TrajectoryStore(opening: folder["b.engram"]) }
    refusal(.notFound) { _ = try TrajectoryStore.create(at: folder["no/b.engram"]) }
    TestFiles.write([1], to: folder["a.engram/notes"])
    refusal(.exists) { _ = try TrajectoryStore.create(at: folder["a.engram"]) }
  }

  @Test func `a text that is too long to be read is refused by its row or run and its field, and the longest is read`()
    throws
  {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let (longest, long) = (String(repeating: "x", count: 1_000_000), String(repeating: "x", count: 1_000_001))
    func recording(_ seed: Int64, _ note: String, layer: String = "fc") -> Recording {
      Recording(
        metadata: ["model_seed": .integer(seed), "note": .text(note)], layers: [Layer(name: layer, position: nil)],
        values: .float32([1]))
    }
    _ = try store.append([recording(1, longest), recording(2, "y")], epochs: [0], statistics: ["m"])
    let snapshot = try store.snapshot()
    #expect(try snapshot.examples(where: "model_seed = 2").ids == [1])
    #expect(try snapshot.examples(where: "length(note) = 1000000").ids == [0])
    #expect(try snapshot.groups(by: ["note"]).count == 2)
    let append = refusal(.invalidData) {
      _ = try store.append([recording(3, "z"), recording(4, long)], epochs: [0], statistics: ["m"])
    }
    #expect(append?.place == "run 1 of the append, field note" && append?.found == "1000001 bytes")
    refusal(.invalidData) {
      _ = try store.append([recording(3, "z", layer: long)], epochs: [0], statistics: ["m"])
    }
    for isTrial in [true, false] {
      let edit = refusal(.invalidData) {
        _ = try store.edit(where: "model_seed = 2", set: ["note": .text(long)], isTrial: isTrial)
      }
      #expect(edit?.place == "run 2, field note")
    }
    // As a file brings them.
    let metadata = AppendMetadata(
      fields: [MetadataField(name: "note", type: .text)], runs: [[.text("z")], [.text(long)]],
      observations: [
        .init(run: 0, layers: [Layer(name: "conv", position: nil), Layer(name: "fc", position: nil)]),
        .init(run: 1, layers: [Layer(name: "fc", position: nil)]),
      ], fileRows: [1, 3])
    let row = refusal(.invalidData) {
      try store.write("append") { (session) throws(EngramError) in
        _ = try Appender(session, metadata, epochs: [0], statistics: ["m"], elementType: .float32)
      }
    }
    #expect(row?.place == "row 3, field note")
    #expect(try store.snapshot().exampleCount == 2)
  }

  @Test func `a creation that was killed before the catalog was there is completed by the next`() throws {
    let folder = TemporaryFolder()
    _ = try TrajectoryStore.create(at: folder["a.engram"])
    for name in TestFiles.names(in: folder["a.engram"]) where name.hasPrefix("catalog") {
      TestFiles.write([], to: folder["a.engram/catalog.sqlite.making-1-2"])
      TestFiles.remove(folder["a.engram/\(name)"])
    }
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(3, to: store, seed: 1)
    #expect(try store.snapshot().exampleCount == 3)
  }

  @Test func `where segments are and the catalog is gone, no new store is made, and nothing is removed`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(3, to: store, seed: 1)
    _ = try store.compact()
    let segments = TestFiles.names(in: folder["a.engram/segments"])
    #expect(segments.count == 1)
    for name in TestFiles.names(in: folder["a.engram"]) where name.hasPrefix("catalog") {
      TestFiles.remove(folder["a.engram/\(name)"])
    }
    let made = refusal(.exists) { _ = try TrajectoryStore.openOrCreate(at: folder["a.engram"]) }
    let opened = refusal(.notFound) { _ = try TrajectoryStore(opening: folder["a.engram"]) }
    for error in [made, opened] { #expect(error?.message.contains("catalog is gone") == true) }
    #expect(TestFiles.names(in: folder["a.engram/segments"]) == segments)
  }

  @Test(arguments: [ElementType.float32, .float64], [1, 7, 1_023, 1_024, 2_500])
  func `an append of any size comes back bit for bit`(type: ElementType, layers: Int) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let made = try Made.append(layers, to: store, Axes(), type, special: true, seed: UInt64(layers))
    let snapshot = try TrajectoryStore(opening: folder["a.engram"]).snapshot()
    #expect(snapshot.extents.count == 1)
    #expect(snapshot.extents[0].isInCatalog == (layers < 1_024))
    #expect(try snapshot.recorded(0..<Int64(layers), Axes(), type) == made.values.bytes)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `ids are dense, every append is a commit, and metadata come back`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    var generator = SeededGenerator(seed: 3)
    let axes = Axes()
    let first = try store.append(
      [
        Made.recording(2, metadata: ["lab": .text("north"), "rate": .real(0.5)], using: &generator),
        Made.recording(3, metadata: ["batch_size": .integer(128)], using: &generator),
      ], epochs: axes.epochs, statistics: axes.statistics)
    #expect(first.commit == 1 && first.examples == 0..<5 && first.runs == 2)
    let second = try store.append(
      [Made.recording(1, metadata: ["rate": .integer(2)], using: &generator)], epochs: axes.epochs,
      statistics: axes.statistics)
    #expect(second.commit == 2 && second.examples == 5..<6)
    let snapshot = try store.snapshot()
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: ["lab", "rate", "batch_size", "layer_name", "run_id"]) {
      rows.append($1)
    }
    #expect(rows[1] == [.text("north"), .real(0.5), .null, .text("layer1"), .integer(1)])
    #expect(rows[4] == [.null, .null, .integer(128), .text("layer2"), .integer(2)])
    #expect(rows[5] == [.null, .real(2), .null, .text("layer0"), .integer(3)])
    #expect(try snapshot.examples(where: "rate >= 2").ids == [5])
    #expect(try snapshot.examples(where: "layer_position = 'deep'").ids == [4])
  }

  @Test func `recordings that do not fill their shape are refused and leave the store as it was`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let axes = Axes()
    let layers = [Layer(name: "a", position: nil), Layer(name: "b", position: nil)]
    let fits = TrajectoryValues.float32([Float](repeating: 1, count: 2 * axes.count))
    func append(_ recordings: [Recording], epochs: [Double]? = nil, statistics: [String]? = nil) throws {
      _ = try store.append(recordings, epochs: epochs ?? axes.epochs, statistics: statistics ?? axes.statistics)
    }
    func recording(
      _ metadata: [String: MetadataValue] = [:], layers: [Layer], condition: ObservationCondition = .perfect,
      _ values: TrajectoryValues
    ) -> Recording { Recording(metadata: metadata, layers: layers, condition: condition, values: values) }
    let good = recording(layers: layers, fits)
    let wrong = refusal(.invalidData) { try append([good, recording(layers: layers, .float32([1, 2]))]) }
    #expect(wrong?.place == "recording 1" && wrong?.expected?.contains("= 24 float32") == true)
    refusal(.invalidData) {
      try append([good, recording(layers: layers, .float64([Double](repeating: 0, count: 2 * axes.count)))])
    }
    refusal(.usage) { try append([]) }
    refusal(.invalidData) { try append([recording(layers: [], .float32([]))]) }
    refusal(.invalidData) { try append([recording(layers: [layers[0], layers[0]], fits)]) }
    refusal(.invalidData) { try append([recording(layers: [layers[0], Layer(name: "", position: nil)], fits)]) }
    refusal(.invalidData) { try append([good], epochs: [0, 5, 5]) }
    refusal(.invalidData) { try append([good], epochs: [0, 5, .nan]) }
    refusal(.invalidData) { try append([good], statistics: ["a", "b", "c", "a"]) }
    for fraction in [0, -1, 1.5, .nan] {
      refusal(.invalidData) {
        try append([recording(layers: layers, condition: ObservationCondition(unitFraction: fraction), fits)])
      }
    }
    for noise in [-0.5, .nan, .infinity] {
      refusal(.invalidData) {
        try append([recording(layers: layers, condition: ObservationCondition(noiseSD: noise), fits)])
      }
    }
    refusal(.invalidData) { try append([recording(["two words": .integer(1)], layers: layers, fits)]) }
    refusal(.invalidData) { try append([recording(["rate": .real(.nan)], layers: layers, fits)]) }
    let reserved = refusal(.invalidData) { try append([recording(["layer_name": .text("x")], layers: layers, fits)]) }
    #expect(reserved?.mend != nil)
    let twice = refusal(.invalidData) {
      try append([recording(["rate": .real(1), "Rate": .real(2)], layers: layers, fits)])
    }
    #expect(twice?.description.contains("Rate") == true)
    #expect(try store.snapshot().commit == 0)
    #expect(try store.verify() == TrajectoryStore(opening: folder["a.engram"]).verify())
    #expect(try store.verify().leftovers.isEmpty)
  }

  @Test func `a value of another type than its field is refused by name, whichever came first`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(2, to: store, metadata: ["width": .integer(5), "rate": .real(0.5), "lab": .text("n")], seed: 1)
    for (field, value) in [
      ("width", MetadataValue.text("wide")), ("width", .real(0.5)), ("rate", .text("x")), ("lab", .integer(3)),
      ("batch_size", .text("large")), ("rate", .integer(1 << 53 + 1)), ("WIDTH", .text("wide")),
    ] {
      let error = refusal(.invalidData) { try Made.append(2, to: store, metadata: [field: value], seed: 2) }
      #expect(error?.description.lowercased().contains("field \(field.lowercased())") == true, "\(error as Any)")
      #expect(error?.found?.contains(value.description) == true)
    }
    #expect(try store.snapshot().commit == 1)
    // Null fits every type.
    try Made.append(2, to: store, metadata: ["width": .null, "lab": .null, "rate": .integer(3)], seed: 3)
    #expect(try store.snapshot().examples(where: "rate = 3.0").ids == [2, 3])
  }

  @Test func `many small appends are flushed by themselves and keep their bits`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    var all: [UInt8] = []
    for step in 0..<9 {
      all += try Made.append(1_000, to: store, Axes(), .float64, special: true, seed: UInt64(step)).values.bytes
    }
    let snapshot = try store.snapshot()
    // The ninth append crosses 8,192 staged examples.
    #expect(snapshot.extents.count == 1 && !snapshot.extents[0].isInCatalog)
    #expect(snapshot.commit == 10)
    #expect(try snapshot.recorded(0..<9_000, Axes(), .float64) == all)
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `a small append that is committed succeeds even when the flush it caused is stopped`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for step in 0..<8 { try Made.append(1_000, to: store, seed: UInt64(step)) }
    var generator = SeededGenerator(seed: 99)
    let last = Made.recording(1_000, using: &generator)
    let report = try store.append(
      [last], epochs: Axes().epochs, statistics: Axes().statistics,
      options: WriteOptions(work: WorkContext(isCancelled: { true })))
    #expect(report.examples == 8_000..<9_000)
    let snapshot = try store.snapshot()
    #expect(snapshot.exampleCount == 9_000)
    #expect(try snapshot.recorded(8_000..<9_000) == last.values.bytes)
    #expect(try store.verify().leftovers.isEmpty)
    // The next append flushes.
    try Made.append(1, to: store, seed: 100)
    #expect(try store.snapshot().extents.allSatisfy { !$0.isInCatalog })
  }

  @Test func `a large append that is stopped leaves nothing`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let made = try Made.append(5, to: store, seed: 1)
    var generator = SeededGenerator(seed: 2)
    let axes = Axes()
    // The second recording has a metadata value that only the catalog refuses, after the segment is written.
    let error = #expect(throws: EngramError.self) {
      try store.append(
        [
          Made.recording(1_500, metadata: ["task": .integer(3)], using: &generator),
          Made.recording(10, using: &generator),
        ], epochs: axes.epochs, statistics: axes.statistics)
    }
    #expect(error?.code == .invalidData)
    let report = try store.verify()
    #expect(report.problems.isEmpty && report.leftovers.isEmpty && report.examples == 5)
    #expect(try store.snapshot().recorded(0..<5) == made.values.bytes)
    #expect(TestFiles.names(in: folder["a.engram/segments"]).isEmpty)
  }
}

extension Extent {
  /// Whether the values are staged in the catalog.
  var isInCatalog: Bool { if case .staged = place { true } else { false } }

  /// The identifier of the segment, or nil.
  var identifier: SegmentIdentifier? { if case .segment(let identifier, _) = place { identifier } else { nil } }
}
