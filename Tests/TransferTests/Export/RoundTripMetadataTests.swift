// RoundTripMetadataTests.swift -- metadata whatever they are called and look like, taken in again as a store writes them.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct RoundTripMetadataTests {
  /// A store of runs that have these fields.
  private static func snapshot(
    _ bench: IngestBench, _ columns: [(String, [MetadataValue])], epochs: [Double] = [0, 5]
  ) throws -> Snapshot {
    _ = try Ingest.run(
      IngestBench.input(columns[0].1.count, columns, epochs: epochs), into: bench["s.engram"], options: IngestOptions())
    return try TrajectoryStore(opening: bench["s.engram"]).snapshot()
  }

  /// The fields of a store that have a value, and what they have.
  private static func metadata(_ snapshot: Snapshot, _ columns: [(String, [MetadataValue])]) throws -> [[MetadataValue]]
  {
    let names = columns.map(\.0)
    let fields = try snapshot.fields().filter { names.contains($0.name) }
    #expect(fields.map(\.name).sorted() == names.sorted())
    return try snapshot.runs(fields: names).rows
  }

  private static func values(_ snapshot: Snapshot) throws -> [UInt64] {
    let columns = try snapshot.select(snapshot.allExamples, statistics: .all).columns
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
    return (0..<(matrix.rows * matrix.columns)).map { matrix.float64[$0].bitPattern }
  }

  /// Writes a selection, takes it in again, and compares what both stores have.
  private static func roundTrip(
    _ columns: [(String, [MetadataValue])], _ format: SelectionExport.Format, view: String = "whole"
  ) throws {
    let bench = IngestBench()
    let snapshot = try snapshot(bench, columns)
    let export = view == "whole" ? SelectionExport() : SelectionExport(view: try TrajectoryView(parsing: view))
    _ = try export.write(from: snapshot, to: bench["out"], as: format)
    let text = format == .npz ? "" : TestFiles.text(bench["out"])
    _ = try IngestRequest(source: bench["out"]).ingest(into: bench["t.engram"])
    let again = try TrajectoryStore(opening: bench["t.engram"]).snapshot()
    #expect(try metadata(again, columns) == metadata(snapshot, columns), "\(format) \(text)")
    #expect(again.statistics(of: again.allExamples) == ["weightabs_mean", "mine"], "\(format) \(text)")
    #expect(again.epochs(of: again.allExamples) == (view == "whole" ? [0, 5] : [5]), "\(format) \(text)")
    if view == "whole" { #expect(try values(again) == values(snapshot), "\(format)") }
  }

  @Test(arguments: [SelectionExport.Format.csv, .csvLong, .jsonl, .json])
  func `texts that look like something else stay what they are`(format: SelectionExport.Format) throws {
    try Self.roundTrip(
      [
        ("word", texts("NA", " a", "a ", "a", "", "-", "null", "\tb")),
        ("code", texts("1e5", "1.50", "007", "inf", "12345678901234567890", "0x1p3", "+1", "1,5")),
        ("number", [.real(1), .real(0.1), .null, .real(1e300), .real(-0.5), .real(2), .real(3), .real(2.5e-7)]),
      ], format)
  }

  @Test func `reals and texts with gaps keep their type in arrays`() throws {
    try Self.roundTrip(
      [
        ("dose", [.real(1), .null, .real(2)]), ("code", texts("9007199254740993", "-", "17")),
        ("types", texts("x", "-", "y")), ("age", [.integer(3), .null, .integer(4)]),
      ], .npz)
  }

  @Test(arguments: [SelectionExport.Format.csv, .jsonl, .json, .npz])
  func `infinite metadata come back`(format: SelectionExport.Format) throws {
    try Self.roundTrip(
      [
        ("dose", [.real(.infinity), .real(1.5), .real(-.infinity)]), ("word", texts("a", "b", "c")),
        ("most", [.real(.infinity), .real(.infinity), .real(-.infinity)]),
        ("mixed", texts("Infinity", "b", "Infinity")),
      ], format)
  }

  @Test(arguments: [SelectionExport.Format.csv, .csvLong, .jsonl, .json, .npz], ["whole", "last"])
  func `fields may be called as the columns that a store adds`(format: SelectionExport.Format, view: String) throws {
    try Self.roundTrip(
      [
        ("value", [.real(0.5), .real(1.5)]), ("statistic", texts("x", "y")), ("key", texts("k", "l")),
        ("timestamp", whole(7, 8)), ("step", whole(1, 2)), ("chosen_epoch", whole(3, 4)), ("epoch", whole(5, 6)),
      ], format, view: view)
  }

  @Test(arguments: [SelectionExport.Format.csv, .jsonl, .npz], ["whole", "last"])
  func `fields may be called as the arrays of an npz`(format: SelectionExport.Format, view: String) throws {
    let names = [
      "X", "field_X", "field_field_X", "epochs", "statistics", "obs_keys", "samples", "positions", "view",
      "chosen_epochs",
    ]
    try Self.roundTrip(
      names.enumerated().map { ($1, whole(Int64($0), Int64($0) + 20)) }, format, view: view)
  }

  @Test func `columns that no field has are told without the ids of a store`() throws {
    let bench = IngestBench()
    let columns: [(String, [MetadataValue])] = [
      ("value", [.real(0.5), .real(1.5)]), ("statistic", texts("x", "y")), ("epoch", whole(5, 6)),
    ]
    let snapshot = try Self.snapshot(bench, columns)
    _ = try SelectionExport(fields: columns.map(\.0)).write(from: snapshot, to: bench["out.csv"], as: .csvLong)
    #expect(
      TestFiles.text(bench["out.csv"]).hasPrefix("value,statistic,epoch,chosen_epoch,chosen_statistic,chosen_value\n"))
    _ = try IngestRequest(source: bench["out.csv"]).ingest(into: bench["t.engram"])
    let again = try TrajectoryStore(opening: bench["t.engram"]).snapshot()
    #expect(try Self.metadata(again, columns) == Self.metadata(snapshot, columns))
    #expect(try Self.values(again) == Self.values(snapshot))
  }

  @Test(arguments: [SelectionExport.Format.csv, .csvLong])
  func `a selection to which pandas has added its index is one still`(format: SelectionExport.Format) throws {
    let bench = IngestBench()
    let columns = [("a", texts("x", "y"))]
    let snapshot = try Self.snapshot(bench, columns)
    _ = try SelectionExport().write(from: snapshot, to: bench["out"], as: format)
    let lines = TestFiles.text(bench["out"]).split(separator: "\n")
    bench.write(
      lines.enumerated().map { "\($0 == 0 ? "" : String($0 - 1)),\($1)\n" }.joined(), to: "indexed.csv")
    _ = try IngestRequest(source: bench["indexed.csv"]).ingest(into: bench["t.engram"])
    let again = try TrajectoryStore(opening: bench["t.engram"]).snapshot()
    #expect(try Self.metadata(again, columns) == Self.metadata(snapshot, columns))
    #expect(try Self.values(again) == Self.values(snapshot))
  }

  @Test(arguments: [SelectionExport.Format.csv, .csvLong, .jsonl, .npz])
  func `whole numbers with gaps stay exact`(format: SelectionExport.Format) throws {
    let long = MetadataValue.integer(9_007_199_254_740_993)
    try Self.roundTrip([("serial", [long, .null, .integer(-3)]), ("dataset_seed", [.null, long, long])], format)
  }

  @Test func `an array of numbers as text is noted`() throws {
    let bench = IngestBench()
    let snapshot = try Self.snapshot(bench, [("serial", [.integer(9_007_199_254_740_993), .null])])
    let report = try SelectionExport().write(from: snapshot, to: bench["x.npz"], as: .npz)
    #expect(report.remarks.contains { $0.hasPrefix("the array serial is text") }, "\(report.remarks)")
  }

  @Test func `JSON lines may have more keys than a table of metadata has columns`() throws {
    let bench = IngestBench()
    let snapshot = try Self.snapshot(bench, [("a", whole(1, 2))], epochs: (0..<1_100).map(Double.init))
    _ = try SelectionExport().write(from: snapshot, to: bench["x.jsonl"], as: .jsonl)
    let report = try IngestRequest(source: bench["x.jsonl"]).ingest(into: bench["t.engram"])
    #expect(report.epochs.count == 1_100 && report.statistics.count == 2)
  }
}
