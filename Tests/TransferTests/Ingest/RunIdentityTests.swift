// RunIdentityTests.swift -- the same run in a later batch, layers under other names, replicates, own selections.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct RunIdentityTests {
  private static func ingest(
    _ input: IngestInput, _ bench: IngestBench, _ repeats: RepeatPolicy = .ask, runFields: [String]? = nil
  ) throws -> IngestReport {
    try Ingest.run(input, into: bench["s.engram"], options: IngestOptions(runFields: runFields, repeats: repeats))
  }

  private static func rows(_ bench: IngestBench, _ columns: [String]) throws -> [[MetadataValue]] {
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: columns) { rows.append($1) }
    return rows
  }

  /// Other values than ``IngestBench/input(_:_:positions:epochs:statistics:)`` of as many rows: its last rows.
  private static func later(_ rows: Int, _ columns: [(String, [MetadataValue])]) -> IngestInput {
    IngestBench.input(rows, columns, epochs: [0, 5, 10])
  }

  @Test func `the same key in a later batch is the same run, in any order and with columns missing`() throws {
    let bench = IngestBench()
    let first = IngestBench.input(2, [("animal", texts("M1", "M2")), ("layer_name", texts("V1", "V1"))])
    _ = try Self.ingest(first, bench)
    let report = try Self.ingest(
      Self.later(3, [("animal", texts("M2", "M1", "M3")), ("layer_name", texts("LM", "LM", "LM"))]), bench)
    #expect(report.append.runs == 1 && report.preview.storedRuns == 2)
    #expect(try Self.rows(bench, ["run_id"]) == [whole(1), whole(2), whole(2), whole(1), whole(3)])
    // A field that the store does not have yet is NULL for its runs, and another value makes another run.
    let more = [("animal", texts("M1", "M1")), ("day", [.null, .integer(2)]), ("layer_name", texts("AL", "AL"))]
    let third = try Self.ingest(IngestBench.input(2, more, epochs: [1, 2, 3]), bench)
    #expect(third.append.runs == 1 && third.preview.storedRuns == 1)
    #expect(try TrajectoryStore(opening: bench["s.engram"]).verify().problems.isEmpty)
  }

  @Test func `named fields find the run, whose other fields must agree`() throws {
    let bench = IngestBench()
    _ = try Self.ingest(
      IngestBench.input(1, [("animal", texts("M1")), ("task", texts("a")), ("layer_name", texts("V1"))]), bench,
      runFields: ["animal"])
    let same = Self.later(1, [("animal", texts("M1")), ("layer_name", texts("LM"))])
    #expect(try Self.ingest(same, bench, runFields: ["animal"]).preview.storedRuns == 1)
    let other = Self.later(1, [("animal", texts("M1")), ("task", texts("b")), ("layer_name", texts("AL"))])
    let error = refusal(.invalidData) { _ = try Self.ingest(other, bench, runFields: ["animal"]) }
    #expect(error?.place == "row 1, field task" && error?.found == "'b'")
  }

  @Test func `a layer that is stored already is refused, or a replicate, or a measurement`() throws {
    let bench = IngestBench()
    let columns = [("animal", texts("M1", "M2")), ("layer_name", texts("V1", "V1"))]
    _ = try Self.ingest(IngestBench.input(2, columns), bench)
    let again = Self.later(2, columns)
    let error = refusal(.exists) { _ = try Self.ingest(again, bench) }
    #expect(error?.found?.hasPrefix("2 of 2 rows") == true)
    #expect(error?.mend?.description.contains("`repeats: .newRuns`") == true)
    #expect(try Self.rows(bench, ["run_id"]).count == 2)
    let replicates = try Self.ingest(again, bench, .newRuns)
    #expect(replicates.append.runs == 2)
    #expect(
      try Self.rows(bench, ["run_id", "replicate"]) == [
        [.integer(1), .null], [.integer(2), .null], whole(3, 2), whole(4, 2),
      ])
    _ = try Self.ingest(again, bench, .newRuns)
    #expect(try Self.rows(bench, ["replicate"]).suffix(2) == [whole(3), whole(3)])
    let measured = try Self.ingest(again, bench, .measurements)
    #expect(measured.append.runs == 0 && measured.preview.storedRuns == 2)
  }

  @Test func `rows that share everything are runs of their own when that is said`() throws {
    let bench = IngestBench()
    let report = try Self.ingest(IngestBench.input(4, [("task", texts("a", "b", "a", "a"))]), bench, .newRuns)
    #expect(report.append.runs == 4)
    #expect(try Self.rows(bench, ["replicate"]) == [whole(1), [.null], whole(2), whole(3)])
  }

  @Test(arguments: ["layer", "Layer", "region", "area"])
  func `a column called like a layer names it`(name: String) throws {
    let bench = IngestBench()
    let report = try Self.ingest(
      IngestBench.input(4, [("network", texts("a", "a", "b", "b")), (name, texts("x", "y", "x", "y"))]), bench)
    #expect(report.append.runs == 2 && report.preview.layerColumn == name && report.preview.layers == ["x", "y"])
    #expect(report.notes.contains { $0.contains("'\(name)' names the layers") })
    #expect(try Self.rows(bench, ["layer_name"]) == [texts("x"), texts("y"), texts("x"), texts("y")])
  }

  @Test func `a column called like a layer is a field where there is layer_name, or where it tells runs apart`() throws
  {
    let bench = IngestBench()
    let both = try Self.ingest(
      IngestBench.input(2, [("region", texts("a", "b")), ("layer_name", texts("x", "x"))]), bench)
    #expect(both.append.runs == 2 && both.preview.fields.map(\.name) == ["region"] && both.preview.warnings.count == 1)
    let named = try IngestBench().ingest(
      IngestBench.input(2, [("area", texts("a", "b"))]), runFields: ["area"]
    ).report
    #expect(named.append.runs == 2 && named.preview.layerColumn == nil)
  }

  @Test func `a selection of a store is taken in again as it is, runs and layers and gaps included`() throws {
    let bench = IngestBench()
    let input = IngestBench.input(
      5,
      [
        ("animal", texts("M1", "M1", "M2", "M2", "M3")),
        ("age", [.integer(3), .integer(3), .null, .null, .integer(9)]),
        ("learning_rule", texts("a", "a", "-", "-", "b")), ("layer_name", texts("V1", "LM", "V1", "LM", "V1")),
        ("unit_fraction", [.null, .null, .real(0.5), .real(0.5), .null]),
        ("observation_seed", [.null, .null, .integer(7), .integer(7), .null]),
      ])
    _ = try Self.ingest(input, bench)
    // Two runs that nothing but a number tells apart.
    _ = try Self.ingest(
      Self.later(
        1, [("animal", texts("M3")), ("age", whole(9)), ("learning_rule", texts("b")), ("layer_name", texts("V1"))]),
      bench, .newRuns)
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    _ = try SelectionExport(filter: "example_id < 5").write(from: snapshot, to: bench["keep.npz"], as: .npz)
    let report = try IngestRequest(source: bench["keep.npz"]).ingest(into: bench["new.engram"])
    #expect(report.append.runs == 3 && report.epochs == [0, 5] && report.statistics == ["weightabs_mean", "mine"])
    let again = try TrajectoryStore(opening: bench["new.engram"]).snapshot()
    let columns = ["run_id", "animal", "age", "learning_rule", "layer_name", "unit_fraction", "observation_seed"]
    var found: [[MetadataValue]] = []
    try again.metadata(of: again.allExamples, columns: columns) { found.append($1) }
    #expect(found == Array(try Self.rows(bench, columns).prefix(5)))
    // What was exported is recognised as what it is.
    refusal(.exists) { _ = try IngestRequest(source: bench["keep.npz"]).ingest(into: bench["s.engram"]) }
  }
}
