// MetadataJoinTests.swift -- columns of a table come to the runs that its rows are about.

import Base
import Glibc
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

struct MetadataJoinTests {
  /// A store of five runs that `dt` tells apart.
  private static func store(_ bench: IngestBench) throws -> TrajectoryStore {
    _ = try Ingest.run(
      IngestBench.input(5, [("dt", whole(0, 1, 2, 3, 4)), ("age", whole(20, 21, 22, 23, 24))]),
      into: bench["s.engram"], options: IngestOptions())
    return try TrajectoryStore(opening: bench["s.engram"])
  }

  private static func join(
    _ text: String, by: [String], _ bench: IngestBench, _ store: TrajectoryStore
  ) throws -> MetadataJoin.Report {
    bench.write(text, to: "t.csv")
    return try MetadataJoin(source: bench["t.csv"], by: by, overwrites: true).run(on: store)
  }

  @Test func `a table with the index of pandas and with other names is joined column by column`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let report = try Self.join(
      ",Größe in cm,dt,age\n0,1.5,4,54\n1,2.5,3,53\n2,3.5,1,51\n", by: ["dt"], bench, store)
    #expect(report.notes.count == 2 && report.notes.contains { $0.contains("as pandas writes its index") })
    #expect(report.notes.contains(#"the column "Größe in cm" is the field Gr_e_in_cm"#))
    #expect(
      try store.snapshot().runs(fields: ["dt", "age", "Gr_e_in_cm"]).rows == [
        [.integer(0), .integer(20), .null], [.integer(1), .integer(51), .real(3.5)],
        [.integer(2), .integer(22), .null], [.integer(3), .integer(53), .real(2.5)],
        [.integer(4), .integer(54), .real(1.5)],
      ])
  }

  @Test func `run_id names runs where it is asked for, and is that of a tracker elsewhere`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let ids = try store.snapshot().runs().ids
    let report = try Self.join("run_id,lab\n\(ids[1]),Bern\n\(ids[3]),Basel\n", by: ["run_id"], bench, store)
    #expect(report.edit.runsChanged == 2 && report.runsWithoutRow == 3 && report.notes == [])
    #expect(
      try store.snapshot().runs(fields: ["lab"]).rows.map { $0[0] }
        == [.null, .text("Bern"), .null, .text("Basel"), .null])
    let other = try Self.join("dt,run_id\n0,4f2a\n", by: ["dt"], bench, store)
    #expect(other.edit.newFields == [MetadataField(name: "tracker_run", type: .text)] && other.notes.count == 1)
  }

  @Test func `a run_id whose values only a tracker has is that of the tracker, and one that may be either is said`()
    throws
  {
    let bench = IngestBench()
    let store = try Self.store(bench)
    _ = try Self.join("dt,tracker_run\n0,2\n1,1\n2,30\n", by: ["dt"], bench, store)
    let far = try Self.join("run_id,lab\n2,Bern\n30,Basel\n", by: ["run_id"], bench, store)
    #expect(far.notes == ["the column 'run_id' holds values of the field tracker_run, by which runs are found"])
    #expect(
      try store.snapshot().runs(fields: ["lab"]).rows.map { $0[0] } == [
        .text("Bern"), .null, .text("Basel"), .null, .null,
      ])
    let near = try Self.join("run_id,rig\n2,a\n", by: ["run_id"], bench, store)
    #expect(near.notes.count == 1 && near.notes[0].hasPrefix("the column 'run_id' numbers the runs of the store"))
    #expect(
      try store.snapshot().runs(fields: ["rig"]).rows.map { $0[0] } == [.null, .text("a"), .null, .null, .null])
  }

  @Test func `whole numbers of a column with gaps are those of runs, and others are not`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    let report = try Self.join("dt,age\n1.0,51.0\n,7.0\n3.0,\n", by: ["dt"], bench, store)
    #expect(report.edit.runsChanged == 1)
    #expect(try store.snapshot().runs(fields: ["age"]).rows[1] == [.integer(51)])
    refusal(.invalidData) { _ = try Self.join("dt,age\n1,51.5\n", by: ["dt"], bench, store) }
  }

  @Test func `a whole number that a real does not hold is refused for a field of reals`() throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    _ = try Self.join("dt,dose\n0,1.5\n", by: ["dt"], bench, store)
    let error = refusal(.invalidData) {
      _ = try Self.join("dt,dose\n1,9007199254740993\n", by: ["dt"], bench, store)
    }
    #expect(error?.expected == "a number that a real holds exactly")
  }

  @Test func `a value that came while a join waited for its turn is not replaced unasked`() async throws {
    let bench = IngestBench()
    let store = try Self.store(bench)
    bench.write("dt,lab\n0,Bern\n", to: "t.csv")
    let join = MetadataJoin(source: bench["t.csv"], by: ["dt"])
    let run = try store.snapshot().runs().ids[0]
    var waiting: Task<EngramError?, Never>?
    try store.write("hold") { (session) throws(EngramError) in
      waiting = Task.detached { () -> EngramError? in
        do throws(EngramError) { _ = try join.run(on: store) } catch { return error }
        return nil
      }
      // It has asked by now, and waits.
      usleep(500_000)
      _ = try session.correct(
        Correction(
          edits: [RunEdit(run: run, values: ["lab": .text("Basel")])],
          newFields: [MetadataField(name: "lab", type: .text)]), operation: "edit", message: "labs")
    }
    let error = await waiting?.value
    #expect(error?.code == .exists && error?.found == "'Bern'")
    #expect(try store.snapshot().runs(fields: ["lab"]).rows[0] == [.text("Basel")])
  }
}
