// SeriesTests.swift -- tables of trajectories: wide, long, of trackers, of other lengths, and our own selections.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct SeriesTests {
  static let wide = """
    network,learning_rule,layer,epoch,m,"v, 95%"
    a,adam,conv1,0,0.5,1
    a,adam,conv1,1,nan,1e-300
    a,adam,fc,0,inf,-0.0
    a,adam,fc,1,0.1,12345678901234567890
    b,sgdm,conv1,0,2,3
    b,sgdm,conv1,1,4,5

    """

  /// The same values one by one, in another order.
  static let long = """
    network;learning_rule;layer;epoch;statistic;value
    b;sgdm;conv1;1;m;4
    b;sgdm;conv1;1;v, 95%;5
    a;adam;conv1;0;m;0.5
    a;adam;conv1;0;v, 95%;1
    a;adam;conv1;1;m;NaN
    a;adam;conv1;1;v, 95%;1e-300
    a;adam;fc;1;m;0.1
    a;adam;fc;1;v, 95%;12345678901234567890
    a;adam;fc;0;m;Infinity
    a;adam;fc;0;v, 95%;-0.0
    b;sgdm;conv1;0;m;2
    b;sgdm;conv1;0;v, 95%;3

    """

  /// Every value of a store by what it is of.
  private static func values(_ store: String) throws -> [String: UInt64] {
    let snapshot = try TrajectoryStore(opening: store).snapshot()
    var found: [String: UInt64] = [:]
    for part in snapshot.recorded(snapshot.allExamples) {
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(part.examples, part.columns, into: &matrix)
      var row = 0
      try snapshot.metadata(of: part.examples, columns: ["network", "learning_rule", "layer_name"]) { (_, known) in
        for (column, name) in part.columns.names.enumerated() {
          let value = matrix.float64[row * part.columns.count + column]
          found[known.map(\.description).joined(separator: "/") + "/" + name] =
            value.isNaN ? Double.nan.bitPattern : value.bitPattern
        }
        row += 1
      }
    }
    return found
  }

  private static func jsonLines() -> String {
    wide.replacing("\"v, 95%\"", with: "v").split(separator: "\n").dropFirst().map { line in
      let parts = line.split(separator: ",").map(String.init)
      let m = ["nan": "NaN", "inf": "Infinity"][parts[4]] ?? parts[4]
      return
        "{\"network\":\"\(parts[0])\",\"learning_rule\":\"\(parts[1])\",\"layer\":\"\(parts[2])\",\"epoch\":\(parts[3]),"
        + "\"m\":\(m),\"v, 95%\":\(parts[5] == "12345678901234567890" ? "1.2345678901234567e19" : parts[5])}\n"
    }.joined()
  }

  @Test func `wide and long tables and JSON lines, plain and packed, say the same`() throws {
    let bench = IngestBench()
    bench.write(Self.wide, to: "wide.csv")
    bench.write(Self.long, to: "long.csv")
    bench.write(Self.jsonLines(), to: "wide.jsonl")
    for (program, name) in [("gzip", "wide.csv.gz"), ("zstd", "wide.csv.zst")] {
      let packed = ChildProcess("sh", ["-c", "\(program) -c wide.csv > \(name)"], workingFolder: bench.path)
      #expect(packed.wait() == 0)
    }
    var all: [[String: UInt64]] = []
    for name in ["wide.csv", "long.csv", "wide.jsonl", "wide.csv.gz", "wide.csv.zst"] {
      let store = bench["\(all.count).engram"]
      let report = try IngestRequest(source: bench[name]).ingest(into: store)
      #expect(report.append.runs == 2 && report.append.examples.count == 3 && report.epochs == [0, 1], "\(name)")
      #expect(report.statistics == ["m", "v, 95%"] && report.preview.layerColumn == "layer", "\(name)")
      all.append(try Self.values(store))
      #expect(try TrajectoryStore(opening: store).verify().problems.isEmpty)
    }
    #expect(all[0].count == 12 && all.allSatisfy { $0 == all[0] })
    #expect(all[0]["a/adam/fc/v, 95%@0"] == (-0.0).bitPattern && all[0]["a/adam/fc/m@0"] == Double.infinity.bitPattern)
    #expect(all[0]["a/adam/fc/v, 95%@1"] == 12_345_678_901_234_567_890.0.bitPattern)
  }

  @Test func `runs of unequal length and with other statistics stand in parts of their own`() throws {
    let bench = IngestBench()
    bench.write("run,epoch,m,k\n1,0,1,\n1,1,2,\n2,0,3,4\n2,2,5,\n3,0,6,7\n3,1,8,9\n4,0,10,\n4,1,11,\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.preview.parts.map(\.epochs) == [[0, 1], [0, 2], [0, 1]])
    #expect(report.preview.parts.map(\.statistics) == [["m"], ["m", "k"], ["m", "k"]])
    #expect(report.preview.parts.map(\.examples) == [2, 1, 1] && report.append.runs == 4)
    #expect(report.notes.contains { $0.hasPrefix("values that are missing") && $0.hasSuffix("are NaN there: 1") })
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let selection = try snapshot.select(snapshot.allExamples, statistics: .all)
    #expect(selection.columns.epochs == [0] && selection.remarks.count == 2)
    #expect(
      selection.remarks[0] == "1 of 3 epochs are shared; 2 dropped, at least one of them recorded by 4 of 4 examples")
    #expect(selection.remarks[1] == "1 of 2 statistics are shared; k dropped, recorded by 2 of 4 examples")
    #expect(try snapshot.store.verify().problems.isEmpty)
  }

  static let trackers: [(String, [String], [Double], Int)] = [
    (
      "run_id,key,value,step,timestamp\nx,loss,1,0,9\nx,loss,2,1,10\ny,loss,3,0,11\ny,loss,4,1,12\n", ["loss"], [0, 1],
      2
    ),
    (
      "name,_step,_runtime,_timestamp,epoch,loss,norm\ns,100,1,2,1,0.5,NaN\ns,200,3,4,2,NaN,Infinity\n",
      ["loss", "norm"],
      [1, 2], 1
    ),
    ("Wall time,Step,Value\n1.5,1,0.79\n2.5,2,0.69\n", ["value"], [1, 2], 1),
    ("run,batch,m\na,10,1\na,20,2\n", ["m"], [10, 20], 1),
  ]

  @Test(arguments: trackers)
  func `tables of trackers are read as they are`(text: String, statistics: [String], epochs: [Double], runs: Int) throws
  {
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    let map = text.hasPrefix("run,batch") ? ["epoch": "batch"] : [:]
    let report = try IngestRequest(source: bench["t.csv"], map: map).ingest(into: bench["s.engram"])
    #expect(report.statistics == statistics && report.epochs == epochs && report.append.runs == runs)
  }

  @Test(arguments: ["csv", "csv-long", "json", "jsonl", "npz"])
  func `a selection in any form is taken in again as it is`(format: String) throws {
    let bench = IngestBench()
    bench.write(Self.wide, to: "wide.csv")
    _ = try IngestRequest(source: bench["wide.csv"]).ingest(into: bench["s.engram"])
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let kind = try #require(SelectionExport.Format(rawValue: format))
    _ = try SelectionExport().write(from: snapshot, to: bench["out.\(format)"], as: kind)
    let report = try IngestRequest(source: bench["out.\(format)"]).ingest(into: bench["t.engram"])
    #expect(report.append.runs == 2 && report.notes.contains { $0.contains("selection of a store") })
    #expect(try Self.values(bench["t.engram"]) == Self.values(bench["s.engram"]))
    #expect(
      try TrajectoryStore(opening: bench["t.engram"]).snapshot().fields().map(\.name)
        == TrajectoryStore(opening: bench["s.engram"]).snapshot().fields().map(\.name))
  }

  @Test func `only the fields that are asked for are written`() throws {
    let bench = IngestBench()
    bench.write(Self.wide, to: "wide.csv")
    _ = try IngestRequest(source: bench["wide.csv"]).ingest(into: bench["s.engram"])
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    _ = try SelectionExport(filter: "layer_name = 'conv1'", statistics: .names(["m"]), fields: ["Network"]).write(
      from: snapshot, to: bench["out.csv"], as: .csvLong)
    #expect(
      TestFiles.text(bench["out.csv"])
        == "network,epoch,statistic,value\na,0,m,0.5\na,1,m,nan\nb,0,m,2.0\nb,1,m,4.0\n")
    let view = try TrajectoryView(parsing: "positions")
    bench.write("network,layer_name,layer_position,epoch,m\na,c,deep,0,0.5\n", to: "deep.csv")
    _ = try IngestRequest(source: bench["deep.csv"]).ingest(into: bench["d.engram"])
    let deep = try TrajectoryStore(opening: bench["d.engram"]).snapshot()
    _ = try SelectionExport(view: view, fields: ["network"]).write(from: deep, to: bench["deep-out.csv"], as: .csvLong)
    #expect(
      TestFiles.text(bench["deep-out.csv"]) == """
        network,epoch,statistic,value
        a,,position_early,0.0
        a,,position_middle,0.0
        a,,position_deep,1.0
        a,0,m,0.5

        """)
    refusal(.usage) {
      _ = try SelectionExport(fields: ["nettwork"]).write(from: snapshot, to: bench["x.csv"], as: .csv)
    }
  }

  static let wrong: [(String, EngramError.Code, String?)] = [
    ("run,epoch,m\na,0,1\na,0,2\n", .invalidData, "row 2"),
    ("run,epoch,m\na,x,1\n", .invalidData, "row 1, column epoch"),
    ("run,epoch,m\na,9007199254740992,1\na,9007199254740993,2\n", .invalidData, "row 2, column epoch"),
    ("run,epoch,m\na,0,1\na,1,b\n", .invalidData, nil), ("run,m\na,1\n", .invalidData, "header"),
    ("run,epoch\na,1\n", .invalidData, "header"), ("run,epoch,m\na,0\n", .invalidData, "row 1 (line 2)"),
    ("run,epoch,m\na,0,\"1\n", .truncated, "line 2"), ("run,epoch,m\na,\"0\"x,1\n", .corrupt, "line 2"),
    ("run,epoch,m\n", .invalidData, nil), ("run,epoch,m\na,0,1\nrun,epoch,m\n", .invalidData, "row 2, column epoch"),
    ("run;epoch;m;v\na;0;0,5;1\n", .invalidData, "row 1, column m"),
    ("run,epoch,m\na\u{0},0,1\n", .corrupt, "row 1 (line 2)"),
    ("run,epoch,m\n-,[e],[u]\na,0,1\na,1,2\n", .invalidData, "row 1, column epoch"),
    ("# by me\nrun,epoch,m\na,0,1\n", .invalidData, nil),
    ("run,epoch,m,v\na,0,0.5,1\na,1,n.d.,2\n", .invalidData, "row 2, column m"), ("\n\n", .invalidData, "line 1"),
    ("run epoch m\na 0 1\n", .invalidData, "line 1"), ("run,epoch,m\na,0,1,\na,1,2,\n", .invalidData, "row 1 (line 2)"),
    (",,loss,loss\n,,mean,std\nrun,epoch,,\na,0,1,2\n", .invalidData, "header"),
    ("run,run,epoch,m\na,b,0,1\n", .invalidData, "header"),
  ]

  @Test(arguments: wrong)
  func `a table that is wrong says where, and makes no store`(text: String, code: EngramError.Code, place: String?) {
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    let error = refusal(code) { _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"]) }
    if let place { #expect(error?.place == place) }
    #expect(!TrajectoryStore.exists(at: bench["s.engram"]))
  }

  /// A table of more text than is read at a time, some of whose cells need a look, as text and as numbers.
  private static func long(runs: Int, epochs: Int, _ random: inout SeededGenerator) -> (text: String, values: [Double?])
  {
    var (text, values) = ("run,epoch,a,b,c\n", [Double?]())
    for run in 0..<runs {
      for epoch in 0..<epochs {
        text += "r\(run),\(epoch)"
        for _ in 0..<3 {
          switch random.next() % 40 {
          case 0:
            text += ","
            values.append(nil)
          case 1:
            text += ",\"0.25\""
            values.append(0.25)
          case 2:
            text += ",NaN"
            values.append(.nan)
          default:
            let value = Double.random(in: -1...1, using: &random)
            text += ",\(value)"
            values.append(value)
          }
        }
        text += random.next() % 100 == 0 ? "\r\n" : "\n"
      }
    }
    return (text, values)
  }

  @Test func `a table of several pieces is read by many threads as by one`() throws {
    var random = SeededGenerator(seed: 3)
    let (text, values) = Self.long(runs: 900, epochs: 100, &random)
    #expect(text.utf8.count > 5 << 20)
    let bench = IngestBench()
    bench.write(text, to: "t.csv")
    for threads in [1, 4] {
      let store = bench["\(threads).engram"]
      let report = try IngestRequest(source: bench["t.csv"]).ingest(
        into: store, options: IngestOptions(write: WriteOptions(work: WorkContext(threads: threads))))
      #expect(report.append.runs == 900 && report.statistics == ["a", "b", "c"] && report.epochs.count == 100)
      let snapshot = try TrajectoryStore(opening: store).snapshot()
      let columns = FeatureColumns(statistics: ["a", "b", "c"], epochs: report.epochs, order: .bySample)
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
      let wrong = values.indices.first { index in
        let (found, value) = (matrix.float64[index], values[index] ?? .nan)
        return value.isNaN ? !found.isNaN : found.bitPattern != value.bitPattern
      }
      #expect(wrong == nil)
    }
  }

  @Test(arguments: [
    ("r,150000,1,x,1\n", "r,150001,1\n", "row 100001, column b"), ("r,150000,1\n", "r,150001,1,x,1\n", "row 100001"),
    ("r,zero,1,1,1\n", "r,150001,1,x,1\n", "row 100001, column epoch"),
    ("r,99999,1,1,2\n", "r,150001,1,x,1\n", "row 100001"),
  ])
  func `of several mistakes that which comes first is told, whoever finds it`(
    first: String, second: String, place: String
  ) throws {
    let bench = IngestBench()
    let rows = (0..<100_000).map { "r,\($0),1,1,1\n" }.joined()
    bench.write("run,epoch,a,b,c\n" + rows + first + second, to: "t.csv")
    let error = refusal(.invalidData) { _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"]) }
    #expect(error?.place?.hasPrefix(place) == true, "\(error?.place ?? "no place")")
  }

  @Test func `epochs in any order, of runs that take turns, are one trajectory each`() throws {
    let bench = IngestBench()
    bench.write("run,epoch,m\na,2,3\nb,0,10\na,0,1\nb,1,11\na,1,2\nb,0,10\na,-1,0\na,0.5,1.5\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.preview.parts.map(\.epochs) == [[-1, 0, 0.5, 1, 2], [0, 1]])
    #expect(report.notes.contains { $0.hasPrefix("1 values come twice") })
  }

  @Test func `what a table says itself is not said beside it`() throws {
    let bench = IngestBench()
    bench.write("run,epoch,m\na,0,1\n", to: "t.csv")
    refusal(.usage) { _ = try IngestRequest(source: bench["t.csv"], array: "X").ingest(into: bench["s.engram"]) }
    let request = IngestRequest(source: bench["t.csv"], epochs: "0:6")
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.epochs == [0] && report.notes.contains { $0.hasPrefix("the epochs that were given are not used") })
    #expect(IngestRequest(source: bench["t.csv"]).description(after: report.preview, runFields: nil).epochs == nil)
  }

  @Test func `one thing that is spelled in two ways is one run, whose halves are joined`() throws {
    let bench = IngestBench()
    bench.write(
      "name,seed,epoch,m,v\nx,1,0,1,\nx,1,1,2,8\n\"x\",1.0,1,2,\n\"x\",1.0,2,3,9\nx,1.0,0,,7\ny,2,0,5,6\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2 && report.append.examples.count == 2 && report.observations == 2)
    #expect(report.preview.parts.map(\.epochs) == [[0, 1, 2], [0]])
    #expect(report.notes.contains { $0.hasPrefix("1 values come twice") })
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(
      ExampleSet(0..<1), FeatureColumns(statistics: ["m", "v"], epochs: [0, 1, 2]), into: &matrix)
    #expect((0..<6).map { matrix.float64[$0] } == [1, 2, 3, 7, 8, 9])
    bench.write("name,epoch,m\nx,0,1\n\"x\",0,2\n", to: "t.csv")
    let error = refusal(.invalidData) { _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["t.engram"]) }
    #expect(error?.message == "a value comes twice and differs" && error?.place == "epoch 0 of name x")
  }

  @Test func `a header longer than what tells the format, and one without rows, are seen to be those of a table`()
    throws
  {
    let bench = IngestBench()
    let names = (0..<10_000).map { "statistic\($0)" }
    let rows = (0..<2).map { epoch in
      "a,\(epoch)," + names.indices.map { "\($0 + epoch)" }.joined(separator: ",") + "\n"
    }
    bench.write("run,epoch," + names.joined(separator: ",") + "\n" + rows.joined(), to: "t.csv")
    var request = IngestRequest(source: bench["t.csv"], statistics: "statistic7,statistic9999")
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.statistics == ["statistic7", "statistic9999"] && report.epochs == [0, 1])
    #expect(report.notes.contains { $0.hasSuffix("statistic1, statistic2, statistic3, statistic4 and 9993 more") })
    bench.write("run,epoch,m", to: "t.csv")
    request.statistics = nil
    let error = refusal(.invalidData) { _ = try request.ingest(into: bench["t.engram"]) }
    #expect(error?.message == "the table has no rows")
    for (bytes, message) in [
      ([0xFF, 0xFE, 0x61, 0x00] as [UInt8], "the text is UTF-16"), ([0x0A, 0x0A], "the table is empty"),
    ] {
      TestFiles.write(bytes, to: bench["t.csv"])
      let error = #expect(throws: EngramError.self) { try request.ingest(into: bench["t.engram"]) }
      #expect(error?.message == message)
    }
  }

  @Test func `learning rules that are numbers are text, in a new store as in one that is there`() throws {
    let bench = IngestBench()
    bench.write("net,learning_rule,epoch,m\n1,0,0,1\n2,1,0,2\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.notes.contains { $0.hasPrefix("the field learning_rule is text in the store") })
    #expect(
      try TrajectoryStore(opening: bench["s.engram"]).snapshot().runs(fields: ["net", "learning_rule"]).rows
        == [[.integer(1), .text("0")], [.integer(2), .text("1")]])
  }

  @Test func `a column without name and values is left out, and seeds are no statistics`() throws {
    let bench = IngestBench()
    bench.write("epoch,seed,m,\n0,1,5,\n1,1,6,\n0,2,7,\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2 && report.statistics == ["m"])
    #expect(report.notes.contains("1 columns without a name have no values; they are left out"))
  }

  @Test func `examples without one value are left out, and it is said how many; nan is a value`() throws {
    let bench = IngestBench()
    bench.write("net,m@0,m@1\na,1,4\nb,,\nc,nan,nan\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2)
    #expect(report.notes.contains { $0.hasPrefix("examples without one value are left out: 1") })
  }

  @Test func `JSON lines are read line by line, and say where they are wrong`() throws {
    let bench = IngestBench()
    bench.write(
      "{\"run\":\"a\",\"epoch\":0,\"m\":1}\n\n{\"run\":\"a\",\"epoch\":1,\"m\":2,\"v\":NaN}\r\n{\"run\":\"b\",\"epoch\":0,\"m\":null,\"v\":3}",
      to: "t.jsonl")
    let report = try IngestRequest(source: bench["t.jsonl"]).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2 && report.preview.parts.map(\.statistics) == [["m", "v"], ["v"]])
    for (text, place) in [
      ("{\"epoch\":0,\"m\":1}\n{\"epoch\":1,\"m\":\n", "line 2, column 16"), ("{\"epoch\":0,\"m\":1}\n[1]\n", "line 2"),
      ("{\"run\":{\"name\":1},\"epoch\":0,\"m\":1}\n", "row 1, key \"run\""),
    ] {
      bench.write(text, to: "u.jsonl")
      let error = #expect(throws: EngramError.self) {
        try IngestRequest(source: bench["u.jsonl"]).ingest(into: bench["t.engram"])
      }
      #expect(error?.place == place)
    }
  }

  @Test func `a row that is there twice counts once`() throws {
    let bench = IngestBench()
    bench.write("run,epoch,m\na,0,1\na,0,1\na,1,nan\na,1,nan\n", to: "t.csv")
    let report = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    #expect(report.append.examples.count == 1 && report.notes.contains { $0.hasPrefix("2 values come twice") })
  }

  @Test(arguments: [UInt64](1...2))
  func `numbers read quickly are those that Swift reads`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let bench = IngestBench()
    var numbers: [Double] = []
    for index in 0..<2_000 {
      let value = Double(bitPattern: random.next())
      let number = index % 2 == 0 ? Double(random.next() % 1_000_000) / 1_000 : value.isFinite ? value : 0.25
      numbers.append(number)
    }
    bench.write("run,epoch,m\n" + numbers.enumerated().map { "r,\($0),\($1)\n" }.joined(), to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(into: bench["s.engram"])
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let selection = try snapshot.select(snapshot.allExamples, statistics: .all)
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(snapshot.allExamples, selection.columns, into: &matrix)
    for index in numbers.indices {
      #expect(matrix.float64[index].bitPattern == numbers[index].bitPattern, "seed \(seed), \(numbers[index])")
    }
  }

  @Test(arguments: [UInt64](1...2))
  func `mutated or cut tables are whole or refused`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let bench = IngestBench()
    for whole in [Self.wide, Self.long, Self.jsonLines()] {
      for _ in 0..<300 {
        let text = random.mutated(Array(whole.utf8))
        TestFiles.write(text, to: bench["t.csv"])
        _ = try? IngestRequest(source: bench["t.csv"]).preview(into: bench["none.engram"])
      }
    }
  }

  @Test func `a table of metadata is joined by the columns that both have`() throws {
    let bench = IngestBench()
    bench.write(
      "net,layer,epoch,m\n1,conv1,0,0.5\n1,conv1,1,0.6\n2,conv1,0,0.7\n2,fc,0,0.8\n3,conv1,0,0.9\n", to: "t.csv")
    bench.write("network;rule;lr\n1.0;adam;0,1\n2;sgdm;\n9;x;1\n", to: "runs.csv")
    var request = IngestRequest(source: bench["t.csv"], metadata: bench["runs.csv"], map: ["network": "net"])
    request.rules.delimiter = nil
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.notes.contains { $0.hasSuffix("is joined by network to 3 of 4 examples") })
    #expect(report.notes.contains("1 of its 3 rows fit no trajectory"))
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: ["network", "rule", "lr", "layer_name"]) {
      rows.append($1)
    }
    #expect(
      Set(rows) == [
        [.integer(1), .text("adam"), .text("0,1"), .text("conv1")],
        [.integer(2), .text("sgdm"), .null, .text("conv1")],
        [.integer(2), .text("sgdm"), .null, .text("fc")], [.integer(3), .null, .null, .text("conv1")],
      ])
    for (text, code) in [
      ("network,rule\n1,a\n1,b\n", EngramError.Code.invalidData), ("animal,rule\n1,a\n", .usage),
      ("network,rule\n77,a\n", .notFound),
    ] {
      bench.write(text, to: "runs.csv")
      refusal(code, "\(text)") { _ = try request.ingest(into: bench["other.engram"]) }
    }
  }

  @Test func `the index of a table of metadata is left out, and what is wrong with its columns is said of its file`()
    throws
  {
    let bench = IngestBench()
    bench.write("network,epoch,m\n1,0,0.5\n1,1,0.6\n2,0,0.7\n", to: "t.csv")
    bench.write(",network,rule\n0,1,adam\n1,2,sgdm\n", to: "runs.csv")
    let request = IngestRequest(source: bench["t.csv"], metadata: bench["runs.csv"])
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.notes.contains { $0.hasPrefix("\(bench["runs.csv"]): the first column has no name") })
    #expect(report.preview.fields.map(\.name).contains("rule"))
    bench.write(",network,,rule\n0,1,,adam\n1,2,,sgdm\n", to: "runs.csv")
    let error = refusal(.invalidData) { _ = try request.ingest(into: bench["other.engram"]) }
    #expect(error?.file == bench["runs.csv"] && error?.place == "header, column 3")
  }

  @Test(arguments: [
    "run,epoch,m\na,0,9007199254740993\na,1,12345678901234567891\na,2,9007199254740992\n",
    "run,epoch,statistic,value\na,0,m,9007199254740993\na,1,m,12345678901234567891\na,2,m,9007199254740992\n",
    "run,m@0,m@1,m@2\na,9007199254740993,-9007199254740993,9007199254740992\n",
    "{\"run\":1,\"epoch\":0,\"m\":9007199254740993}\n{\"run\":1,\"epoch\":1,\"m\":9007199254740995}\n",
  ])
  func `whole numbers that float64 does not hold are noted`(text: String) throws {
    let bench = IngestBench()
    let name = text.first == "{" ? "t.jsonl" : "t.csv"
    bench.write(text, to: name)
    let notes = try IngestRequest(source: bench[name]).ingest(into: bench["s.engram"]).notes
    let found = notes.filter { $0.hasPrefix("2 whole numbers are longer than float64 holds") }
    #expect(found.count == 1 && found.allSatisfy { $0.contains("such as 9007199254740993 in row 1") }, "\(notes)")
  }

  @Test func `values beyond float32 are noted where that type is asked for`() throws {
    let bench = IngestBench()
    bench.write("run,epoch,m\na,0,1e300\na,1,inf\na,2,1\n", to: "t.csv")
    var request = IngestRequest(source: bench["t.csv"])
    #expect(try !request.ingest(into: bench["s.engram"]).notes.contains { $0.contains("float32") })
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    for format in [SelectionExport.Format.npy, .csv] {
      let report = try SelectionExport(elementType: .float32).write(from: snapshot, to: bench["x"], as: format)
      #expect(report.remarks == ["1 values are beyond float32 and are written as infinities"])
    }
    request.valueType = .float32
    let notes = try request.ingest(into: bench["t.engram"]).notes
    #expect(notes.contains("1 values are beyond float32 and are stored as infinities"))
  }

  static let chart = """
    "Step","r1 - loss","r1 - loss__MIN","r1 - loss__MAX","r1 - _step","r2 - loss","r2 - acc"
    0,0.5,0.5,0.5,0,0.7,
    10,0.25,0.25,0.25,10,,0.9

    """

  @Test(arguments: [SeriesFormat.auto, .wandb])
  func `a chart of W&B has a run and a statistic in each column`(format: SeriesFormat) throws {
    let bench = IngestBench()
    bench.write(Self.chart, to: "chart.csv")
    bench.write("tracker_run,rule\nr1,adam\nr2,sgdm\n", to: "runs.csv")
    var request = IngestRequest(source: bench["chart.csv"], metadata: bench["runs.csv"])
    request.format = format
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2 && report.notes.contains { $0.hasPrefix("the table is a chart of W&B") })
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    #expect(
      try Set(snapshot.runs(fields: ["tracker_run", "rule"]).rows) == [
        [.text("r1"), .text("adam")], [.text("r2"), .text("sgdm")],
      ])
    let first = try snapshot.examples(where: "tracker_run = 'r1'")
    #expect(snapshot.statistics(of: first) == ["loss"] && snapshot.epochs(of: first) == [0, 10])
    let second = try snapshot.examples(where: "tracker_run = 'r2'")
    #expect(snapshot.statistics(of: second) == ["loss", "acc"])
  }

  @Test func `who says that a table is wide gets the columns of a chart as statistics`() throws {
    let bench = IngestBench()
    bench.write(Self.chart, to: "chart.csv")
    var request = IngestRequest(source: bench["chart.csv"])
    request.format = .wide
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.statistics == ["r1 - loss", "r1 - _step", "r2 - loss", "r2 - acc"])
  }

  @Test(arguments: [SeriesFormat.long, .mlflow, .tensorboard, .aim])
  func `a table that is not of the format that is said is refused`(format: SeriesFormat) {
    let bench = IngestBench()
    bench.write("run,epoch,m\na,0,1\na,1,2\n", to: "t.csv")
    var request = IngestRequest(source: bench["t.csv"])
    request.format = format
    let error = refusal(.usage) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(error?.message == "the table is not of the format \(format.rawValue)" && error?.place == "header")
  }

  @Test(arguments: zip([SeriesFormat.mlflow, .tensorboard], [0, 2]))
  func `a table that is of the format that is said is read`(format: SeriesFormat, table: Int) throws {
    let bench = IngestBench()
    bench.write(Self.trackers[table].0, to: "t.csv")
    var request = IngestRequest(source: bench["t.csv"])
    request.format = format
    #expect(try request.ingest(into: bench["s.engram"]).epochs.count == 2)
  }

  @Test func `tables of Aim are read by their steps, and contexts belong to the names`() throws {
    let bench = IngestBench()
    // What MetricCollection.dataframe() has, with the index that pandas writes.
    bench.write(
      """
      ,idx,step,value,epoch,time,run,run.hparams.lr,run.hparams.rule,metric,context.subset
      0,0,0,0.5,1.0,2022-05-01 10:00:00,4f2a,0.1,adam,loss,train
      1,1,10,0.25,1.0,2022-05-01 10:00:01,4f2a,0.1,adam,loss,train
      0,0,0,0.75,,2022-05-01 10:00:00,4f2a,0.1,adam,loss,val
      1,1,10,nan,,2022-05-01 10:00:01,4f2a,0.1,adam,loss,val
      0,0,0,0.125,1.0,2022-05-01 10:00:00,77bc,0.2,sgdm,loss,train
      1,1,10,2.5,1.0,2022-05-01 10:00:01,77bc,0.2,sgdm,loss,train
      0,0,0,9,,2022-05-01 10:00:00,77bc,0.2,sgdm,acc,

      """, to: "aim.csv")
    let report = try IngestRequest(source: bench["aim.csv"]).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 2)
    #expect(report.notes.contains { $0.contains("'step' is the epoch, as in tables of Aim") })
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let runs = try snapshot.runs(fields: ["run", "run_hparams_lr", "run_hparams_rule"])
    #expect(
      Set(runs.rows) == [
        [.text("4f2a"), .real(0.1), .text("adam")], [.text("77bc"), .real(0.2), .text("sgdm")],
      ])
    let first = try snapshot.examples(where: "run = '4f2a'")
    #expect(snapshot.statistics(of: first) == ["loss (subset=train)", "loss (subset=val)"])
    #expect(snapshot.epochs(of: first) == [0, 10])
    // As metrics of runs that are there.
    let metrics = try MetricsIngest(source: bench["aim.csv"], by: ["run"]).ingest(into: bench["s.engram"])
    #expect(metrics.metrics == ["acc", "loss (subset=train)", "loss (subset=val)"] && metrics.values == 7)
    // What its explorer exports.
    bench.write(
      "run,metric,context,value,step,epoch,time\n4f2a,loss,\"subset:\"\"test\"\"\",0.5,10,,10:00\n", to: "explorer.csv")
    let more = try MetricsIngest(source: bench["explorer.csv"], by: ["run"]).ingest(into: bench["s.engram"])
    #expect(more.metrics == ["loss (subset:\"test\")"])
  }
}
