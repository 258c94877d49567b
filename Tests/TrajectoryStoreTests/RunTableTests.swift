// RunTableTests.swift -- fields of runs as of a commit, and reads inside reads of one store.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct RunTableTests {
  @Test func `fields of runs come as of the snapshot, for all runs or for some`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(2, to: store, metadata: ["lab": .text("north"), "batch_size": .integer(5)], seed: 1)
    let early = try store.snapshot()
    try Made.append(2, to: store, metadata: ["rate": .real(0.5)], seed: 2)
    let late = try store.snapshot()
    let names = MetadataField.standard.map(\.name) + ["lab", "rate"]
    #expect(try late.fields().map(\.name) == names)
    let table = try late.runs(fields: ["Rate", "lab"])
    #expect(table.fields.map(\.name) == ["rate", "lab"])
    #expect(table.ids == [1, 2])
    #expect(table.rows == [[.null, .text("north")], [.real(0.5), .null]])
    #expect(table[run: 2] == [.real(0.5), .null])
    #expect(table[run: 0] == nil && table[run: 3] == nil)
    #expect(try early.runs(fields: ["lab"]).rows == [[.text("north")]])
    #expect(try late.runs(ids: [2, 77]).ids == [2])
    #expect(try late.runs(ids: []).ids.isEmpty)
    let error = #expect(throws: EngramError.self) { try late.runs(fields: ["labs"]) }
    #expect(error?.code == .usage)
  }

  @Test func `a filter runs and matrices are filled while a query gives its rows`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    for seed in 1...3 as ClosedRange<UInt64> { try Made.append(2, to: store, seed: seed) }
    let snapshot = try store.snapshot()
    var found: [Int] = []
    try store.query("SELECT run_id FROM run ORDER BY run_id", header: { _ in }) { (row) throws(EngramError) in
      found.append(try snapshot.examples(where: "run_id = \(row[0])").count)
      try store.query("SELECT count(*) FROM example", header: { _ in }) { found.append(Int($0[0].description) ?? -1) }
    }
    #expect(found == [2, 6, 2, 6, 2, 6])
  }
}
