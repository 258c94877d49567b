// RunGroupingTests.swift -- which rows of metadata are one run, and which one measurement of it.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct RunGroupingTests {
  /// Rows as (run, observation) numbers.
  private static func places(_ rows: [[MetadataValue]]) -> [[MetadataValue]] { rows.map { Array($0[0...1]) } }

  @Test func `neighbouring rows of equal fields are the layers of one run, and null equals null`() throws {
    let bench = IngestBench()
    let (report, rows) = try bench.ingest(
      IngestBench.input(
        5,
        [
          ("task", texts("a", "a", "a", "a", "b")), ("model_seed", [.null, .null, .integer(0), .integer(0), .null]),
          ("layer_name", texts("x", "y", "x", "y", "x")),
        ]))
    #expect(report.append.runs == 3 && report.observations == 3 && report.notes.isEmpty)
    #expect(Self.places(rows) == [whole(1, 0), whole(1, 0), whole(2, 2), whole(2, 2), whole(3, 4)])
  }

  @Test func `rows of a run that are not neighbours are several measurements of it, and rows keep their numbers`()
    throws
  {
    let bench = IngestBench()
    let (report, rows) = try bench.ingest(
      IngestBench.input(
        6, [("task", texts("a", "b", "a", "a", "b", "a")), ("layer_name", texts("x", "x", "y", "z", "y", "w"))]),
      columns: ["run_id", "observation_id", "task", "layer_name", "example_id"])
    #expect(report.append.runs == 2 && report.observations == 5)
    #expect(Self.places(rows) == [whole(1, 0), whole(2, 1), whole(1, 2), whole(1, 2), whole(2, 4), whole(1, 5)])
    #expect(rows.map { $0[4] } == whole(0, 1, 2, 3, 4, 5))
    #expect(rows.map { $0[3] } == texts("x", "x", "y", "z", "y", "w"))
  }

  @Test func `a layer that comes again begins another measurement`() throws {
    let bench = IngestBench()
    let (report, rows) = try bench.ingest(
      IngestBench.input(5, [("task", texts("a", "a", "a", "a", "a")), ("layer_name", texts("x", "y", "x", "y", "x"))]))
    #expect(report.append.runs == 1 && report.observations == 3)
    #expect(Self.places(rows) == [whole(1, 0), whole(1, 0), whole(1, 2), whole(1, 2), whole(1, 4)])
  }

  @Test func `rows without names of layers are one measurement each, and alike rows are noted`() throws {
    let bench = IngestBench()
    let (alike, rows) = try bench.ingest(IngestBench.input(3, [("task", texts("a", "a", "a"))]))
    #expect(alike.append.runs == 1 && alike.observations == 3)
    #expect(rows.map { $0[2] } == texts("layer", "layer", "layer"))
    #expect(alike.preview.warnings.count == 1 && alike.preview.warnings[0].description.contains("2 of 3 rows share"))
    let (apart, _) = try bench.ingest(IngestBench.input(3, [("trial", whole(1, 2, 3))]))
    #expect(apart.append.runs == 3 && apart.notes.isEmpty)
    let (bare, _) = try bench.ingest(IngestBench.input(1, []))
    #expect(bare.append.runs == 1 && bare.notes.isEmpty)
  }

  @Test func `another condition is another measurement of the same run`() throws {
    let bench = IngestBench()
    let (report, rows) = try bench.ingest(
      IngestBench.input(
        4,
        [
          ("task", texts("a", "a", "a", "a")), ("layer_name", texts("x", "y", "z", "w")),
          ("unit_fraction", [.null, .real(0.5), .real(0.5), .integer(1)]),
          ("noise_sd", [.null, .integer(2), .integer(2), .null]),
          ("observation_seed", [.null, .integer(7), .integer(7), .null]),
        ]), columns: ["run_id", "observation_id", "unit_fraction", "noise_sd", "observation_seed"])
    #expect(report.append.runs == 1 && report.observations == 3)
    #expect(rows[0] == [.integer(1), .integer(0), .real(1), .real(0), .null])
    #expect(rows[2] == [.integer(1), .integer(1), .real(0.5), .real(2), .integer(7)])
    #expect(rows[3] == [.integer(1), .integer(3), .real(1), .real(0), .null])
  }

  @Test func `named fields tell runs apart, and the others must not differ within a run`() throws {
    let bench = IngestBench()
    let columns = [
      ("trial", whole(1, 1, 2, 2)), ("task", texts("a", "a", "a", "a")), ("layer_name", texts("x", "y", "x", "y")),
    ]
    #expect(try bench.ingest(IngestBench.input(4, columns), runFields: ["trial"]).report.append.runs == 2)
    let error = refusal(.invalidData) {
      _ = try bench.ingest(IngestBench.input(4, columns), runFields: ["task"])
    }
    #expect(error?.place == "row 3, field trial" && error?.found == "'2'")
    let unknown = refusal(.usage) {
      _ = try bench.ingest(IngestBench.input(4, columns), runFields: ["trail"])
    }
    #expect(unknown?.mend == "did you mean 'trial'?")
  }

  @Test func `positions come from the array or from a column`() throws {
    let bench = IngestBench()
    let (_, rows) = try bench.ingest(
      IngestBench.input(3, [("layer_name", texts("x", "y", "z"))], positions: [.early, nil, .deep]),
      columns: ["layer_position"])
    #expect(rows == [texts("early"), texts("-"), texts("deep")])
    let (_, others) = try bench.ingest(
      IngestBench.input(3, [("layer_name", texts("x", "y", "z")), ("layer_position", texts("deep", "-", "middle"))]),
      columns: ["layer_position"])
    #expect(others == [texts("deep"), texts("-"), texts("middle")])
  }

  @Test func `the published index columns are left out when they say nothing`() throws {
    let bench = IngestBench()
    let (_, rows) = try bench.ingest(
      IngestBench.input(
        2, [("start_idxs", whole(0, 0)), ("end_idxs", whole(2, 2)), ("layer_name", texts("x", "y"))]),
      columns: ["run_id"])
    #expect(rows == [whole(1), whole(1)])
    let (_, kept) = try bench.ingest(
      IngestBench.input(2, [("start_idxs", whole(0, 1)), ("layer_name", texts("x", "y"))]), columns: ["start_idxs"])
    #expect(kept == [whole(0), whole(1)])
  }

  @Test(arguments: [
    ("unit_fraction", MetadataValue.real(0)), ("unit_fraction", .real(1.5)), ("unit_fraction", .text("half")),
    ("noise_sd", .real(-1)), ("noise_sd", .real(.infinity)), ("observation_seed", .real(0.5)),
    ("layer_position", .text("top")), ("layer_position", .integer(1)), ("example_id", .integer(1)),
    ("run_id", .integer(1)), ("layer_set_id", .integer(1)), ("rowid", .integer(1)), ("two words", .integer(1)),
    ("rate", .real(.nan)), ("batch_size", .text("big")),
  ])
  func `a value or a name that cannot be is refused with its row and field, and makes no store`(
    name: String, value: MetadataValue
  ) throws {
    let bench = IngestBench()
    let input = IngestBench.input(2, [(name, [.null, value]), ("layer_name", texts("x", "y"))])
    let error = refusal(.invalidData) { _ = try bench.ingest(input) }
    #expect(error?.place?.contains("field \(name)") == true)
    #expect(TestFiles.names(in: bench.path).isEmpty)
  }

  @Test(arguments: [
    [("rowid", MetadataValue.integer(1))], [("OID", .text("a"))], [("_rowid_", .null)], [("Run_Id", .integer(1))],
    [("Layer_Name", .text("a"))], [("task", .text("a")), ("Task", .text("b"))], [("batch_size", .text("big"))],
  ])
  func `what cannot be a field is refused with its file before a value is read`(
    columns: [(String, MetadataValue)]
  ) throws {
    let bench = IngestBench()
    let input = IngestInput(
      source: "values.npy", metadataSource: "rows.csv",
      values: NumPyArray(
        name: "X", type: NumPyType(kind: .float, byteCount: 8, isBigEndian: false), shape: [1, 2, 1],
        isFortranOrder: false, payload: UnreadBytes(byteCount: 16)),
      statistics: ["mine"], epochs: [0, 5], positions: nil,
      columns: columns.map { MetadataColumn(name: $0.0, values: [$0.1]) })
    let error = refusal(.invalidData) { _ = try bench.ingest(input) }
    #expect(error?.file == "rows.csv", "\(String(describing: error))")
    #expect(error?.place?.contains("field") == true)
  }

  @Test func `names that differ in case only are refused, and so are columns of another length`() throws {
    let bench = IngestBench()
    for (first, second) in [("task", "Task"), ("lab", "LAB"), ("lab", "lab")] {
      let input = IngestBench.input(2, [(first, texts("a", "b")), (second, texts("c", "d"))])
      let error = refusal(.invalidData) { _ = try bench.ingest(input) }
      #expect(error?.description.contains(second) == true)
    }
    for name in ["task", "layer_name", "unit_fraction"] {
      let error = refusal(.invalidData) { _ = try bench.ingest(IngestBench.input(2, [(name, whole(1, 1, 1))])) }
      #expect(error?.place == "field \(name)" && error?.found == "3")
    }
    #expect(TestFiles.names(in: bench.path).isEmpty)
  }
}
