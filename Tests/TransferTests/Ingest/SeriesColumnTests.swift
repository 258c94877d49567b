// SeriesColumnTests.swift -- what the columns of tables of trajectories are, where it is easily mistaken.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct SeriesColumnTests {
  private static func ingest(
    _ bench: IngestBench, _ text: String, as name: String = "t.csv", _ change: (inout IngestRequest) -> Void = { _ in }
  ) throws -> IngestReport {
    bench.write(text, to: name)
    var request = IngestRequest(source: bench[name])
    change(&request)
    return try request.ingest(into: bench["\(name).engram"])
  }

  private static func rows(_ bench: IngestBench, _ sql: String, of name: String = "t.csv") throws -> [[MetadataValue]] {
    var rows: [[MetadataValue]] = []
    try TrajectoryStore(opening: bench["\(name).engram"]).query(sql, header: { _ in }, row: { rows.append($0) })
    return rows
  }

  @Test(arguments: ["csv", "jsonl"])
  func `a statistic whose first value comes late is one, and tears no run apart`(format: String) throws {
    let bench = IngestBench()
    var text = format == "csv" ? "network,step,loss,val_loss\n" : ""
    for step in 0..<400 {
      let value = step % 200 == 199 ? "\(step).5" : format == "csv" ? "" : "null"
      text +=
        format == "csv"
        ? "a,\(step),\(step).25,\(value)\n"
        : "{\"network\":\"a\",\"step\":\(step),\"loss\":\(step).25,\"val_loss\":\(value)}\n"
    }
    let report = try Self.ingest(bench, text, as: "t.\(format)")
    #expect(report.append.runs == 1 && report.append.examples.count == 1)
    #expect(report.statistics == ["loss", "val_loss"] && report.epochs.count == 400)
  }

  @Test func `an epoch that a tracker writes late is no axis beside its steps`() throws {
    let bench = IngestBench()
    var text = "tracker_run,_step,loss,epoch\n"
    for step in 0..<400 { text += "r,\(step),0.5,\(step % 200 == 199 ? "\(step / 200)" : "")\n" }
    let report = try Self.ingest(bench, text)
    #expect(report.append.runs == 1 && report.epochs.count == 400)
  }

  @Test func `with a decimal comma a point makes no number`() throws {
    let bench = IngestBench()
    for text in ["network;epoch;m\na;0;0,5\na;1;1.234\n", "network;epoch;m\na;0;0,5\na;1.000;1\n"] {
      let error = refusal(.invalidData) { _ = try Self.ingest(bench, text) { $0.rules.decimal = .comma } }
      #expect(error?.place?.hasPrefix("row 2, column") ?? false)
    }
    let report = try Self.ingest(bench, "network;epoch;m\na;0;0,5\na;1000;1e5\na;2000;nan\n") {
      $0.rules.decimal = .comma
    }
    #expect(report.epochs == [0, 1_000, 2_000])
  }

  @Test func `columns of a name and a number say that they are read as statistics at epochs`() throws {
    let bench = IngestBench()
    let text = "network,round,loss,acc@1,acc@5\na,0,2.5,0.1,0.5\na,1,1.5,0.4,0.8\n"
    let note = try Self.ingest(bench, text).notes.first { $0.contains("'acc@1'") }
    #expect(
      note?.hasPrefix("columns such as 'acc@1' are read as a statistic at an epoch, and 'loss' as metadata") ?? false)
    // The documented form, with metadata that are whole numbers, texts, or named as those that tell runs apart.
    bench.write("network,seed,dose,m@0,m@1\na,1,0.5,1,2\na,2,2,3,4\n", to: "w.csv")
    let wide = try IngestRequest(source: bench["w.csv"]).ingest(
      into: bench["w.engram"], options: IngestOptions(runFields: ["network", "seed", "dose"]))
    #expect(wide.notes.isEmpty && wide.epochs == [0, 1])
    let named = try Self.ingest(bench, text, as: "n.csv") { $0.map = ["epoch": "round"] }
    #expect(named.statistics == ["loss", "acc@1", "acc@5"] && named.epochs == [0, 1])
    #expect(!named.notes.contains { $0.contains("acc@1") })
  }

  @Test func `columns that are mapped change their names all at once`() throws {
    let bench = IngestBench()
    let report = try Self.ingest(bench, "network,step,epoch,m\na,0,7,1\na,100,7,2\n") {
      $0.map = ["epoch": "step", "pass": "epoch"]
    }
    #expect(report.epochs == [0, 100] && report.statistics == ["pass", "m"] && report.append.runs == 1)
    _ = try Self.ingest(bench, "b,a,epoch,m\nx,y,0,1\nx,y,1,2\n", as: "u.csv") { $0.map = ["a": "b", "b": "a"] }
    #expect(try Self.rows(bench, "SELECT a, b FROM run", of: "u.csv") == [[.text("x"), .text("y")]])
    bench.write("network,old,young\na,1,2\n", to: "runs.csv")
    _ = try Self.ingest(bench, "network,epoch,m\na,0,1\na,1,2\n", as: "v.csv") {
      ($0.metadata, $0.map) = (bench["runs.csv"], ["young": "old", "old": "young"])
    }
    #expect(try Self.rows(bench, "SELECT young, old FROM run", of: "v.csv") == [[.integer(1), .integer(2)]])
    refusal(.invalidData) {
      _ = try Self.ingest(bench, "network,step,epoch,m\na,0,7,1\n", as: "w.csv") { $0.map = ["epoch": "step"] }
    }
  }

  @Test func `a column of a field that the store has is a field wherever it stands`() throws {
    let bench = IngestBench()
    _ = try Self.ingest(
      bench, "network,dose,layer,epoch,m\na,0.5,c1,0,1\na,0.5,c1,1,2\nb,1.5,c1,0,3\nb,1.5,c1,1,4\n")
    let later = "network,layer,epoch,m,dose\na,c2,0,5,0.5\na,c2,1,6,0.5\nb,c2,0,7,1.5\nb,c2,1,8,1.5\n"
    let report = try Self.ingest(bench, later)
    #expect(report.statistics == ["m"])
    #expect(report.notes.contains("no statistics, though they come after the epoch: dose"))
    #expect(try Self.rows(bench, "SELECT count(*) FROM run") == [[.integer(2)]])
    // One that changes along the epochs of a run is a statistic, as in a table of a store without such a field.
    let changing = "network,layer,epoch,m,dose\na,c3,0,5,0.5\na,c3,1,6,0.75\nb,c3,0,7,1\nb,c3,1,8,1.5\n"
    let both = try Self.ingest(bench, changing)
    #expect(both.statistics == ["m", "dose"])
    #expect(both.notes.contains { $0.hasPrefix("the store has fields of these names") && $0.hasSuffix(": dose") })
    #expect(try Self.rows(bench, "SELECT count(*) FROM run") == [[.integer(4)]])
  }

  @Test func `a whole number that stands for no value does so with a point, too`() throws {
    let bench = IngestBench()
    let report = try Self.ingest(bench, "network,epoch,m\na,0,1.5\na,1,-99.0\na,2,2.5\n") { $0.rules.missing = ["-99"] }
    #expect(report.notes.contains("values that are missing at some epochs of their trajectory and are NaN there: 1"))
  }

  @Test func `layers that look like numbers are names`() throws {
    let bench = IngestBench()
    _ = try Self.ingest(bench, "network,layer,epoch,m\na,1.1,0,1\na,1.1,1,2\na,1.10,0,3\na,1.10,1,4\n")
    #expect(
      try Self.rows(bench, "SELECT layer_name FROM example ORDER BY example_id") == [[.text("1.1")], [.text("1.10")]])
    // A field of the store that is called so is none.
    _ = try Self.ingest(bench, "network,area,layer_name,epoch,m\na,1.5,x,0,1\nb,2.5,x,0,1\n", as: "f.csv")
    #expect(try Self.rows(bench, "SELECT sum(area) FROM example", of: "f.csv") == [[.real(4)]])
  }

  @Test func `what is spelled in two ways is said to be one, and not left out`() throws {
    let bench = IngestBench()
    let notes = try Self.ingest(bench, "network,seed,epoch,m\na,1,0,1\na,1.0,1,2\n").notes
    #expect(notes.contains { $0.hasPrefix("examples whose metadata are spelled in two ways") && $0.hasSuffix(": 1") })
    #expect(!notes.contains { $0.contains("left out") })
  }

  @Test(arguments: [
    "network,epoch,statistic,value\na,0,m,1\na,0,v,2\na,1,m,3\na,1,v,4\n", "network,m@0,m@1,v@0,v@1\na,1,3,2,4\n",
    "Step,a - m,a - v\n0,1,2\n1,3,4\n",
  ])
  func `statistics that are named are the ones that are taken, however the table holds them`(text: String) throws {
    let bench = IngestBench()
    let report = try Self.ingest(bench, text) { $0.statistics = "v" }
    #expect(report.statistics == ["v"])
    #expect(report.notes.contains("statistics that are not among those that were named are left out: m"))
    let snapshot = try TrajectoryStore(opening: bench["t.csv.engram"]).snapshot()
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(
      snapshot.allExamples, FeatureColumns(statistics: ["v"], epochs: [0, 1], order: .bySample), into: &matrix)
    #expect(matrix.float64[0] == 2 && matrix.float64[1] == 4)
    refusal(.notFound) { _ = try Self.ingest(bench, text, as: "n.csv") { $0.statistics = "nosuch" } }
    refusal(.usage) { _ = try Self.ingest(bench, text, as: "d.csv") { $0.statistics = "v,v" } }
  }

  @Test func `a table of one statistic without its name takes one name`() throws {
    let bench = IngestBench()
    let text = "Wall time,Step,Value\n1.5,1,0.79\n2.5,2,0.69\n"
    #expect(try Self.ingest(bench, text) { $0.statistics = "acc" }.statistics == ["acc"])
    let error = refusal(.usage) { _ = try Self.ingest(bench, text, as: "n.csv") { $0.statistics = "acc,loss" } }
    #expect(error?.found == "acc, loss")
  }

  @Test func `a chart is read again as its written description says`() throws {
    let bench = IngestBench()
    let text = "Step,a - loss,b - loss\n0,1,2\n1,3,4\n"
    let report = try Self.ingest(bench, text)
    let description = IngestRequest(source: bench["t.csv"]).description(after: report.preview, runFields: nil)
    let again = try IngestRequest(source: bench["t.csv"], description).ingest(into: bench["again.engram"])
    #expect(again.statistics == ["loss"] && again.append.runs == 2)
  }

  @Test func `runs of a chart are told whatever its axis is called, and where their names hold the separator`() throws {
    let bench = IngestBench()
    let text = """
      trainer/global_step,r1 - train/loss,r1 - train/loss__MIN,r2 - train/loss
      0,0.5,0.5,0.7
      10,0.25,0.25,0.6

      """
    let report = try Self.ingest(bench, text) { $0.map = ["epoch": "trainer/global_step"] }
    #expect(report.append.runs == 2 && report.statistics == ["train/loss"] && report.epochs == [0, 10])
    let named = try Self.ingest(bench, "Step,adam - lr0.1 - loss,adam - lr0.2 - loss\n0,1,2\n1,3,4\n", as: "u.csv")
    #expect(named.append.runs == 2 && named.statistics == ["loss"])
    #expect(
      try Self.rows(bench, "SELECT tracker_run FROM run ORDER BY 1", of: "u.csv")
        == [[.text("adam - lr0.1")], [.text("adam - lr0.2")]])
    let split = try #require(named.notes.first { $0.hasPrefix("names of columns with several ' - '") })
    #expect(
      split.contains(": 'adam - lr0.1 - loss' is 'loss' of the run 'adam - lr0.1'; where that is wrong, leave one"))
  }

  @Test func `what is said of tables is refused where there is none`() throws {
    let bench = IngestBench()
    bench.writeNpy([1, 2], shape: [2, 1, 1], to: "a.npy")
    bench.write("network\na\nb\n", to: "a.csv")
    var request = IngestRequest(
      source: bench["a.npy"], metadata: bench["a.csv"], statistics: "m", epochs: "0")
    request.valueType = .float32
    refusal(.usage) { _ = try request.ingest(into: bench["s.engram"]) }
    request.valueType = nil
    request.format = .mlflow
    refusal(.usage) { _ = try request.ingest(into: bench["s.engram"]) }
    request.format = .auto
    request.rules.missing = ["-99"]
    _ = try request.ingest(into: bench["s.engram"])
    for declare in [{ $0.declare("seed", .integer) }, { $0.missing = ["a"] }, { $0.decimal = .comma }]
      as [(inout TableRules) -> Void]
    {
      var pickle = IngestRequest(source: Fixtures.path("digits_dataset.pkl"))
      declare(&pickle.rules)
      let error = refusal(.usage) { _ = try pickle.ingest(into: bench["p.engram"]) }
      #expect(error?.expected == "a table")
    }
  }

  @Test func `errors name the rows of the file, and the file whose cell is wrong`() throws {
    let bench = IngestBench()
    let text = "network,age,epoch,m\na,1,0,1\na,1,1,1\na,1,2,1\nb,x,0,1\nb,x,1,1\n"
    let error = refusal(.invalidData) { _ = try Self.ingest(bench, text) { $0.rules.declare("age", .integer) } }
    #expect(error?.place == "row 4, column age" && error?.file == bench["t.csv"])
    bench.write("network,lab\nb,2\na,x\n", to: "runs.csv")
    let joined = refusal(.invalidData) {
      _ = try Self.ingest(bench, "network,epoch,m\na,0,1\na,1,1\nb,0,1\nb,1,3\n") {
        $0.metadata = bench["runs.csv"]
        $0.rules.declare("lab", .integer)
      }
    }
    #expect(joined?.place == "row 2, column lab" && joined?.file == bench["runs.csv"])
  }

  @Test func `a selection is known as one although an id of it is kept under another name`() throws {
    let bench = IngestBench()
    _ = try Self.ingest(bench, "network,layer,epoch,m\na,c,0,1\na,c,1,2\na,d,0,3\na,d,1,4\n")
    let snapshot = try TrajectoryStore(opening: bench["t.csv.engram"]).snapshot()
    for format in [SelectionExport.Format.csv, .csvLong, .jsonl] {
      _ = try SelectionExport().write(from: snapshot, to: bench["out"], as: format)
      var request = IngestRequest(source: bench["out"])
      request.map = ["source_id": "example_id"]
      _ = try request.ingest(into: bench["\(format).engram"])
      let fields = try TrajectoryStore(opening: bench["\(format).engram"]).snapshot().fields().map(\.name)
      #expect(fields.contains("source_id") && !fields.contains("tracker_run") && !fields.contains("observation_id"))
    }
  }

  @Test func `a preview refuses what an ingest refuses for its types and its axes`() throws {
    let bench = IngestBench()
    _ = try Self.ingest(bench, "network,age,layer,epoch,m\na,1,c,0,1\na,1,c,1,2\n")
    bench.write("network,age,layer,epoch,m\nb,3.5,c,0,1\nb,3.5,c,1,3\n", to: "later.csv")
    let later = IngestRequest(source: bench["later.csv"])
    let refused = refusal(.invalidData) { _ = try later.ingest(into: bench["t.csv.engram"]) }
    #expect(try later.preview(into: bench["t.csv.engram"]).refusal == refused)
    bench.write("network,age,layer,epoch,m\nb,3.0,c,0,1\nb,3.0,c,1,3\n", to: "whole.csv")
    let whole = refusal(.invalidData) {
      _ = try IngestRequest(source: bench["whole.csv"]).ingest(into: bench["t.csv.engram"])
    }
    #expect(whole?.mend == "its numbers are whole: read them so with \(set: .types, to: "age=integer")")
  }
}
