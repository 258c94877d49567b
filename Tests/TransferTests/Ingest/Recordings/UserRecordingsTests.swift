// UserRecordingsTests.swift -- a user's recordings joined from their parts.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite(.seedReport) struct `Recordings of a user` {
  static let statistics = ["weightabs_mean", "weightabs_var", "actraw_mean", "actraw_var"]
  static let npy = ArrayFixtures.path("float32.npy")
  static let npz = ArrayFixtures.path("recordings.npz")
  static let csv = ArrayFixtures.path("metadata.csv")

  @Test(arguments: ["recordings.npz", "recordings-deflated.npz"])
  func `in one npz need nothing else`(name: String) throws {
    let recordings = try UserRecordings(.init(array: ArrayFixtures.path(name)))
    #expect(recordings.x.shape == [5, 3, 4])
    #expect(recordings.statistics == Self.statistics)
    #expect(recordings.epochs == [0, 5, 10])
    let columns = Dictionary(uniqueKeysWithValues: recordings.metadata.map { ($0.name, $0.values) })
    #expect(columns.keys.sorted() == ["batch_size", "layer_position", "learning_rule"])
    #expect(columns["batch_size"] == [128, 256, 512, 128, 256].map { .integer($0) })
    #expect(columns["layer_position"] == ["early", "middle", "deep", "deep", "early"].map { .text($0) })
    #expect(recordings.unused.isEmpty)
  }

  @Test(arguments: [
    (ArrayFixtures.path("statistics.txt"), "0:10:5"), (Self.statistics.joined(separator: ", "), "0,5,10"),
    (ArrayFixtures.path("statistics.txt"), "0::5"),
  ])
  func `in an npy take names from files, lists and ranges`(statistics: String, epochs: String) throws {
    let recordings = try UserRecordings(
      .init(array: Self.npy, metadata: Self.csv, statistics: statistics, epochs: epochs))
    #expect(recordings.statistics == Self.statistics)
    #expect(recordings.epochs == [0, 5, 10])
    #expect(recordings.metadata.map(\.name) == ["task", "learning_rule", "batch_size", "dropout", "code", "note"])
  }

  @Test func `take names from JSON, npy and members`() throws {
    let scratch = TemporaryFolder()
    let names = scratch.write(#"["a", "b", "c", "d"]"#.utf8, to: "names.json")
    let epochs = scratch.write("[0.5, 1, 2]".utf8, to: "epochs.json")
    let recordings = try UserRecordings(.init(array: Self.npz, metadata: Self.csv, statistics: names, epochs: epochs))
    #expect(recordings.statistics == ["a", "b", "c", "d"])
    #expect(recordings.epochs == [0.5, 1, 2])
    #expect(recordings.unused.map(\.name) == ["obs_keys", "epochs", "learning_rule", "batch_size", "layer_position"])
    let unicode = try UserRecordings(
      .init(array: Self.npy, statistics: ArrayFixtures.path("statistics.txt"), epochs: "0,1,2"))
    #expect(unicode.metadata.isEmpty)
    let member = try UserRecordings(.init(array: Self.npz, statistics: "obs_keys", epochs: "epochs"))
    #expect(member.statistics == Self.statistics)
  }

  @Test func `of one epoch and one statistic take a number and a name with a point`() throws {
    let bench = IngestBench()
    bench.writeNpy([1, 2], shape: [2, 1, 1], to: "one.npy")
    let one = try UserRecordings(.init(array: bench["one.npy"], statistics: "top.1", epochs: "0.5"))
    #expect(one.statistics == ["top.1"] && one.epochs == [0.5])
    #expect(one.notes == ["there is no file 'top.1', so that is the name of the statistic"])
    #expect(try UserRecordings(.init(array: bench["one.npy"], statistics: "top1", epochs: "0.5")).notes.isEmpty)
    for name in ["names.txt", "names.dat", "Names.CSV", "none/names"] {
      let error = refusal(.notFound) {
        _ = try UserRecordings(.init(array: bench["one.npy"], statistics: name, epochs: "0"))
      }
      #expect("\(error as Any)".contains("stands in double quotes"))
    }
    let quoted = try UserRecordings(.init(array: bench["one.npy"], statistics: "\"m.dat\"", epochs: "0"))
    #expect(quoted.statistics == ["m.dat"] && quoted.notes.isEmpty)
  }

  @Test func `in one npz say which reals are taken for whole numbers`() throws {
    let scratch = TemporaryFolder()
    let writer = try NpzWriter(creating: scratch["x.npz"])
    let values: [Double] = [1, 2, 3]
    try unsafe writer.add("X", NpyHeader(type: .float64, shape: [3, 1, 1]), values.span.bytes)
    try writer.add("seed", reals: [1, .nan, 2])
    try writer.add("dose", reals: [1, .nan, 2.5])
    try writer.add("rate", reals: [1, 3, 2])
    try writer.finish()
    let recordings = try UserRecordings(.init(array: scratch["x.npz"], statistics: "m", epochs: "0"))
    #expect(
      recordings.notes == [
        "arrays of reals with gaps that are whole everywhere else are fields of whole numbers: seed"
      ])
    #expect(recordings.metadata.first { $0.name == "seed" }?.values == [.integer(1), .null, .integer(2)])
  }

  static let wrong: [(UserRecordings.Request, EngramError.Code, String)] = [
    (.init(array: npy), .usage, "`statistics: a,b,c`"), (.init(array: npy, statistics: "a,b,c,d"), .usage, "`epochs: "),
    (.init(array: npy, statistics: "a,b,c", epochs: "0,1,2"), .invalidData, "expected 4 statistics, found 3"),
    (.init(array: npy, statistics: "published", epochs: "0,1,2"), .invalidData, "found 45"),
    (.init(array: npy, statistics: "a,b,c,a", epochs: "0,1,2"), .invalidData, "comes twice"),
    (.init(array: npy, statistics: "a,,c,d", epochs: "0,1,2"), .invalidData, "no name"),
    (.init(array: npy, statistics: "nosuch", epochs: "0,1,2"), .notFound, "nosuch"),
    (.init(array: npy, statistics: "/nowhere/names.txt", epochs: "0,1,2"), .notFound, "/nowhere/names.txt"),
    (.init(array: npy, statistics: "a,b,c,d", epochs: "0:100:5"), .invalidData, "expected 3 epochs, found 21"),
    (.init(array: npy, statistics: "a,b,c,d", epochs: "0::-5"), .usage, "above zero"),
    (.init(array: npy, statistics: "a,b,c,d", epochs: "0,2,1"), .usage, "ascending"),
    (.init(array: npy, statistics: "a,b,c,d", epochs: "0,1,nan"), .usage, "not an epoch"),
    (.init(array: npy, statistics: "a,b,c,d", epochs: "0,1,x"), .usage, "not an epoch"),
    (
      .init(array: npy, metadata: ArrayFixtures.path("statistics.txt"), statistics: "a,b,c,d", epochs: "0,1,2"),
      .invalidData,
      "expected 5 rows"
    ),
    (.init(array: ArrayFixtures.path("two-arrays.npz"), statistics: "a,b,c,d", epochs: "0,1,2"), .usage, "`array: A`"),
    (.init(array: npz, arrayName: "Y"), .notFound, "X, obs_keys"),
    (.init(array: ArrayFixtures.path("flat.npz")), .invalidData, "X.reshape(5, epochs, statistics)"),
    (.init(array: ArrayFixtures.path("two-dimensional.npy")), .invalidData, "reshape(5, epochs, statistics)"),
    (.init(array: csv), .corrupt, "not an .npy"), (.init(array: "/nowhere/x.npy"), .notFound, "/nowhere/x.npy"),
  ]

  @Test(arguments: wrong)
  func `whose parts do not fit say how to mend it`(
    request: UserRecordings.Request, code: EngramError.Code, words: String
  ) {
    let error = #expect(throws: EngramError.self) { try UserRecordings(request) }
    #expect(error?.code == code)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.file != nil)
  }

  @Test func `name the array when there are several`() throws {
    let path = ArrayFixtures.path("two-arrays.npz")
    let recordings = try UserRecordings(.init(array: path, arrayName: "B", statistics: "a,b,c,d", epochs: "0,5"))
    #expect(recordings.x.name == "B")
    #expect(recordings.epochs == [0, 5])
    #expect(recordings.unused.map(\.name) == ["A", "note"])
  }

  @Test(arguments: [UInt64](1...2))
  func `of mutated files are joined or refused`(seed: UInt64) throws {
    let scratch = TemporaryFolder()
    var random = SeededGenerator(seed: seed)
    for name in ["recordings.npz", "recordings-deflated.npz", "recordings-zip64.npz"] {
      let whole = ArrayFixtures.bytes(name)
      for _ in 0..<200 {
        let path = scratch.write(random.mutated(whole), to: "mutated.npz")
        guard let recordings = try? UserRecordings(.init(array: path)) else { continue }
        #expect(recordings.metadata.allSatisfy { $0.values.count == recordings.x.shape[0] }, "seed \(seed)")
      }
    }
  }
}
