// ConcurrentReadTests.swift -- several readers of one catalog at once, and none that is left open.

import Base
import Catalog
import Glibc
import SQLite
import Synchronization
import TestSupport
import Testing
import TrajectoryModel

struct ConcurrentReadTests {
  /// The descriptors of this process that are open on files whose path begins so.
  private static func descriptors(in directory: String) -> Int {
    (0..<1_024).count { descriptor in
      var target = [CChar](repeating: 0, count: 4_096)
      let length = unsafe readlink("/proc/self/fd/\(descriptor)", &target, target.count)
      guard length > 0 else { return false }
      return String(decoding: target.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self).hasPrefix(directory)
    }
  }

  @Test func `a read inside a read sees the newest commit, and the outer one stays as it was`() throws {
    let scratch = TemporaryFolder()
    _ = try Sample.filled(scratch)
    let catalog = try Catalog(in: scratch.directory, access: .read)
    let writer = try Catalog(in: scratch.directory, access: .readWrite)
    try catalog.look { outer throws in
      #expect(try outer.latestCommit()?.id == 2)
      try Sample.append(writer, [(Sample.values("cifar10", "knet"), [Sample.early])])
      let inner = try catalog.look { inner throws in
        try catalog.look { innermost throws in try innermost.latestCommit()?.id == inner.latestCommit()?.id }
          ? try inner.latestCommit()?.id : nil
      }
      #expect(inner == 3)
      #expect(try outer.latestCommit()?.id == 2)
      #expect(try outer.examples(where: nil).count == 10)
    }
    #expect(try catalog.look { try $0.latestCommit()?.id } == 3)
  }

  @Test func `a query may be asked for each row of a query`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    var found: [[Int64]] = []
    try catalog.look { reader throws in
      try reader.query("SELECT run_id FROM run ORDER BY run_id", header: { _ in }) { row throws(EngramError) in
        let ids = try catalog.read { (nested) throws(EngramError) in
          try nested.examples(where: "run_id = \(row[0])").ids
        }
        found.append(ids)
      }
    }
    #expect(found == [[0, 1, 2], [3, 4, 5], [6, 7], [8, 9]])
  }

  @Test func `eight threads read while one writes, and each read is of one commit`() throws {
    let scratch = TemporaryFolder()
    let writer = try Sample.empty(scratch)
    let catalog = try Catalog(in: scratch.directory, access: .read)
    let (rounds, threads) = (60, 8)
    let isDone = Atomic(false)
    let reads = Atomic(0)
    try parallelFor(count: threads + 1, work: WorkContext(threads: threads + 1)) { (index, _) throws(EngramError) in
      if index == 0 {
        defer { isDone.store(true, ordering: .relaxed) }
        for round in 0..<rounds {
          try writer.write(operation: "append", message: "\(round)") { (catalog) throws(EngramError) in
            let first = catalog.nextExample
            let run = try catalog.addRun(Sample.values("t", "a"))
            try catalog.addObservation(
              run: run, layerSet: try catalog.layerSet(for: [Sample.early, Sample.middle, Sample.deep]))
            try catalog.addSegment(Sample.segment(first, 3))
          }
        }
        return
      }
      while !isDone.load(ordering: .relaxed) {
        try catalog.read { (reader) throws(EngramError) in
          let commit = try reader.latestCommit()?.id ?? 0
          let (examples, counts) = (try reader.examples(where: "task = 't'").count, try reader.counts())
          guard counts.runs == commit, Int64(examples) == 3 * commit, try reader.commits().count == commit else {
            throw EngramError(.corrupt, "a read saw two commits", found: "\(commit), \(counts), \(examples)")
          }
        }
        reads.add(1, ordering: .relaxed)
      }
    }
    #expect(reads.load(ordering: .relaxed) >= threads)
    #expect(try catalog.look { try $0.latestCommit()?.id } == Int64(rounds))
  }

  @Test func `connections that nobody uses are closed but for a few, and all with the catalog`() throws {
    let scratch = TemporaryFolder()
    _ = try Sample.filled(scratch)
    let before = Self.descriptors(in: scratch.path)
    func nest(_ depth: Int, in catalog: Catalog) throws -> Int {
      try catalog.look { reader throws in
        _ = try reader.counts()
        return depth == 0 ? Self.descriptors(in: scratch.path) : try nest(depth - 1, in: catalog)
      }
    }
    do {
      let catalog = try Catalog(in: scratch.directory, access: .read)
      let one = Self.descriptors(in: scratch.path) - before
      #expect(one > 0)
      let most = try nest(19, in: catalog)
      #expect(most > 20)
      let idle = Self.descriptors(in: scratch.path) - before
      // Each connection has the log open. Descriptors of the database outlive their connections, since closing one would
      // release the locks of all (POSIX); SQLite uses them again, so there are never more than at the busiest moment.
      #expect(Self.descriptors(in: scratch.catalog + "-wal") <= ConnectionPool.mostIdle)
      #expect(idle < most - before)
      for _ in 0..<10 {
        _ = try nest(19, in: catalog)
        #expect(Self.descriptors(in: scratch.path) - before == idle)
        #expect(throws: EngramError.self) { try catalog.look { try $0.examples(where: "no such thing") } }
        #expect(Self.descriptors(in: scratch.path) - before == idle)
      }
    }
    #expect(Self.descriptors(in: scratch.path) == before)
  }
}
