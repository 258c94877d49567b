// CommitTests.swift -- commits are all or nothing, numbered, durable and seen only when they are done.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

struct CommitTests {
  private struct Boom: Error {}

  @Test func `the commit log numbers every write and says how many examples there were`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let commits = try catalog.look { try $0.commits() }
    #expect(commits.map(\.id) == [1, 2])
    #expect(commits.map(\.exampleEnd) == [8, 10])
    #expect(commits.map(\.operation) == ["append", "append"])
    #expect(commits.map(\.message) == ["3 runs", "1 runs"])
    #expect(commits.allSatisfy { $0.time.utf8.count == 24 && $0.time.hasSuffix("Z") && $0.time.hasPrefix("2") })
    try catalog.look { reader throws in
      #expect(try reader.latestCommit() == commits[1])
      #expect(try reader.commit(1) == commits[0])
      #expect(throws: EngramError.self) { try reader.commit(3) }
      #expect(try reader.exampleEnd(asOf: 1) == 8)
      #expect(try reader.examples(where: nil, asOf: 1).ids == Array(0..<8))
    }
  }

  @Test func `a thrown error leaves nothing of the commit`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let dump = { try catalog.rows("SELECT * FROM example") + catalog.rows("SELECT * FROM commit_log") }
    let before = try dump()
    let error = #expect(throws: EngramError.self) {
      try catalog.commit("append", "fails") { writer throws in
        try writer.addFields([MetadataField(name: "lab", type: .text)])
        let run = try writer.addRun(Sample.values("a", "b") + [.text("c")])
        let set = try writer.layerSet(for: [Sample.untold])
        let ids = try writer.addObservation(run: run, layerSet: set)
        _ = try writer.addStaged(Sample.segment(ids.lowerBound, 1), values: [UInt8](repeating: 1, count: 8))
        throw EngramError(.cancelled, "stop")
      }
    }
    #expect(error?.code == .cancelled)
    #expect(try dump() == before)
    try catalog.look { reader throws in
      #expect(try reader.fields().count == 6)
      #expect(try reader.counts().layerSets == 3)
      #expect(try reader.check().problems.isEmpty)
    }
    // And the catalog goes on working, with the number that the failed commit would have had.
    try Sample.append(catalog, [(Sample.values("x", "y"), [Sample.untold])])
    #expect(try catalog.look { try $0.latestCommit() }?.id == 3)
  }

  @Test func `a reader keeps its snapshot while another connection commits`() throws {
    let scratch = TemporaryFolder()
    let writer = try Sample.filled(scratch)
    let reader = try Catalog(in: scratch.directory, access: .read)
    try reader.look { snapshot throws in
      #expect(try snapshot.examples(where: nil).count == 10)
      try Sample.append(writer, [(Sample.values("cifar10", "new"), [Sample.early])])
      #expect(try snapshot.examples(where: nil).count == 10)
      #expect(try snapshot.examples(where: "architecture = 'new'").isEmpty)
      #expect(try snapshot.examples(where: "architecture = 'new' AND layer_name = 'conv1'").isEmpty)
      #expect(try snapshot.commits().count == 2)
    }
    #expect(try reader.ids("architecture = 'new'") == [10])
  }

  @Test func `a field added by another connection is seen at the next read`() throws {
    let scratch = TemporaryFolder()
    let writer = try Sample.filled(scratch)
    let reader = try Catalog(in: scratch.directory, access: .read)
    #expect(try reader.ids("task = 'cifar10'").count == 5)
    try writer.commit("field", "") { writer throws in
      try writer.addFields([MetadataField(name: "lab", type: .text)])
    }
    #expect(try reader.ids("task = 'cifar10' AND lab IS NULL").count == 5)
    #expect(try reader.look { try $0.fields() }.last?.name == "lab")
  }

  @Test func `a writer reads what it has written, and others do not yet`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let other = try Catalog(in: scratch.directory, access: .read)
    try catalog.commit("append", "") { writer throws in
      #expect(writer.commitID == 3)
      #expect(writer.nextExample == 10)
      let run = try writer.addRun(Sample.values("new", "new"))
      try writer.addObservation(run: run, layerSet: writer.layerSet(for: [Sample.early, Sample.deep]))
      try writer.addSegment(Sample.segment(10, 2))
      #expect(try writer.examples(where: "task = 'new'").ids == [10, 11])
      #expect(try writer.extents().count == 3)
      #expect(try other.ids("task = 'new'") == [])
    }
    #expect(try other.ids("task = 'new'") == [10, 11])
  }

  @Test func `observations without values, and values without observations, are not committed`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let missing = #expect(throws: EngramError.self) {
      try catalog.commit("append", "") { writer throws in
        let run = try writer.addRun(Sample.values("a", "b"))
        try writer.addObservation(run: run, layerSet: writer.layerSet(for: [Sample.deep]))
      }
    }
    #expect(missing?.code == .invalidData)
    let surplus = #expect(throws: EngramError.self) {
      try catalog.commit("append", "") { writer throws in
        try writer.addSegment(Sample.segment(10, 1))
      }
    }
    #expect(surplus?.code == .invalidData)
    #expect(try catalog.look { try $0.latestCommit() }?.id == 2)
  }

  @Test func `two writers at once: the second waits, then says that another is writing`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let second = try Catalog(in: scratch.directory, access: .readWrite)
    try catalog.commit("note", "") { _ in
      let error = #expect(throws: EngramError.self) { try second.commit("note", "") { _ in } }
      #expect(error?.code == .busy)
    }
    try second.commit("note", "now") { _ in }
    #expect(try catalog.look { try $0.latestCommit() }?.message == "now")
  }
}
