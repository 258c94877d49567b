// IngestTests.swift -- files become stores: all of it or nothing, bit for bit, and the same content once.

import Base
import Formats
import Foundation
import Synchronization
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct IngestTests {
  private static let digits = Fixtures.path("digits_dataset.pkl")

  @Test func `the bundled data set: every run, statistic and bit, and row numbers are example ids`() throws {
    let bench = IngestBench()
    let report = try IngestRequest(source: Self.digits).ingest(into: bench["d.engram"])
    #expect(report.append.examples == 0..<1_632 && report.append.runs == 240 && report.statistics.count == 45)
    let store = try TrajectoryStore(opening: bench["d.engram"])
    let snapshot = try store.snapshot()
    #expect(try snapshot.finiteStatistics(of: snapshot.allExamples) == Statistic.publishedNames)
    let dataset = try PublishedDataset(PickleFile.read(path: Self.digits), file: Self.digits)
    var blocks = try ExampleBlocks(dataset.trajectories, file: Self.digits)
    var values: [UInt8] = []
    #expect(try blocks.next(atMost: 1_632, into: &values) == 1_632)
    let columns = FeatureColumns(statistics: report.statistics, epochs: report.epochs, order: .bySample)
    var stored = Matrix(elementType: report.elementType)
    try snapshot.materialize(snapshot.allExamples, columns, into: &stored)
    #expect(bytes(of: stored) == Array(values[..<(1_632 * blocks.bytesPerExample)]))
    // Metadata stand in the rows they had.
    for column in dataset.metadata where !["start_idxs", "end_idxs"].contains(column.name) {
      var found: [MetadataValue] = []
      try snapshot.metadata(of: snapshot.allExamples, columns: [column.name]) { found.append($1[0]) }
      #expect(found == column.values, "\(column.name)")
    }
    #expect(try store.verify().problems.isEmpty)
  }

  @Test func `the same content is refused, also from another format, and taken in when forced`() throws {
    let bench = IngestBench()
    let input = IngestBench.input(4, [("task", texts("a", "a", "b", "b")), ("layer_name", texts("x", "y", "x", "y"))])
    _ = try Ingest.run(input, into: bench["s.engram"], options: IngestOptions())
    let error = refusal(.exists) { _ = try Ingest.run(input, into: bench["s.engram"], options: IngestOptions()) }
    #expect(
      error?.found?.hasPrefix("examples 0 to 3, from rows at 2") == true
        && error?.mend?.description.contains("`repeats: .measurements`") == true)
    let store = try TrajectoryStore(opening: bench["s.engram"])
    #expect(try store.snapshot().commit == 1 && store.verify().leftovers.isEmpty)
    let again = try Ingest.run(input, into: bench["s.engram"], options: IngestOptions(repeats: .measurements))
    #expect(again.append.examples == 4..<8)
    // The same trajectories with other metadata are most likely a correction.
    let corrected = IngestBench.input(
      4, [("task", texts("a", "a", "b", "c")), ("layer_name", texts("x", "y", "x", "y"))])
    let other = refusal(.exists) { _ = try Ingest.run(corrected, into: bench["s.engram"], options: IngestOptions()) }
    #expect(other?.found?.contains("task of row 4 is 'c' and was 'b'") == true)
    let preview = try Ingest.preview(corrected, into: bench["s.engram"], options: IngestOptions())
    #expect(preview.storedTrajectories == 4 && preview.refusal == other)
    #expect(try store.snapshot().exampleCount == 8)
    // A merged store remembers what it brought.
    let merged = try TrajectoryStore.create(at: bench["o.engram"])
    _ = try merged.merge([store.path])
    refusal(.exists) { _ = try Ingest.run(input, into: merged.path, options: IngestOptions()) }
    #expect(try merged.verify().problems.isEmpty)
  }

  @Test func `an ingest that fails leaves no new store, and an old one as it was`() throws {
    let bench = IngestBench()
    let wrong: [(IngestInput, EngramError.Code)] = [
      (IngestBench.input(2, [("batch_size", texts("x", "y"))]), .invalidData),
      (IngestBench.input(2, [], statistics: ["a", "a"]), .invalidData),
      (
        IngestInput(
          source: "rows", values: IngestBench.input(2, []).parts[0].values, statistics: ["a"], epochs: [0, 1],
          positions: nil,
          columns: []), .invalidData
      ),
      (
        IngestInput(
          source: "rows", values: IngestBench.input(2, []).parts[0].values, statistics: ["a", "b"], epochs: [0],
          positions: nil,
          columns: []), .invalidData
      ),
    ]
    for (input, code) in wrong {
      refusal(code) { _ = try Ingest.run(input, into: bench["new.engram"], options: IngestOptions()) }
      #expect(TestFiles.names(in: bench.path).filter { $0.hasPrefix("new") }.isEmpty)
    }
    let old = try Ingest.run(IngestBench.input(3, []), into: bench["old.engram"], options: IngestOptions())
    for (input, code) in wrong {
      refusal(code) { _ = try Ingest.run(input, into: bench["old.engram"], options: IngestOptions()) }
    }
    let store = try TrajectoryStore(opening: bench["old.engram"])
    #expect(try store.snapshot().exampleCount == 3 && store.snapshot().commit == old.append.commit)
    #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty)
    refusal(.notFound) { _ = try IngestRequest(source: bench["none.pkl"]).ingest(into: bench["x.engram"]) }
    #expect(!TrajectoryStore.exists(at: bench["x.engram"]))
  }

  /// Counts questions, and says yes from the n-th on.
  private final class Patience: Sendable {
    private let asked = Mutex(0)
    private let limit: Int
    init(_ limit: Int) { self.limit = limit }
    var count: Int { asked.withLock { $0 } }
    var isOver: Bool {
      asked.withLock {
        $0 += 1
        return $0 > limit
      }
    }
  }

  @Test func `an ingest that is stopped at any question leaves no new store, and an old one as it was`() throws {
    func ingest(into store: String, _ patience: Patience) throws {
      _ = try IngestRequest(source: Self.digits).ingest(
        into: store, options: IngestOptions(write: WriteOptions(work: WorkContext(isCancelled: { patience.isOver }))))
    }
    let (whole, endless) = (IngestBench(), Patience(.max))
    try ingest(into: whole["whole.engram"], endless)
    let questions = endless.count
    var limits = Set(0..<min(9, questions))
    limits.formUnion(stride(from: 0, to: questions, by: max(1, questions / 16)))
    limits.formUnion(max(0, questions - 6)..<questions)
    for limit in limits.sorted() {
      let bench = IngestBench()
      _ = try Ingest.run(IngestBench.input(3, []), into: bench["old.engram"], options: IngestOptions())
      for name in ["new.engram", "old.engram"] {
        let error = #expect(throws: EngramError.self) { try ingest(into: bench[name], Patience(limit)) }
        #expect(error?.code == .cancelled, "\(limit) of \(questions)")
        // Before the store is opened it is the file of which no more is read.
        let outcome = name == "new.engram" ? "no store was made" : "the store is as it was before"
        #expect(
          error?.message == "the ingest was stopped; \(outcome)"
            || error?.message == "reading was stopped" && limit < questions / 2, "\(limit) of \(questions)")
      }
      #expect(!TrajectoryStore.exists(at: bench["new.engram"]))
      let store = try TrajectoryStore(opening: bench["old.engram"])
      #expect(try store.snapshot().exampleCount == 3)
      #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty)
    }
  }

  @Test func `recordings of one's own: 42 of the 45 statistics, new fields, an unknown learning rule`() throws {
    let bench = IngestBench()
    let statistics = Array(Statistic.publishedNames.prefix(42))
    let count = 24 * 21 * 42
    let values = (0..<count).map { $0 % 997 == 5 ? Float.nan : Float($0) / 7 }
    bench.writeNpy(values, shape: [24, 21, 42], to: "trials.npy")
    var table = "trial,learning_rule,subject,rate,layer_name\n"
    for row in 0..<24 {
      table += "\(row / 2),unknown,\(row % 3 == 0 ? "" : "m\(row / 2)"),0.\(row / 2 + 1),\(row % 2 == 0 ? "a" : "b")\n"
    }
    bench.write(table, to: "trials.csv")
    bench.write(statistics.joined(separator: "\n") + "\n", to: "names.txt")
    _ = try IngestRequest(source: Self.digits).ingest(into: bench["s.engram"])
    let request = IngestRequest(
      source: bench["trials.npy"], metadata: bench["trials.csv"], statistics: bench["names.txt"], epochs: "0:100:5")
    let report = try request.ingest(into: bench["s.engram"])
    #expect(report.append.examples == 1_632..<1_656 && report.elementType == .float32)
    let snapshot = try TrajectoryStore(opening: bench["s.engram"]).snapshot()
    let own = try snapshot.examples(where: "learning_rule = 'unknown'")
    #expect(own.ranges == [1_632..<1_656])
    #expect(try snapshot.examples(where: "trial = 3 AND rate > 0.3").count == 2)
    #expect(try snapshot.examples(where: "trial IS NULL").count == 1_632)
    let columns = FeatureColumns(statistics: statistics, epochs: report.epochs, order: .bySample)
    var stored = Matrix()
    try snapshot.materialize(own, columns, into: &stored)
    #expect(values.indices.allSatisfy { stored.float32[$0].bitPattern == values[$0].bitPattern })
    // Both data sets together: what all have, and the three statistics that the recordings lack.
    #expect(try snapshot.select(snapshot.allExamples, statistics: .all).columns.statistics == statistics)
    let lacking = refusal(.notFound) {
      _ = try snapshot.select(snapshot.allExamples, statistics: .names(["gradavgabs_id"]))
    }
    #expect(lacking?.message.contains("24 of the selected examples") == true)
    // A later table whose column has another type is refused.
    bench.write(
      table.split(separator: "\n").enumerated().map { $0 == 0 ? String($1) : "t\($1)" }.joined(separator: "\n"),
      to: "trials.csv")
    let conflict = refusal(.invalidData) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(conflict?.place == "row 1, field trial" && conflict?.found == "'t0'")
    #expect(try snapshot.store.snapshot().commit == report.append.commit)
  }

  @Test func `a mapping that gives two columns one name is refused`() throws {
    let bench = IngestBench()
    bench.writeNpy([1, 2], shape: [2, 1, 1], to: "a.npy")
    bench.write("task,rule\na,b\nc,d\n", to: "a.csv")
    let request = IngestRequest(
      source: bench["a.npy"], metadata: bench["a.csv"], statistics: "s", epochs: "0", map: ["task": "rule"])
    let error = refusal(.invalidData) { _ = try request.ingest(into: bench["s.engram"]) }
    #expect(error?.description.contains("task") == true)
    let unknown = refusal(.usage) {
      _ = try IngestRequest(
        source: bench["a.npy"], metadata: bench["a.csv"], statistics: "s", epochs: "0", map: ["lab": "rul"]
      ).ingest(into: bench["s.engram"])
    }
    #expect(unknown?.mend == "did you mean 'lab=rule'?")
    #expect(!TrajectoryStore.exists(at: bench["s.engram"]))
  }

  @Test func `epochs that nobody names are counted, and those of the published file are known`() throws {
    let bench = IngestBench()
    let counted = try bench.ingest(IngestBench.input(2, [], epochs: nil)).report
    #expect(counted.epochs == [0, 1, 2] && counted.notes.contains { $0.contains("3 epochs") })
  }
}

/// A copy of the bytes of a matrix.
private func bytes(of matrix: borrowing Matrix) -> [UInt8] {
  unsafe matrix.bytes.withUnsafeBytes { unsafe Array($0) }
}
