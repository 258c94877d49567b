// FullDiskTests.swift -- a catalog on a disk without room is read, each test in a process of its own.

import Base
import Catalog
import TestSupport
import Testing

struct FullDiskTests {
  @Test func `a catalog on a full disk is read, and so is what is written once there is room`() async {
    await #expect(processExitsWith: .success) {
      let scratch = TemporaryFolder()
      do { _ = try Sample.filled(scratch) }
      FullDisk.begin()
      let catalog = try Catalog(in: scratch.directory, access: .read)
      #expect(try catalog.ids("task = 'cifar10'") == [0, 1, 2, 8, 9])
      #expect(throws: EngramError.self) { try Catalog(in: scratch.directory, access: .readWrite) }
      FullDisk.end()
      try Sample.append(
        Catalog(in: scratch.directory, access: .readWrite), [(Sample.values("cifar10", "knet"), [Sample.early])])
      #expect(try catalog.ids("task = 'cifar10'") == [0, 1, 2, 8, 9, 10])
    }
  }

  @Test func `what only the log of a catalog has is read on a full disk`() async {
    await #expect(processExitsWith: .success) {
      let (scratch, copy) = (TemporaryFolder(), TemporaryFolder())
      let writer = try Sample.filled(scratch)
      for name in ["catalog.sqlite", "catalog.sqlite-wal"] { copy.write(scratch.read(name), to: name) }
      #expect(copy.read("catalog.sqlite-wal").count > 0)
      FullDisk.begin()
      let catalog = try Catalog(in: copy.directory, access: .read)
      #expect(try catalog.ids(nil).count == 10)
      _ = writer
    }
  }
}
