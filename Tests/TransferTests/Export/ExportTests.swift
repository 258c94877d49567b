// ExportTests.swift -- splits and selections become files by the library alone.

import Base
import Formats
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite struct `Exports` {
  /// A store of eight examples of four runs whose value is row + epoch / 10 + statistic / 100, with one split `s/0`.
  static func store(_ bench: IngestBench) throws -> TrajectoryStore {
    let rules = texts("adam", "adam", "sgdm", "sgdm", "adam", "adam", "a,\u{1B}[2J", "a,\u{1B}[2J")
    let input = IngestBench.input(
      8,
      [
        ("learning_rule", rules), ("batch_size", whole(1, 1, 2, 2, 3, 3, 4, 4)),
        ("layer_name", texts("x", "y", "x", "y", "x", "y", "x", "y")),
      ])
    _ = try Ingest.run(input, into: bench["s.engram"], options: IngestOptions())
    let store = try TrajectoryStore(opening: bench["s.engram"])
    let split = Split(name: "first", train: ExampleSet(ids: [0, 2, 3]), test: ExampleSet(ids: [5, 6]))
    _ = try store.createSplitSet("s", SplitSpecification(.explicit(ExplicitSplits([split]))))
    return store
  }

  /// The elements of an array of float64.
  static func reals(_ array: NumPyArray) throws -> [Double] {
    ArrayFixtures.decoded(try array.payload.bytes(), .float64)
  }

  @Test(arguments: [MatrixLayout.rowMajor, .columnMajor])
  func `of a split hold both sides, their labels, ids and columns`(layout: MatrixLayout) throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let path = bench["s.npz"]
    let report = try SplitExport("s", split: "first", layout: layout).write(from: store, to: path)
    #expect(report.file == path && report.trainExamples == 3 && report.testExamples == 2)
    #expect(report.elementType == .float64 && report.columns.count == 4)
    let file = try NpzFile(opening: path)
    #expect(try file.array("train_ids").metadataValues() == [0, 2, 3].map { .integer($0) })
    #expect(try file.array("y_test").names() == ["adam", "a,\u{1B}[2J"])
    #expect(
      try file.array("columns").names() == [
        "weightabs_mean@0", "weightabs_mean@5", "mine@0", "mine@5",
      ])
    let x = try file.array("X_train")
    #expect(x.shape == [3, 4] && x.isFortranOrder == (layout == .columnMajor))
    let rows = [0.0, 2, 3].map { row in [row, row + 0.1, row + 0.01, row + 0.1 + 0.01] }
    let expected = layout == .rowMajor ? rows.flatMap { $0 } : (0..<4).flatMap { column in rows.map { $0[column] } }
    #expect(zip(try Self.reals(x), expected).allSatisfy { abs($0 - $1) < 1e-12 })
    // The file gives the same sides back.
    let again = try ExplicitSplits(reading: path)
    #expect(again.splits.first?.train.ids == [0, 2, 3] && again.splits.first?.test.ids == [5, 6])
  }

  @Test func `of z-scored columns say which are near 0, for they hardly change`() throws {
    let toy = try ToyStore(
      (0..<8).map { number in
        let value = Double(number)
        return Recording(
          metadata: ["learning_rule": .text(number % 2 == 0 ? "a" : "b")], layers: [Layer(name: "x", position: nil)],
          values: .float64([value, 1e-7 * value, 5, 1e-19 * value]))
      }, statistics: ["wide", "narrow", "constant", "tiny"])
    _ = try toy.store.createSplitSet("s", SplitSpecification(.balanced(BalancedSplits(repeats: 1))))
    let report = try SplitExport("s", split: "0", view: TrajectoryView(isStandardized: true))
      .write(from: toy.store, to: toy.folder["x.npz"])
    #expect(
      report.remarks == [
        "2 of 4 z-scored columns, such as narrow@0, are divided by 1e-05, for their deviation is less, and are near 0"
      ])
    #expect(try SplitExport("s", split: "0").write(from: toy.store, to: toy.folder["y.npz"]).remarks.isEmpty)
  }

  @Test func `of a split that is not there, and of one that is stopped, leave nothing`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let path = bench["s.npz"]
    let missing = #expect(throws: EngramError.self) { try SplitExport("s", split: "9").write(from: store, to: path) }
    #expect(missing?.code == .notFound)
    let stopped = #expect(throws: EngramError.self) {
      try SplitExport("s", split: "0").write(from: store, to: path, work: WorkContext(isCancelled: { true }))
    }
    #expect(stopped?.code == .cancelled)
    #expect(TestFiles.names(in: bench.path) == ["s.engram"])
  }

  @Test func `of a selection are arrays with their axes and metadata`() throws {
    let bench = IngestBench()
    let snapshot = try Self.store(bench).snapshot()
    let export = SelectionExport(filter: "batch_size >= 2", limit: 5)
    let report = try export.write(from: snapshot, to: bench["x.npz"], as: .npz)
    #expect(report.examples == 5 && report.columns.statistics == ["weightabs_mean", "mine"])
    let file = try NpzFile(opening: bench["x.npz"])
    #expect(try file.array("X").shape == [5, 2, 2])
    #expect(try file.array("example_id").metadataValues() == (2...6).map { .integer($0) })
    #expect(try file.array("epochs").metadataValues() == [.real(0), .real(5)])
    _ = try export.write(from: snapshot, to: bench["x.npy"], as: .npy)
    #expect(try Self.reals(try NpyFile.open(bench["x.npy"])) == Self.reals(try file.array("X")))
  }

  @Test func `of a selection are rows of CSV and JSON that read back`() throws {
    let bench = IngestBench()
    let snapshot = try Self.store(bench).snapshot()
    let export = SelectionExport(statistics: .names(["mine"]))
    _ = try export.write(from: snapshot, to: bench["x.csv"], as: .csv)
    let bytes = try InputFile(opening: bench["x.csv"]).contents(limit: 1 << 20)
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    #expect(lines.count == 9)
    let names = try #require(lines.first).split(separator: ",")
    #expect(names.first == "example_id" && names.suffix(2) == ["mine@0", "mine@5"])
    #expect(lines.last?.contains(#","a,\#u{1B}[2J","#) == true)
    _ = try export.write(from: snapshot, to: bench["x.json"], as: .json)
    let rows = try JSONValue(reading: bench["x.json"], limit: 1 << 20).asArray()
    #expect(rows.count == 8)
    let last = try rows[7].asObject()
    #expect(try last.string("learning_rule") == "a,\u{1B}[2J" && last.integer("example_id") == 7)
    #expect(abs(try last.real("mine@5") - 7.11) < 1e-12)
  }

  @Test func `of a selection refuse views that have no meaning there`() throws {
    let bench = IngestBench()
    let snapshot = try Self.store(bench).snapshot()
    for (view, format) in [("zscore", SelectionExport.Format.npz), ("positions", .npy)] {
      let export = SelectionExport(view: try TrajectoryView(parsing: view))
      let error = #expect(throws: EngramError.self) {
        try export.write(from: snapshot, to: bench["x"], as: format)
      }
      #expect(error?.code == .usage)
    }
  }

  @Test func `of a split are rows of text with side, id and label, as the arrays have them`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let export = SplitExport("s", split: "0", fields: ["Batch_Size", "layer_name", "learning_rule"])
    let report = try export.write(from: store, to: bench["s.csv"], as: .csv)
    #expect(report.trainExamples == 3 && report.testExamples == 2)
    let lines = TestFiles.text(bench["s.csv"]).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(
      lines[0]
        == "side,example_id,learning_rule,batch_size,layer_name,weightabs_mean@0,weightabs_mean@5,mine@0,mine@5")
    #expect(lines[1] == "train,0,adam,1,x,0.0,0.1,0.01,0.11")
    #expect(lines[4].hasPrefix("test,5,adam,3,y,5.0,5.1,") && lines[5].hasPrefix("test,6,\"a,\u{1B}[2J\",4,x,6.0"))
    #expect(lines.count == 7 && lines[6].isEmpty)
    _ = try SplitExport("s", split: "0").write(from: store, to: bench["s.long"], as: .csvLong)
    let long = TestFiles.text(bench["s.long"]).split(separator: "\n").map(String.init)
    #expect(long[0] == "side,example_id,learning_rule,epoch,statistic,value" && long.count == 1 + 5 * 4)
    #expect(long[1] == "train,0,adam,0,weightabs_mean,0.0" && long[4] == "train,0,adam,5,mine,0.11")
    _ = try SplitExport("s", split: "0", view: TrajectoryView(isStandardized: true)).write(
      from: store, to: bench["s.jsonl"], as: .jsonl)
    let objects = try TestFiles.text(bench["s.jsonl"]).split(separator: "\n").map {
      try JSONValue(parsing: String($0)).asObject()
    }
    #expect(objects.count == 5)
    let train = try objects.prefix(3).map { try $0.real("mine@5") }
    #expect(abs(train.reduce(0, +)) < 1e-9)
    #expect(try objects[3].string("side") == "test" && objects[3].integer("example_id") == 5)
    refusal(.usage) {
      _ = try SplitExport("s", split: "0", fields: ["no"]).write(from: store, to: bench["n"], as: .csv)
    }
    #expect(!TestFiles.names(in: bench.path).contains("n"))
  }

  @Test func `of a split tell a field called side from the side, and say what float32 does not hold`() throws {
    let bench = IngestBench()
    bench.write(
      "network,learning_rule,side,epoch,m\na,adam,left,0,1e300\nb,sgd,right,0,2\nc,adam,left,0,3\nd,sgd,right,0,4\n",
      to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let store = try TrajectoryStore(opening: bench["s.engram"])
    let split = Split(name: "x", train: ExampleSet(0..<2), test: ExampleSet(2..<4))
    _ = try store.createSplitSet("s", SplitSpecification(.explicit(ExplicitSplits([split]))))
    let export = SplitExport("s", split: "0", layout: .columnMajor, elementType: .float32, fields: ["side"])
    let report = try export.write(from: store, to: bench["s.csv"], as: .csv)
    #expect(report.remarks.contains("1 values are beyond float32 and are written as infinities"))
    let lines = TestFiles.text(bench["s.csv"]).split(separator: "\n").map(String.init)
    #expect(lines[0] == "chosen_side,example_id,learning_rule,side,m@0" && lines[1] == "train,0,adam,left,inf")
    #expect(try ExplicitSplits(reading: bench["s.csv"]).splits.map(\.train) == [ExampleSet(0..<2)])
  }

  @Test func `of a split say which epoch stands for each example, where each run gives its own`() throws {
    let bench = IngestBench()
    bench.write(
      "run,learning_rule,epoch,m\n1,a,0,1\n1,a,5,2\n2,b,0,3\n3,a,0,4\n3,a,5,5\n3,a,9,6\n4,b,0,7\n", to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let store = try TrajectoryStore(opening: bench["s.engram"])
    let ids = try Dictionary(
      uniqueKeysWithValues: (1...4).map { ($0, try store.snapshot().examples(where: "run = \($0)").ids[0]) })
    let (first, second) = try (#require(ids[1]), #require(ids[3]))
    let split = Split(
      name: "x", train: ExampleSet(ids: [first, second].sorted()),
      test: ExampleSet(ids: try [#require(ids[2]), #require(ids[4])].sorted()))
    _ = try store.createSplitSet("s", SplitSpecification(.explicit(ExplicitSplits([split]))))
    let last = TrajectoryView(samples: .choice(.last))
    _ = try SplitExport("s", split: "0", view: last).write(from: store, to: bench["s.npz"])
    let file = try NpzFile(opening: bench["s.npz"])
    let epochs = first < second ? [5.0, 9] : [9, 5]
    #expect(try Self.reals(file.array("train_epochs")) == epochs && Self.reals(file.array("test_epochs")) == [0, 0])
    #expect(try Self.reals(file.array("X_train")) == epochs.map { $0 == 5 ? 2 : 6 })
    for (format, name) in [(SplitExport.Format.csv, "s.csv"), (.jsonl, "s.jsonl"), (.csvLong, "s.long")] {
      _ = try SplitExport("s", split: "0", view: last, fields: ["run"]).write(from: store, to: bench[name], as: format)
    }
    let lines = TestFiles.text(bench["s.csv"]).split(separator: "\n").map(String.init)
    #expect(lines[0] == "side,example_id,learning_rule,run,epoch,m@last")
    #expect(Set(lines).isSuperset(of: ["train,\(first),a,1,5,2.0", "train,\(second),a,3,9,6.0"]))
    #expect(TestFiles.text(bench["s.jsonl"]).contains(#""run": 3, "epoch": 9.0, "m@last": 6.0"#))
    #expect(TestFiles.text(bench["s.long"]).contains("train,\(second),a,3,9,m,6.0\n"))
    // Where every example has the same columns, nothing needs saying.
    _ = try SplitExport("s", split: "0", view: TrajectoryView(epochs: .list([0]))).write(
      from: store, to: bench["t.npz"])
    #expect(!(try NpzFile(opening: bench["t.npz"]).names.contains("train_epochs")))
  }

  @Test func `of runs in progress stand alone or beside those that have ended, in every form`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let export = SelectionExport(runs: .inProgress)
    refusal(.notFound) { _ = try export.write(from: try store.snapshot(), to: bench["x.npz"], as: .npz) }
    func begin(_ seed: Int64, _ epochs: [Double]) throws -> Recorder {
      let recorder = try store.recorder(
        run: ["learning_rule": .text("adam"), "model_seed": .integer(seed)],
        layers: [Layer(name: "x", position: .early), Layer(name: "z", position: .deep)],
        statistics: ["mine", "weightabs_mean"], elementType: .float64)
      for epoch in epochs {
        try recorder.record(
          epoch: epoch, values: .float64((0..<4).map { Double(seed) * 100 + epoch + Double($0) / 10 }),
          metrics: ["loss": 1 / (epoch + 1)])
      }
      return recorder
    }
    let runs = [try begin(1, [0, 5]), try begin(2, [0, 5, 10])]
    let snapshot = try store.snapshot()
    let report = try export.write(from: snapshot, to: bench["x.npz"], as: .npz)
    #expect(report.examples == 4 && report.columns.epochs == [0, 5])
    #expect(report.remarks.contains { $0.contains("2 of 3 epochs are shared") })
    let file = try NpzFile(opening: bench["x.npz"])
    #expect(try file.array("X").shape == [4, 2, 2])
    #expect(try Self.reals(try file.array("X")).prefix(4) == [100.0, 100.1, 105, 105.1])
    #expect(try file.array("layer_name").names() == ["x", "z", "x", "z"])
    _ = try export.write(from: snapshot, to: bench["x.npy"], as: .npy)
    #expect(try Self.reals(try NpyFile.open(bench["x.npy"])) == Self.reals(try file.array("X")))
    let last = SelectionExport(
      filter: "learning_rule = 'adam'", view: TrajectoryView(samples: .choice(.last)),
      fields: ["example_id", "model_seed"],
      runs: .all)
    let all = try last.write(from: snapshot, to: bench["x.csv"], as: .csv)
    #expect(all.examples == 8 && all.columns.statistics == ["weightabs_mean", "mine"])
    #expect(all.remarks.contains { $0.hasPrefix("4 examples are of runs in progress") })
    let lines = TestFiles.text(bench["x.csv"]).split(separator: "\n").map(String.init)
    #expect(lines[0] == "example_id,model_seed,epoch,weightabs_mean@last,mine@last")
    #expect(lines[1].hasPrefix("0,,5,0.1,") && lines.count == 9)
    #expect(
      Set(lines.suffix(4)) == [
        ",1,5,105.1,105.0", ",1,5,105.3,105.2", ",2,10,210.1,210.0", ",2,10,210.3,210.2",
      ])
    let best = SelectionExport(
      view: TrajectoryView(samples: .choice(.best(metric: "loss", isLowest: true))), fields: ["model_seed"],
      runs: .inProgress)
    _ = try best.write(from: snapshot, to: bench["x.long"], as: .csvLong)
    let long = TestFiles.text(bench["x.long"]).split(separator: "\n").map(String.init)
    #expect(
      long[0] == "model_seed,epoch,statistic,value" && Set(long).isSuperset(of: ["1,5,mine,105.0", "2,10,mine,210.0"]))
    // Ended, they are examples like any other, with the same values.
    for run in runs { _ = try run.finish() }
    refusal(.notFound) { _ = try export.write(from: try store.snapshot(), to: bench["y"], as: .csv) }
    let ended = try last.write(from: try store.snapshot(), to: bench["y.csv"], as: .csv)
    #expect(ended.examples == 8)
    let after = TestFiles.text(bench["y.csv"]).split(separator: "\n").map { $0.drop { $0 != "," } }
    #expect(after.sorted() == lines.map { $0.drop { $0 != "," } }.sorted())
  }

  @Test func `runs in progress have every field of the store, and one type where theirs differ`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    func begin(_ seed: Int64, _ rate: MetadataValue, _ epochs: [Double]) throws {
      let recorder = try store.recorder(
        run: ["learning_rule": .text("adam"), "model_seed": .integer(seed), "lr": rate],
        layers: [Layer(name: "x", position: nil)], statistics: ["mine"])
      for epoch in epochs { try recorder.record(epoch: epoch, values: .float32([1])) }
    }
    try begin(1, .integer(1), [0, 5])
    try begin(2, .real(1.5), [0])
    func count(_ filter: String, _ runs: SelectionExport.Runs = .inProgress) throws -> Int {
      try SelectionExport(filter: filter, fields: ["model_seed"], runs: runs)
        .write(from: try store.snapshot(), to: bench["x.csv"], as: .csv).examples
    }
    #expect(try count("lr / 2 = 0.5 OR lr = 1.5") == 2)
    let unknown = refusal(.usage) { _ = try count("nothing = 1") }
    #expect(unknown?.file == store.path)
    // A field of the store that they have not is NULL for them.
    _ = try store.edit(
      [RunEdit(run: try store.snapshot().runs().ids[0], values: ["note": .text("old")])],
      adding: [MetadataField(name: "note", type: .text)])
    #expect(try count("note IS NULL") == 2)
    #expect(try count("note IS NULL OR note = 'old'", .all) == 10)
  }
}
