// HostileStoreTests.swift -- a store that came from somebody else touches nothing outside its folder.

import Base
import Catalog
import Glibc
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct HostileStoreTests {
  /// A store of one segment and one staged batch, and a folder of the user's own beside it.
  private struct Scene {
    let folder = TemporaryFolder()
    let store: TrajectoryStore
    let documents: String
    var path: String { store.path }
    var segment: String { "\(path)/segments/\(TestFiles.names(in: path + "/segments")[0])" }

    init() throws {
      store = try TrajectoryStore.create(at: folder["received.engram"])
      try Made.append(1_030, to: store, special: true, seed: 1)
      try Made.append(5, to: store, special: true, seed: 2)
      documents = folder["documents"]
      #expect(unsafe mkdir(documents, 0o755) == 0)
      TestFiles.write(Array("thesis".utf8), to: documents + "/thesis.txt")
    }

    /// Puts a link to something of the user's in the place of a part of the store.
    func replace(_ part: String, byLinkTo target: String) {
      TestFiles.remove("\(path)/\(part)")
      #expect(unsafe symlink(target, "\(path)/\(part)") == 0)
    }

    /// Puts a pipe in the place of a part of the store.
    func replaceByPipe(_ part: String) {
      TestFiles.remove("\(path)/\(part)")
      #expect(unsafe mkfifo("\(path)/\(part)", 0o644) == 0)
    }

    /// Whether the user's own files are as they were.
    var isUnharmed: Bool {
      TestFiles.names(in: documents) == ["thesis.txt"]
        && TestFiles.read(documents + "/thesis.txt") == Array("thesis".utf8)
    }
  }

  @Test(arguments: [
    "../../documents/thesis.txt", "../../documents/thesis.txt\0", "../catalog.sqlite\0",
    "0123456789ABCDEF0123456789ABCDEF", "0123456789abcdef0123456789abcdef/",
  ])
  func `a merge takes no path for the name of a segment`(name: String) throws {
    let scene = try Scene()
    let mine = try TrajectoryStore.create(at: scene.folder["mine.engram"])
    try Made.append(3, to: mine, seed: 3)
    let hex = name.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    tamper(
      scene.path + "/catalog.sqlite",
      "PRAGMA ignore_check_constraints = ON; UPDATE extent SET segment = CAST(x'\(hex)' AS TEXT) WHERE staged_id IS NULL"
    )
    let error = refusal(.corrupt) { _ = try mine.merge([scene.path]) }
    #expect(error?.file == scene.path + "/catalog.sqlite")
    #expect(scene.isUnharmed && TestFiles.names(in: mine.path).contains("catalog.sqlite"))
    #expect(try mine.verify().problems.isEmpty && mine.snapshot().exampleCount == 3)
    // Neither reading, sweeping nor compacting does.
    _ = refusal(.corrupt) { _ = try TrajectoryStore(opening: scene.path).snapshot() }
    _ = refusal(.corrupt) { _ = try TrajectoryStore(opening: scene.path).compact(everything: true) }
    #expect(scene.isUnharmed)
  }

  @Test(arguments: ["segments", "incoming"])
  func `a linked folder is refused, and what it points to is not swept`(part: String) throws {
    let scene = try Scene()
    // Even a file with the name of a segment is somebody's.
    let own = scene.documents + "/" + SegmentIdentifier.random().fileName
    TestFiles.write([1], to: own)
    scene.replace(part, byLinkTo: scene.documents)
    let store = try TrajectoryStore(opening: scene.path)
    let error = refusal(.corrupt) { try Made.append(1, to: store, seed: 3) }
    #expect(error?.file == "\(scene.path)/\(part)" && error?.found == "a symbolic link")
    _ = refusal(.corrupt) { _ = try store.verify() }
    #expect(TestFiles.read(own) == [1])
    #expect(TestFiles.names(in: scene.documents).count == 2)
  }

  @Test func `a sweep leaves alone what no writer makes`() throws {
    let scene = try Scene()
    let link = SegmentIdentifier.random().fileName
    for folder in ["segments", "incoming"] {
      TestFiles.write([1], to: "\(scene.path)/\(folder)/notes.txt")
      TestFiles.write([1], to: "\(scene.path)/\(folder)/\(SegmentIdentifier.random().fileName)")
      #expect(unsafe symlink(scene.documents + "/thesis.txt", "\(scene.path)/\(folder)/\(link)") == 0)
    }
    for name in ["catalog.sqlite.making", "catalog.sqlite.making-1-x", "catalog.sqlite.making-7-8-wal"] {
      TestFiles.write([1], to: "\(scene.path)/\(name)")
    }
    try Made.append(1, to: scene.store, seed: 3)
    #expect(TestFiles.names(in: scene.path + "/incoming").sorted() == [link, "notes.txt"].sorted())
    #expect(TestFiles.names(in: scene.path + "/segments").count == 3)
    let made = TestFiles.names(in: scene.path).filter { $0.contains("making") }
    #expect(made == ["catalog.sqlite.making", "catalog.sqlite.making-1-x"])
    #expect(scene.isUnharmed)
  }

  @Test func `a linked lock is refused, and its target keeps its contents`() throws {
    let scene = try Scene()
    for target in ["thesis.txt", "new.txt"] {
      scene.replace("lock", byLinkTo: "\(scene.documents)/\(target)")
      let error = refusal(.corrupt) { try Made.append(1, to: scene.store, seed: 3) }
      #expect(error?.file == scene.path + "/lock")
      #expect(scene.isUnharmed)
    }
    // A second name of a file cannot be told from a first; it is locked and not written.
    TestFiles.remove(scene.path + "/lock")
    #expect(unsafe link(scene.documents + "/thesis.txt", scene.path + "/lock") == 0)
    try Made.append(1, to: scene.store, seed: 3)
    #expect(scene.isUnharmed)
  }

  @Test(arguments: ["catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm", "catalog.sqlite-journal"])
  func `a catalog that is a link, or has another name elsewhere, is not written`(part: String) throws {
    let scene = try Scene()
    let other = try TrajectoryStore.create(at: scene.folder["other.engram"])
    try Made.append(3, to: other, seed: 3)
    let target = part == "catalog.sqlite" ? other.path + "/catalog.sqlite" : scene.documents + "/thesis.txt"
    let before = TestFiles.read(target)
    for isSymbolic in [true, false] {
      TestFiles.remove("\(scene.path)/\(part)")
      #expect(unsafe (isSymbolic ? symlink : link)(target, "\(scene.path)/\(part)") == 0)
      _ = refusal(.corrupt) {
        let store = try TrajectoryStore(opening: scene.path)
        if isSymbolic || part != "catalog.sqlite" { Issue.record("it was opened") }
        _ = try store.compact()
      }
      #expect(TestFiles.read(target) == before)
    }
    #expect(scene.isUnharmed)
  }

  @Test func `a rollback journal that names a file of the user's deletes nothing`() throws {
    let scene = try Scene()
    let target = scene.documents + "/thesis.txt"
    // An empty journal that ends in the name of a super-journal: name, length, checksum, magic (SQLite's file format, 3).
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }
    let header = magic + big(0) + big(1) + big(1) + big(512) + big(2_048)
    let name = Array(target.utf8)
    let record =
      big(0x4000_0000 / 2_048 + 1) + name + big(UInt32(name.count))
      + big(name.reduce(0) { $0 &+ UInt32($1) }) + magic
    TestFiles.write(
      header + Array(repeating: 0, count: 512 - header.count) + record, to: scene.path + "/catalog.sqlite-journal")
    _ = refusal(.corrupt) { _ = try TrajectoryStore(opening: scene.path) }
    _ = refusal(.corrupt) { try Made.append(1, to: scene.store, seed: 3) }
    #expect(scene.isUnharmed)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["segment", "lock", "catalog.sqlite", "catalog.sqlite-wal", "segments"])
  func `a pipe in the place of a part keeps nobody waiting`(part: String) throws {
    let scene = try Scene()
    scene.replaceByPipe(part == "segment" ? "segments/\(TestFiles.names(in: scene.path + "/segments")[0])" : part)
    let mine = try TrajectoryStore.create(at: scene.folder["mine.engram"])
    func refused(_ body: (TrajectoryStore) throws -> Void) {
      _ = refusal(.corrupt) { try body(TrajectoryStore(opening: scene.path)) }
    }
    if part != "lock" {
      refused { _ = try $0.snapshot().recorded(0..<3) }
      _ = refusal(.corrupt) { _ = try mine.merge([scene.path]) }
      #expect(try mine.snapshot().commit == 0 && mine.verify().leftovers.isEmpty)
    }
    refused { store in
      let report = try store.verify()
      if let problem = report.problems.first { throw problem }
    }
    refused { _ = try $0.compact(everything: true) }
  }

  @Test func `a merge brings in neither linked segments nor chunks that fail their checksum`() throws {
    let scene = try Scene()
    let mine = try TrajectoryStore.create(at: scene.folder["mine.engram"])
    let segment = scene.segment
    let whole = TestFiles.read(segment)
    var damaged = whole
    damaged[100] ^= 1
    TestFiles.write(damaged, to: segment)
    let error = refusal(.corrupt) { _ = try mine.merge([scene.path]) }
    #expect(error?.file == segment && error?.place?.hasPrefix("chunk of row group") == true)
    let elsewhere = scene.folder["elsewhere.seg"]
    TestFiles.write(whole, to: elsewhere)
    scene.replace("segments/" + segment.split(separator: "/").suffix(1).joined(), byLinkTo: elsewhere)
    _ = refusal(.corrupt) { _ = try mine.merge([scene.path]) }
    _ = refusal(.corrupt) { _ = try TrajectoryStore(opening: scene.path).snapshot().recorded(0..<3) }
    #expect(try mine.snapshot().commit == 0 && mine.verify().leftovers.isEmpty)
    #expect(
      TestFiles.names(in: mine.path + "/segments").isEmpty && TestFiles.names(in: mine.path + "/incoming").isEmpty)
  }

  @Test func `a link to a store is the user's own choice`() throws {
    let scene = try Scene()
    #expect(unsafe symlink("received.engram", scene.folder["link.engram"]) == 0)
    let store = try TrajectoryStore(opening: scene.folder["link.engram"])
    try Made.append(1, to: store, seed: 3)
    #expect(try store.verify().problems.isEmpty && scene.store.snapshot().exampleCount == 1_036)
    #expect(store.path == scene.folder["link.engram"])
  }
}
