// KnownRecordingTests.swift -- recordings that a store has already come again, under other labels or in another type.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct KnownRecordingTests {
  private static let header = "network,learning_rule,layer,epoch,m,v\n"
  private static let two = """
    n0,adam,conv1,0,0.5,1
    n0,adam,conv1,1,0.6,2
    n1,sgdm,conv1,0,0.1,1
    n1,sgdm,conv1,1,nan,3

    """

  private static func request(_ bench: IngestBench, _ rows: String, header: String = header) -> IngestRequest {
    bench.write(header + rows, to: "t.csv")
    return IngestRequest(source: bench["t.csv"])
  }

  private static func examples(_ bench: IngestBench) throws -> Int {
    try TrajectoryStore(opening: bench["s.engram"]).snapshot().allExamples.count
  }

  @Test func `stored runs under other labels are refused beside new ones, and further runs where that is said`() throws
  {
    let bench = IngestBench()
    _ = try Self.request(bench, Self.two).ingest(into: bench["s.engram"])
    let relabelled = Self.two.replacing("adam", with: "rmsprop") + "n2,adam,conv1,0,9,9\nn2,adam,conv1,1,8,8\n"
    let request = Self.request(bench, relabelled)
    let error = refusal(.exists) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(error?.found?.hasPrefix("1 of 3 are stored bit for bit, the first as example 0") ?? false)
    #expect(error?.found?.contains("learning_rule of row 1 is 'rmsprop' and was 'adam'") ?? false)
    #expect(try request.preview(into: bench["s.engram"]).refusal == error)
    #expect(try Self.examples(bench) == 2)
  }

  @Test func `a layer that does not learn and is the same in a new run is said`() throws {
    let bench = IngestBench()
    _ = try Self.request(bench, Self.two).ingest(into: bench["s.engram"])
    let rows = "n5,adam,conv1,0,0.5,1\nn5,adam,conv1,1,0.6,2\nn5,adam,fc,0,7,7\nn5,adam,fc,1,6,7\n"
    let request = Self.request(bench, rows)
    #expect(try request.preview(into: bench["s.engram"]).warnings.count == 1)
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.append.examples.count == 2)
    let warning = report.preview.warnings.first.map { "\($0)" } ?? ""
    #expect(warning.hasPrefix("1 of 2 rows are of runs that the store has not"))
  }

  @Test func `a value that never changes says nothing of a run`() throws {
    let bench = IngestBench()
    let header = "network,epoch,acc\n"
    _ = try Self.request(bench, "a,10,0.5\n", header: header).ingest(into: bench["s.engram"])
    let report = try Self.request(bench, "b,10,0.5\n", header: header).ingest(into: bench["s.engram"])
    #expect(report.append.runs == 1 && report.preview.warnings.isEmpty)
  }

  /// A store of three runs in float32 and one in float64, and the three as a table.
  private static func mixed(_ bench: IngestBench) throws -> String {
    bench.writeNpy([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], shape: [3, 2, 1], to: "a.npy")
    bench.write("network,learning_rule\na,adam\nb,adam\nc,sgd\n", to: "a.csv")
    _ = try IngestRequest(source: bench["a.npy"], metadata: bench["a.csv"], statistics: "m", epochs: "0,1")
      .ingest(into: bench["s.engram"])
    _ = try request(bench, "z,adam,0,0.5\nz,adam,1,0.75\n", header: "network,learning_rule,epoch,m\n")
      .ingest(into: bench["s.engram"])
    return "a,adam,0,0.1\na,adam,1,0.2\nb,adam,0,0.3\nb,adam,1,0.4\nc,sgd,0,0.5\nc,sgd,1,0.6\n"
  }

  private static func update(_ bench: IngestBench, _ rows: String) throws -> IngestReport {
    try request(bench, rows, header: "network,learning_rule,epoch,m\n")
      .ingest(into: bench["s.engram"], options: IngestOptions(repeats: .update))
  }

  @Test func `a table corrects float32 recordings of a store of several types`() throws {
    let bench = IngestBench()
    let rows = try Self.mixed(bench)
    let labels = try Self.update(bench, rows.replacing("sgd", with: "sgdm")).preview.correction
    #expect(labels?.kept == 3 && labels?.replaced == 0 && labels?.added == 0 && labels?.edit.runsChanged == 1)
    let report = try Self.update(bench, rows.replacing("sgd", with: "sgdm").replacing("1,0.6", with: "1,0.7"))
    #expect(report.preview.correction?.kept == 2 && report.preview.correction?.replaced == 1)
    #expect(
      report.notes.contains(
        "1 examples are stored as float32, as what they take the place of was, but where a value is beyond it"))
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    #expect(snapshot.allExamples.count == 4)
    #expect(snapshot.elementTypes(of: try snapshot.examples(where: "network <> 'z'")) == [.float32])
    let corrected = try snapshot.examples(where: "network = 'c'")
    var matrix = Matrix(elementType: .float32)
    try snapshot.materialize(
      corrected, FeatureColumns(statistics: ["m"], epochs: [0, 1], order: .bySample), into: &matrix)
    #expect(matrix.float32[0] == 0.5 && matrix.float32[1] == 0.7)
    #expect(try snapshot.store.verify().problems.isEmpty)
  }

  @Test func `a layer that comes beside corrected ones has their type, and lies with them`() throws {
    let bench = IngestBench()
    bench.writeNpy([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], shape: [3, 2, 1], to: "a.npy")
    bench.write("network,layer_name\na,u\nb,u\nc,u\n", to: "a.csv")
    _ = try IngestRequest(source: bench["a.npy"], metadata: bench["a.csv"], statistics: "m", epochs: "0,1")
      .ingest(into: bench["s.engram"])
    let header = "network,layer_name,epoch,m\n"
    _ = try Self.request(bench, "z,u,0,0.5\nz,u,1,0.75\n", header: header).ingest(into: bench["s.engram"])
    let rows = ["a", "b", "c"].map { "\($0),u,0,0.25\n\($0),u,1,0.9\n\($0),v,0,0.5\n\($0),v,1,0.7\n" }.joined()
    let report = try Self.request(bench, rows, header: header)
      .ingest(into: bench["s.engram"], options: IngestOptions(repeats: .update))
    #expect(report.preview.correction?.replaced == 3 && report.preview.correction?.added == 3)
    #expect(
      report.notes.contains(
        "3 examples are stored as float32, as what they take the place of was, but where a value is beyond it"))
    #expect(
      report.notes.contains(
        "3 new examples are stored as float32, as those of their runs are, but where a value is beyond it"))
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    #expect(snapshot.allExamples.count == 7)
    #expect(snapshot.elementTypes(of: try snapshot.examples(where: "network <> 'z'")) == [.float32])
    #expect(try snapshot.store.verify().problems.isEmpty)
  }

  @Test func `float32 recordings under other labels are known as numbers of a table`() throws {
    let bench = IngestBench()
    let rows = try Self.mixed(bench)
    let request = Self.request(
      bench, rows.replacing("adam", with: "adamw"), header: "network,learning_rule,epoch,m\n")
    refusal(.exists) { _ = try request.ingest(into: bench["s.engram"]) }
  }

  @Test func `text equals a stored NaN of any bits, and arrays equal those of the same bits`() throws {
    let bench = IngestBench()
    // 0 / 0 on x86, which no text spells.
    bench.writeNpy([0.5, Float(bitPattern: 0xFFC0_0000), 0.25], shape: [1, 3, 1], to: "a.npy")
    bench.writeNpy([0.5, .nan, 0.25], shape: [1, 3, 1], to: "b.npy")
    bench.write("network,learning_rule\na,adam\n", to: "a.csv")
    func array(_ name: String) -> IngestRequest {
      IngestRequest(source: bench[name], metadata: bench["a.csv"], statistics: "m", epochs: "0,1,2")
    }
    _ = try array("a.npy").ingest(into: bench["s.engram"])
    let rows = "a,rmsprop,0,0.5\na,rmsprop,1,nan\na,rmsprop,2,0.25\n"
    let request = Self.request(bench, rows, header: "network,learning_rule,epoch,m\n")
    let error = refusal(.exists) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(error?.message == "these trajectories are stored with other metadata")
    let update = try Self.update(bench, rows).preview.correction
    #expect(update?.kept == 1 && update?.replaced == 0 && update?.edit.runsChanged == 1)
    bench.write("network,learning_rule\nb,adam\n", to: "a.csv")
    #expect(try array("b.npy").ingest(into: bench["s.engram"]).append.runs == 1)
    #expect(try Self.examples(bench) == 2)
  }

  @Test func `content that was purged is not said to be hidden`() throws {
    let bench = IngestBench()
    let request = Self.request(bench, Self.two)
    _ = try request.ingest(into: bench["s.engram"])
    let store = try TrajectoryStore(opening: bench["s.engram"])
    _ = try store.hide(where: "network = 'n0'")
    _ = try store.purge(isTrial: false, options: WriteOptions()) { _, _ in PurgedUses() }
    let error = refusal(.exists) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(error?.found?.contains("1 of them purged") ?? false)
  }
}
