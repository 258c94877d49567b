// RoundTripTests.swift -- what a store writes of runs of unequal lengths, taken in again as it is.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

@Suite(.seedReport) struct RoundTripTests {
  /// Five runs of two layers with 3 to 7 epochs; the notes are hard to quote, and one value of each run is special.
  private static func table() -> String {
    let notes = [#""a,""b"" c""#, "", "ü", "=1+1", "007"]
    let special = ["nan", "inf", "-inf", "-0.0", "1e-310"]
    var text = "network,learning_rule,note,seed,layer_name,layer_position,epoch,m,\"v, 95%\"\n"
    for run in 0..<5 {
      for (layer, position) in [("conv1", "early"), ("fc", "deep")] {
        for epoch in 0..<(3 + run) {
          let value = epoch == 2 ? special[run] : "\(Double(run * 100 + epoch) / 7)"
          text +=
            "n\(run),\(run % 2 == 0 ? "adam" : "sgdm"),\(notes[run]),\(run == 3 ? "" : "\(run)"),\(layer),\(position),"
            + "\(epoch * 5),\(value),\(Double(epoch) / 3)\n"
        }
      }
    }
    return text
  }

  /// The bits of every value of a store by run, layer, statistic and epoch.
  private static func values(_ path: String) throws -> [String: UInt64] {
    let store = try TrajectoryStore(opening: path)
    #expect(try store.verify().problems == [])
    let snapshot = try store.snapshot()
    var found: [String: UInt64] = [:]
    let fields = ["network", "learning_rule", "note", "seed", "layer_name", "layer_position"]
    for part in snapshot.recorded(snapshot.allExamples) {
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(part.examples, part.columns, into: &matrix)
      var row = 0
      try snapshot.metadata(of: part.examples, columns: fields) { (_, known) in
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

  /// The source, with a metric that two runs lack, and its values.
  private static func source(_ bench: IngestBench) throws -> (snapshot: Snapshot, values: [String: UInt64]) {
    bench.write(table(), to: "u.csv")
    _ = try IngestRequest(source: bench["u.csv"]).ingest(into: bench["u.engram"])
    bench.write("network,epoch,top1\nn0,0,0.1\nn0,5,0.3\nn1,10,0.2\nn2,5,0.9\nn2,20,0.9\n", to: "top1.csv")
    let store = try TrajectoryStore(opening: bench["u.engram"])
    _ = try MetricsIngest(source: bench["top1.csv"], by: ["network"]).ingest(into: store.path)
    return (try store.snapshot(), try values(bench["u.engram"]))
  }

  @Test(arguments: ["first", "last", "at-most:12", "best:top1", "last+positions", "last+mean"])
  func `an epoch of each run comes back with its run, its layer and the epoch it was`(view: String) throws {
    let bench = IngestBench()
    let (snapshot, all) = try Self.source(bench)
    let epochOfRun: (Int) -> Int? = { run in
      switch view {
      case "first": 0
      case "at-most:12": 10
      case "best:top1": [5, 10, 5, nil, nil][run]
      default: (2 + run) * 5
      }
    }
    var expected: [String: UInt64] = [:]
    for run in 0..<5 {
      guard let epoch = epochOfRun(run) else { continue }
      for (key, bits) in all where key.hasPrefix("n\(run)/") && key.hasSuffix("@\(epoch)") { expected[key] = bits }
    }
    for missing in [MissingPolicy.drop, .fill] {
      let export = SelectionExport(view: try TrajectoryView(parsing: view), missing: missing)
      for format in [SelectionExport.Format.npz, .csv, .csvLong, .jsonl, .json] {
        let name = "\(missing)-\(format.rawValue)"
        _ = try export.write(from: snapshot, to: bench[name], as: format)
        let report = try IngestRequest(source: bench[name]).ingest(into: bench["\(name).engram"])
        #expect(report.append.examples.count == expected.count / 2, "\(view) \(name)")
        #expect(report.preview.runs == expected.count / 4, "\(view) \(name)")
        let found = try Self.values(bench["\(name).engram"])
        #expect(found == expected, "\(view) \(name)")
        let said = report.notes.contains { $0.contains("have no epoch") || $0.contains("have neither an epoch") }
        #expect(said == (missing == .fill && view == "best:top1"), "\(view) \(name): \(report.notes)")
      }
    }
  }

  @Test func `an epoch of each run comes back without the columns that a store adds`() throws {
    let bench = IngestBench()
    let (snapshot, all) = try Self.source(bench)
    let fields = ["network", "learning_rule", "note", "seed", "layer_name", "layer_position"]
    let export = SelectionExport(view: TrajectoryView(samples: .choice(.last)), fields: fields)
    let expected = all.filter { key, _ in
      (0..<5).contains { key.hasPrefix("n\($0)/") && key.hasSuffix("@\(10 + 5 * $0)") }
    }
    for format in [SelectionExport.Format.npz, .csv, .csvLong, .jsonl] {
      _ = try export.write(from: snapshot, to: bench[format.rawValue], as: format)
      _ = try IngestRequest(source: bench[format.rawValue]).ingest(into: bench["\(format.rawValue).engram"])
      #expect(try Self.values(bench["\(format.rawValue).engram"]) == expected, "\(format)")
    }
    // One example, whose file has other arrays of one element.
    let one = SelectionExport(limit: 1, view: try TrajectoryView(parsing: "last+positions"))
    _ = try one.write(from: snapshot, to: bench["one"], as: .npz)
    let report = try IngestRequest(source: bench["one"]).ingest(into: bench["one.engram"])
    #expect(Set(report.preview.fields.map(\.name)).isDisjoint(with: ["view", "samples", "positions", "chosen_epochs"]))
  }

  @Test(arguments: ["mean", "random-start:5x2"])
  func `samples that have no epochs are refused, and say so`(view: String) throws {
    let bench = IngestBench()
    let (snapshot, _) = try Self.source(bench)
    let export = SelectionExport(view: try TrajectoryView(parsing: view))
    for format in [SelectionExport.Format.npz, .csv, .csvLong, .jsonl] {
      _ = try export.write(from: snapshot, to: bench[format.rawValue], as: format)
      let error = #expect(throws: EngramError.self, "\(format)") {
        try IngestRequest(source: bench[format.rawValue]).ingest(into: bench["x.engram"])
      }
      #expect(error?.message == "the values are samples under a view, which have no epochs", "\(format)")
    }
    #expect(!TrajectoryStore.exists(at: bench["x.engram"]))
    // Who numbers the samples means it.
    var numbered = IngestRequest(source: bench["npz"])
    numbered.epochs = view == "mean" ? "0" : "0,1"
    #expect(try numbered.ingest(into: bench["x.engram"]).append.examples.count == 10)
  }
}
