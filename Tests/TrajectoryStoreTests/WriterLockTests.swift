// WriterLockTests.swift -- one writer at a time, also of several processes; the second waits, then says who writes.

import Base
import Glibc
import TestSupport
import Testing
import TrajectoryStore

struct WriterLockTests {
  @Test func `a second process waits for the first and then writes`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let holder = ChildProcess.driver("hold", store.path, "1")
    holder.waitForLines(1)
    let made = try Made.append(3, to: store, seed: 1)
    #expect(holder.wait() == 0)
    #expect(try store.snapshot().recorded(0..<3) == made.values.bytes)
  }

  @Test func `a writer that waited in vain is told who holds the lock, and readers are not disturbed`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let made = try Made.append(3, to: store, seed: 1)
    let holder = ChildProcess.driver("hold", store.path, "60")
    holder.waitForLines(1)
    for (seconds, cancelled, code) in [(0.0, false, EngramError.Code.busy), (0.1, false, .busy), (9, true, .cancelled)]
    {
      let options = WriteOptions(waitSeconds: seconds, work: WorkContext(isCancelled: { cancelled }))
      let error = refusal(code) { _ = try store.compact(options: options) }
      #expect(error?.file == store.path + "/lock")
      #expect(error?.found?.contains("process ") == true && error?.found?.contains("holding for a test") == true)
    }
    #expect(try store.snapshot().recorded(0..<3) == made.values.bytes)
    #expect(try store.verify().problems.isEmpty)
    // The lock goes with the process, however it ends.
    holder.kill()
    _ = try store.compact(options: WriteOptions(waitSeconds: 0))
    #expect(TestFiles.read(store.path + "/lock").isEmpty)
  }

  @Test func `a writer that has ended holds nothing, even where a child was born with its descriptors`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    // What a process has that was forked during the turn and has not called exec yet: a second descriptor of the lock.
    var copies: [Int32] = []
    defer { for copy in copies { close(copy) } }
    try store.write("a turn") { (_) throws(EngramError) in
      for name in TestFiles.names(in: "/proc/self/fd") {
        guard copies.isEmpty, let number = Int32(name), Self.target(of: number) == store.path + "/lock" else {
          continue
        }
        copies.append(dup(number))
      }
    }
    #expect(copies.count == 1)
    try store.write("the next turn", options: WriteOptions(waitSeconds: 0)) { (_) throws(EngramError) in }
  }

  /// The path that a descriptor is open on.
  private static func target(of descriptor: Int32) -> String {
    var name = [CChar](repeating: 0, count: 4_096)
    let count = unsafe readlink("/proc/self/fd/\(descriptor)", &name, name.count)
    return String(decoding: name.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  @Test func `two store objects of one process take turns too`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try store.write("outer") { (_) throws(EngramError) in
      let error = #expect(throws: EngramError.self) {
        try TrajectoryStore(opening: store.path).flush(options: WriteOptions(waitSeconds: 0))
      }
      #expect(error?.code == .busy && error?.found?.hasSuffix("outer") == true)
    }
    _ = try store.flush(options: WriteOptions(waitSeconds: 0))
  }

  @Test func `a store made for an append that failed is removed, but not when somebody else writes in it`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let holder = ChildProcess.driver("hold", store.path, "60")
    holder.waitForLines(1)
    TestFiles.write([1], to: store.path + "/incoming/theirs.seg")
    #expect(throws: EngramError.self) { try store.removeIfEmpty() }
    #expect(TrajectoryStore.exists(at: store.path))
    #expect(TestFiles.names(in: store.path + "/incoming") == ["theirs.seg"])
    holder.kill()
    try store.removeIfEmpty()
    #expect(!TestFiles.names(in: folder.path).contains("a.engram"))
    let full = try TrajectoryStore.create(at: folder["b.engram"])
    try Made.append(1, to: full, seed: 1)
    try full.removeIfEmpty()
    #expect(try full.verify().examples == 1)
  }

  @Test func `what a writer is writing is no leftover`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(3, to: store, seed: 1)
    let holder = ChildProcess.driver("hold", store.path, "60")
    holder.waitForLines(1)
    TestFiles.write([1], to: store.path + "/incoming/theirs.seg")
    #expect(try store.verify().leftovers.isEmpty)
    holder.kill()
    #expect(try store.verify().leftovers == ["incoming/theirs.seg"])
  }
}
