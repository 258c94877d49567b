// WriterLockTests.swift -- one writer at a time, also of several processes; the second waits, then says who writes.

import Base
import Glibc
import TestSupport
import Testing
import TrajectoryStore

struct WriterLockTests {
  /// The name of a segment that somebody else writes.
  private static let theirs = String(repeating: "0123456789abcdef", count: 2) + ".seg"

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
    TestFiles.write([1], to: store.path + "/incoming/\(Self.theirs)")
    #expect(throws: EngramError.self) { try store.removeIfEmpty() }
    #expect(TrajectoryStore.exists(at: store.path))
    #expect(TestFiles.names(in: store.path + "/incoming") == [Self.theirs])
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
    TestFiles.write([1], to: store.path + "/incoming/\(Self.theirs)")
    #expect(try store.verify().leftovers.isEmpty)
    holder.kill()
    #expect(try store.verify().leftovers == ["incoming/\(Self.theirs)"])
  }

  @Test func `a writer whose lock was removed commits nothing, and no commit is lost`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let made = try Made.append(3, to: store, seed: 1)
    let other = try TrajectoryStore.create(at: folder["b.engram"])
    try Made.append(1_100, to: other, seed: 2)
    // A merge tells of its progress after it has moved the segments and before it commits.
    let options = WriteOptions(
      work: WorkContext(progress: { _ in
        TestFiles.remove(store.path + "/lock")
        // Another writer has its turn, and sweeps.
        _ = try? TrajectoryStore(opening: store.path).flush(options: WriteOptions(waitSeconds: 0))
      }))
    let error = refusal(.busy) { _ = try store.merge([other.path], options: options) }
    #expect(error?.file == store.path + "/lock")
    #expect(try store.verify().problems.isEmpty && store.verify().leftovers.isEmpty)
    // The other one could not commit while the merge was at work.
    #expect(try store.snapshot().commit == 1)
    #expect(try store.snapshot().recorded(0..<3) == made.values.bytes)
    _ = try store.flush()
    #expect(try store.snapshot().commit == 2)
  }

  @Test func `a segment that was removed before its commit fails the commit`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(3, to: store, seed: 1)
    let work = folder["b.engram"]
    let other = try TrajectoryStore.create(at: work)
    try Made.append(1_100, to: other, seed: 2)
    let removed = Seen()
    let options = WriteOptions(
      work: WorkContext(progress: { _ in
        // Merging tells of its progress between publishing a segment and committing it.
        for name in TestFiles.names(in: store.path + "/segments") { TestFiles.remove("\(store.path)/segments/\(name)") }
        removed.add(1, 1)
      }))
    _ = refusal(.io) { _ = try store.merge([work], options: options) }
    #expect(!removed.all.isEmpty)
    #expect(try store.snapshot().commit == 1 && store.verify().problems.isEmpty)
  }

  @Test(arguments: [(0x6969, NetworkFileSystem?.some(.nfs)), (0xff53_4d42, .smb), (-11_317_950, .smb), (0xef53, nil)])
  func `a store on a network file system is written only when the user allows it`(
    magic: Int, expected: NetworkFileSystem?
  ) throws {
    let found = NetworkFileSystem(magic: magic)
    #expect(found == expected)
    try NetworkStoreRule.check(found, path: "a.engram", setting: "allow")
    guard let found else { return try NetworkStoreRule.check(nil, path: "a.engram", setting: nil) }
    for setting in [nil, "", "yes"] {
      let error = refusal(.unsupported) { try NetworkStoreRule.check(found, path: "a.engram", setting: setting) }
      #expect(error?.found == found.rawValue)
      #expect(error?.mend?.description.contains(NetworkStoreRule.variable) == true)
    }
  }
}
