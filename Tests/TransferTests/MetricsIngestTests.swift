// MetricsIngestTests.swift -- tables of metrics find their runs, or say which row does not.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct MetricsIngestTests {
  /// A folder with a store of four runs.
  final class Place {
    private let folder = TemporaryFolder()
    var path: String { folder.path }
    let store: TrajectoryStore

    init() throws {
      store = try TrajectoryStore.create(at: folder["s.engram"])
      let runs: [(String, Int64?, Double)] = [("adam", 0, 0.1), ("adam", nil, 0.1), ("sgdm", 0, 0.1), ("sgdm", 0, 2)]
      _ = try store.append(
        runs.map { rule, seed, rate in
          Recording(
            metadata: [
              "learning_rule": .text(rule), "model_seed": seed.map { .integer($0) } ?? .null, "rate": .real(rate),
            ], layers: [Layer(name: "l", position: nil)], values: .float32([1]))
        }, epochs: [0], statistics: ["a"])
    }

    func ingest(
      _ name: String, _ text: String, by: [String]? = nil, map: [String: String] = [:]
    ) throws -> MetricReport {
      try MetricsIngest(source: folder.write(text, to: name), by: by, map: map).ingest(into: store.path)
    }

    func last(_ metric: String) throws -> [String] {
      try store.snapshot().metric(metric).map { "\($0.run)=\($0.value)" }
    }
  }

  @Test(arguments: [
    ("m.csv", "run_id,epoch,loss,val/top-1\n1,0,2.5,0.1\n1,5,nan,\n4,5,inf,0.7\n"),
    (
      "m.tsv",
      "epoch\tval/top-1\tloss\trun_id\tlearning_rule\n0\t0.1\t2.5\t1\tadam\n5\tNA\tNaN\t1\tadam\n5\t7e-1\tInf\t4\tsgdm\n"
    ),
    (
      "m.csv",
      "run_id;epoch;metric;value\n1;0;loss;2.5\n1;0;val/top-1;0.1\n1;5;loss;-nan\n4;5;loss;+inf\n4;5;val/top-1;0.7\n2;5;loss;\n"
    ),
    (
      "m.json",
      #"[{"run_id":1,"epoch":0,"loss":2.5,"val/top-1":0.1},{"run_id":1,"epoch":5,"loss":"NaN"},{"run_id":4,"epoch":5.0,"loss":"inf","val/top-1":0.7}]"#
    ),
  ])
  func `wide and long tables of every format say the same`(name: String, text: String) throws {
    let place = try Place()
    let report = try place.ingest(name, text)
    #expect(report.values == 5)
    #expect(report.runs == 2)
    #expect(report.metrics == ["loss", "val/top-1"])
    #expect(try place.last("loss") == ["1=nan", "4=inf"])
    #expect(try place.last("val/top-1") == ["1=0.1", "4=0.7"])
    #expect(try place.store.snapshot().metrics().map(\.nans) == [1, 0])
  }

  @Test func `runs are found by all fields, by some, and null finds null`() throws {
    let place = try Place()
    _ = try place.ingest(
      "a.csv", "learning_rule,model_seed,rate,epoch,x\nadam,0,0.1,1,10\nadam,None,0.1,1,20\nsgdm,0,2,1,40\n")
    #expect(try place.last("x") == ["1=10.0", "2=20.0", "4=40.0"])
    _ = try place.ingest("b.csv", "Rate,epoch,y,learning_rule\n2.0,1,40,ignored\n", by: ["rate"])
    #expect(try place.last("y") == ["4=40.0"])
    _ = try place.ingest("c.json", #"[{"learning_rule":"adam","model_seed":null,"epoch":1,"z":20}]"#)
    #expect(try place.last("z") == ["2=20.0"])
  }

  @Test func `a column called like a field is left out, which is said, or is a metric under another name`() throws {
    let place = try Place()
    let text = "run_id,epoch,loss,rate\n1,0,1,0.5\n"
    let report = try place.ingest("a.csv", text, by: ["run_id"])
    #expect(report.metrics == ["loss"] && report.notes.count == 1)
    #expect(report.notes.first?.contains("are left out: 'rate';") == true)
    let named = try place.ingest("b.csv", text, by: ["run_id"], map: ["rate_now": "rate"])
    #expect(named.metrics == ["loss", "rate_now"] && named.notes.isEmpty)
  }

  /// A store of three runs that a tracker has numbered.
  private static func numbered(_ folder: TemporaryFolder, _ numbers: [Int64]) throws -> TrajectoryStore {
    let store = try TrajectoryStore.create(at: folder["\(numbers[0]).engram"])
    _ = try store.append(
      numbers.map { number in
        Recording(
          metadata: ["tracker_run": .integer(number)], layers: [Layer(name: "l", position: nil)],
          values: .float32([1]))
      }, epochs: [0], statistics: ["a"])
    return store
  }

  @Test func `numbers of a tracker are not taken for those of the store`() throws {
    let folder = TemporaryFolder()
    let path = folder.write("run_id,epoch,loss\n3,1,0.5\n1,1,0.25\n2,1,0.125\n", to: "m.csv")
    let store = try Self.numbered(folder, [3, 1, 2])
    let error = refusal(.invalidData) { _ = try MetricsIngest(source: path).ingest(into: store.path) }
    #expect(error?.place == "column run_id")
    _ = try MetricsIngest(source: path, map: ["tracker_run": "run_id"]).ingest(into: store.path)
    #expect(try store.snapshot().metric("loss").map { "\($0.run)=\($0.value)" } == ["1=0.5", "2=0.25", "3=0.125"])
    let own = folder.write("run_id,epoch,acc\n3,1,0.5\n", to: "own.csv")
    _ = try MetricsIngest(source: own, by: ["run_id"]).ingest(into: store.path)
    #expect(try store.snapshot().metric("acc").map { "\($0.run)=\($0.value)" } == ["3=0.5"])
    let other = try Self.numbered(folder, [2, 7, 9])
    let far = folder.write("run_id,epoch,loss\n9,1,0.5\n2,1,0.25\n", to: "far.csv")
    let report = try MetricsIngest(source: far).ingest(into: other.path)
    #expect(report.notes == ["the column 'run_id' holds values of the field tracker_run, by which runs are found"])
    #expect(try other.snapshot().metric("loss").map { "\($0.run)=\($0.value)" } == ["1=0.25", "3=0.5"])
    let same = try Self.numbered(folder, [1, 2, 3])
    #expect(try MetricsIngest(source: path).ingest(into: same.path).notes.isEmpty)
  }

  @Test func `numbers and ids of hidden runs count as such, and a row about a hidden run is refused`() throws {
    let folder = TemporaryFolder()
    let store = try Self.numbered(folder, [3, 1, 2])
    _ = try store.hide(where: "tracker_run = 1")
    // Run 2 has the tracker's number 1: both readings of either table are there still.
    for (name, rows) in [("a.csv", "3,1,0.5\n2,1,0.25\n"), ("b.csv", "3,1,0.5\n1,1,0.25\n")] {
      let path = folder.write("run_id,epoch,loss\n" + rows, to: name)
      #expect(
        refusal(.invalidData) { _ = try MetricsIngest(source: path).ingest(into: store.path) }?.place == "column run_id"
      )
    }
    let path = folder.write("run_id,epoch,loss\n3,1,0.5\n2,1,0.25\n", to: "c.csv")
    let error = refusal(.notFound) { _ = try MetricsIngest(source: path, by: ["run_id"]).ingest(into: store.path) }
    #expect(error?.message == "the run of a row is hidden" && error?.place == "row 2", "\(error as Any)")
    #expect(error?.found == "run_id = 2")
    let tracker = folder.write("tracker_run,epoch,loss\n1,1,0.5\n", to: "d.csv")
    let other = refusal(.notFound) { _ = try MetricsIngest(source: tracker).ingest(into: store.path) }
    #expect(other?.found == "tracker_run = 1, which is run 2", "\(other as Any)")
    #expect(try store.snapshot().metrics().isEmpty)
  }

  @Test func `columns that are mapped change their names all at once`() throws {
    let place = try Place()
    _ = try place.ingest(
      "a.csv", "run_id,step,epoch,m\n1,0,1,5\n1,100,0,6\n", map: ["epoch": "step", "pass": "epoch"])
    #expect(try place.last("m") == ["1=6.0"])
    #expect(try place.last("pass") == ["1=0.0"])
  }

  @Test func `a number of a run stands beside fields that say the same, or is asked for`() throws {
    let place = try Place()
    let text = "run_id,learning_rule,rate,epoch,x\n1,adam,,0,1\n4,sgdm,2.0,0,2\n1,adam,0.1,1,3\n"
    _ = try place.ingest("a.csv", text)
    #expect(try place.last("x") == ["1=3.0", "4=2.0"])
    let other = "run_id,learning_rule,epoch,y\n4,sgdm,0,1\n1,sgdm,0,1\n"
    let error = refusal(.invalidData) { _ = try place.ingest("b.csv", other) }
    #expect(error?.place == "row 2, column learning_rule" && error?.found == "'sgdm'", "\(error as Any)")
    #expect(error?.expected == "'adam', as run 1 has it")
    #expect(try place.store.snapshot().metrics().count == 1)
    _ = try place.ingest("b.csv", other, by: ["run_id"])
    #expect(try place.last("y") == ["1=1.0", "4=1.0"])
  }

  @Test(
    arguments: [
      ("run_id,epoch,m\n1,0,1\n9,0,1\n", nil, EngramError.Code.notFound, "row 2", "there is no such run"),
      ("learning_rule,epoch,m\nsgdm,0,1\n", nil, .invalidData, "row 1", "several runs fit a row"),
      ("run_id,epoch,m\n1,0,1\n1,5,1\n1,0,2\n", nil, .invalidData, "row 3", "comes twice"),
      ("run_id,epoch,m\n1,0,1\n1,,2\n", nil, .invalidData, "row 2, column epoch", "has no epoch"),
      ("run_id,epoch,m\n1,nan,1\n", nil, .invalidData, "row 1, column epoch", "has no epoch"),
      ("run_id,epoch,m\n1,9007199254740993,1\n", nil, .invalidData, "row 1, column epoch", "float64 does not hold"),
      ("run_id,epoch,m\n1,0,high\n", nil, .invalidData, "row 1, column m", "is not a number"),
      ("run_id,epoch,m\n1,0,0x10\n", nil, .invalidData, "row 1, column m", "is not a number"),
      ("run_id,epoch,m\none,0,1\n", nil, .notFound, "column run_id", "runs of a tracker are not known"),
      ("model_seed,epoch,m\none,0,1\n", nil, .invalidData, "row 1, column model_seed", "does not fit the field"),
      ("run_id,m\n1,1\n", nil, .invalidData, "header", "no column of epochs"),
      ("epoch,m\n1,1\n", nil, .invalidData, "header", "does not say which run"),
      ("run_id,epoch,m,M\n1,1,1,1\n", nil, .invalidData, "header, column 4", "comes twice"),
      ("run_id,epoch,m,\n1,1,1,1\n", nil, .invalidData, "header, column 4", "has no name"),
      ("run_id,epoch,metric,value,z\n1,1,m,1,1\n", nil, .invalidData, "header, column 5", "no meaning beside"),
      ("run_id,epoch,metric,value\n1,1,,1\n", nil, .invalidData, "row 1, column metric", "which metric"),
      ("run_id,epoch,m\n1,1\n", nil, .invalidData, "row 1", "another number of fields"),
      ("run_id,epoch,m\n1,1,\n", nil, .invalidData, nil, "has no values"),
      ("", nil, .invalidData, "line 1", "is empty"),
      ("run_id,epoch,m\n1,1,1\n", ["rule"], .usage, "fields of a run", "runs have no field"),
      ("run_id,epoch,m\n1,1,1\n", ["task"], .invalidData, "header", "no column 'task'"),
    ] as [(String, [String]?, EngramError.Code, String?, String)])
  func `what is wrong is said with its row, and nothing is added`(
    text: String, by: [String]?, code: EngramError.Code, where row: String?, message: String
  ) throws {
    let place = try Place()
    let error = #expect(throws: EngramError.self) { try place.ingest("m.csv", text, by: by) }
    #expect(error?.code == code)
    #expect(error?.place == row)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.file == "\(place.path)/m.csv")
    #expect(try place.store.snapshot().metrics().isEmpty)
  }

  @Test func `what is stored already is passed over, and another value is refused with its row`() throws {
    let place = try Place()
    _ = try place.ingest("m.csv", "run_id,epoch,m\n1,0,1\n1,5,nan\n1,6,-0.0\n")
    let again = try place.ingest("m.csv", "run_id,epoch,m\n1,0,1\n1,0,1\n1,5,nan\n1,6,-0.0\n1,7,2\n")
    #expect(again.values == 1 && again.known == 3)
    let known = try place.ingest("m.csv", "run_id,epoch,m\n1,0,1\n")
    #expect(known.values == 0 && known.known == 1 && known.commit == again.commit)
    #expect(try place.store.snapshot().commit == again.commit)
    for other in ["1,0,2", "1,5,0", "1,6,0"] {
      let error = #expect(throws: EngramError.self) { try place.ingest("n.csv", "run_id,epoch,m\n2,0,1\n\(other)\n") }
      #expect(error?.code == .exists)
      #expect(error?.place == "\(place.path)/n.csv, row 2")
    }
    #expect(try place.last("m") == ["1=2.0"])
  }

  @Test func `names of runs that a store has decide how those of columns of a chart are split`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    _ = try store.append(
      ["x - 1", "x - 2"].map { name in
        Recording(
          metadata: ["network": .text(name)], layers: [Layer(name: "l", position: nil)], values: .float32([1]))
      }, epochs: [0], statistics: ["a"])
    let chart = folder.write("Step,x - 1 - loss,x - 2 - loss,x - 1 - acc\n0,1,2,3\n", to: "m.csv")
    let report = try MetricsIngest(source: chart).ingest(into: store.path)
    #expect(report.metrics == ["acc", "loss"] && report.values == 3 && report.notes.isEmpty)
    #expect(try store.snapshot().metric("loss").map { "\($0.run)=\($0.value)" } == ["1=1.0", "2=2.0"])
  }

  @Test(arguments: [
    ("run_id,key,value,step,timestamp\nadam,loss,0.9,0,17\nadam,loss,0.8,1,18\n", "loss", 2),
    ("learning_rule,_step,_runtime,_timestamp,epoch,loss\nadam,100,1,2,1,0.5\n", "loss", 1),
    ("\"Step\",\"adam - loss\",\"adam - loss__MIN\",\"adam - loss__MAX\"\n\"0\",\"0.9\",\"0.8\",\"1\"\n", "loss", 1),
    ("learning_rule,Wall time,Step,Value\nadam,1.5,1,0.79\n", "Value", 1),
  ])
  func `what trackers write is read as it is`(text: String, metric: String, count: Int) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    _ = try store.append(
      [
        Recording(
          metadata: ["learning_rule": .text("adam")], layers: [Layer(name: "l", position: nil)], values: .float32([1]))
      ], epochs: [0], statistics: ["a"])
    let report = try MetricsIngest(source: folder.write(text, to: "m.csv")).ingest(into: store.path)
    #expect(report.metrics == [metric] && report.values == count)
    let mapped = folder.write("learning_rule,batch,acc\nadam,3,0.5\n", to: "n.csv")
    #expect(try MetricsIngest(source: mapped, map: ["epoch": "batch"]).ingest(into: store.path).metrics == ["acc"])
  }
}
