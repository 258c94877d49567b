// HiddenRunTests.swift -- a batch that brings runs which are hidden in the store is asked about, and never makes a copy of them.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct HiddenRunTests {
  private static let table = "animal,learning_rule,epoch,m\nM1,a,0,1\nM1,a,1,2\nM2,b,0,3\nM2,b,1,4\n"

  /// A store of the table whose run of M2 is hidden.
  private static func store(_ bench: IngestBench) throws -> TrajectoryStore {
    bench.write(table, to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(
      into: bench["s.engram"], options: IngestOptions(runFields: ["animal"]))
    let store = try TrajectoryStore(opening: bench["s.engram"])
    _ = try store.hide(where: "animal = 'M2'")
    return store
  }

  private static func take(_ bench: IngestBench, _ repeats: RepeatPolicy) throws -> IngestReport {
    try IngestRequest(source: bench["t.csv"]).ingest(
      into: bench["s.engram"], options: IngestOptions(repeats: repeats))
  }

  @Test(arguments: [RepeatPolicy.ask, .update, .measurements])
  func `runs that are hidden are refused, with what can be done`(repeats: RepeatPolicy) throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    bench.write(Self.table.replacing("b,0,3", with: "b,0,7"), to: "t.csv")
    let error = refusal(.exists) { _ = try Self.take(bench, repeats) }
    #expect(error?.message == "runs of this input are hidden in the store" && error?.place == "row 3")
    #expect(error?.found == "1 of 2 runs, in the store as run_id 2")
    let preview = try IngestRequest(source: bench["t.csv"]).preview(
      into: bench["s.engram"], options: IngestOptions(repeats: repeats))
    #expect(preview.refusal?.message == error?.message)
    #expect(try store.snapshot().commit == 2)
  }

  @Test func `shown again, they are corrected as any other`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    bench.write(Self.table.replacing("b,0,3", with: "c,0,7").replacing("b,1", with: "c,1"), to: "t.csv")
    _ = try store.unhide(where: "animal = 'M2'")
    let report = try Self.take(bench, .update)
    #expect(report.preview.correction?.replaced == 1 && report.preview.correction?.kept == 1)
    let snapshot = try store.snapshot()
    #expect(snapshot.exampleCount == 2)
    #expect(try snapshot.runs(fields: ["animal", "learning_rule"]).rows[1] == [.text("M2"), .text("c")])
  }

  @Test(arguments: [RepeatPolicy.ask, .update])
  func `hidden runs under another name are told by their trajectories`(repeats: RepeatPolicy) throws {
    let bench = IngestBench()
    _ = try Self.store(bench)
    bench.write("animal,learning_rule,epoch,m\nM4,b,0,3\nM4,b,1,4\n", to: "t.csv")
    let error = refusal(.exists) { _ = try Self.take(bench, repeats) }
    #expect(error?.message == "trajectories of this input are hidden in the store" && error?.place == "row 1")
    #expect(error?.found == "1 of 1 rows are bit for bit those of hidden examples, the first of example 1")
    let preview = try IngestRequest(source: bench["t.csv"]).preview(
      into: bench["s.engram"], options: IngestOptions(repeats: repeats))
    #expect(preview.refusal?.message == error?.message)
  }

  @Test func `what a correction has replaced is hidden, and comes back by another`() throws {
    let bench = IngestBench()
    bench.write(Self.table, to: "t.csv")
    _ = try IngestRequest(source: bench["t.csv"]).ingest(
      into: bench["s.engram"], options: IngestOptions(runFields: ["animal"]))
    bench.write(Self.table.replacing("b,0,3", with: "b,0,7"), to: "t.csv")
    #expect(try Self.take(bench, .update).preview.correction?.replaced == 1)
    bench.write(Self.table, to: "t.csv")
    #expect(try Self.take(bench, .update).preview.correction?.replaced == 1)
    #expect(try TrajectoryStore(opening: bench["s.engram"]).snapshot().exampleCount == 2)
  }

  @Test func `the same content is refused, and said to be hidden`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    _ = try store.unhide(where: "animal = 'M2'")
    bench.write("animal,learning_rule,epoch,m\nM3,b,0,8\nM3,b,1,9\n", to: "t.csv")
    _ = try Self.take(bench, .ask)
    _ = try store.hide(commit: try store.snapshot().commit)
    let error = refusal(.exists) { _ = try Self.take(bench, .ask) }
    #expect(error?.message == "runs of this input are hidden in the store")
  }

  @Test func `as further runs they come in beside the hidden ones, with numbers of their own`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    bench.write("animal,learning_rule,epoch,m\nM2,b,0,5\nM2,b,1,6\n", to: "t.csv")
    #expect(try Self.take(bench, .newRuns).append.runs == 1)
    #expect(try store.snapshot().runs(fields: ["animal", "replicate"]).rows.last == [.text("M2"), .integer(2)])
    _ = try store.unhide(where: "run_id = 2")
    // Both are told apart, so neither hides the other.
    #expect(
      try store.snapshot().runs(fields: ["animal", "replicate"]).rows.map { $0[1] } == [.null, .null, .integer(2)])
    #expect(try store.verify().problems.isEmpty)
  }
}
