// OpeningTests.swift -- making and opening catalogs, and refusing what is none.

import Base
import Catalog
import Glibc
import TestSupport
import Testing
import TrajectoryModel

/// Changes the user as whom this thread, and no other, opens files.
private func becomeForFiles(_ user: UInt32) {
  // setfsuid(2) by name, because Swift does not import the header that declares it.
  // SAFETY: the C library's function of that name has this type.
  guard let address = unsafe dlsym(nil, "setfsuid") else { return }
  _ = unsafe unsafeBitCast(address, to: (@convention(c) (UInt32) -> Int32).self)(user)
}

struct OpeningTests {
  @Test func `a new catalog has the standard fields, no examples and an identifier of its own`() throws {
    let (one, two) = (TemporaryFolder(), TemporaryFolder())
    let catalogs = try [Sample.empty(one), Sample.empty(two)]
    let identifiers = try catalogs.map { catalog in try catalog.look { try $0.storeIdentifier() } }
    #expect(identifiers.allSatisfy { $0.utf8.count == 32 })
    #expect(identifiers[0] != identifiers[1])
    try catalogs[0].look { reader throws in
      #expect(try reader.fields() == MetadataField.standard)
      #expect(try reader.counts() == CatalogCounts(runs: 0, observations: 0, examples: 0, layerSets: 0))
      #expect(try reader.commits().isEmpty)
      #expect(try reader.latestCommit() == nil)
      #expect(try reader.extents().isEmpty)
      #expect(try reader.examples(where: nil).isEmpty)
      #expect(try reader.check().problems.isEmpty)
    }
  }

  @Test func `creation leaves one file, and does not touch a file that is there`() throws {
    let scratch = TemporaryFolder()
    try Catalog.create(in: scratch.directory)
    #expect(scratch.names == ["catalog.sqlite"])
    let before = scratch.read("catalog.sqlite")
    let error = #expect(throws: EngramError.self) { try Catalog.create(in: scratch.directory) }
    #expect(error?.code == .exists)
    #expect(scratch.read("catalog.sqlite") == before)
    #expect(scratch.names == ["catalog.sqlite"])
  }

  @Test func `what was committed is there after closing and opening again`() throws {
    let scratch = TemporaryFolder()
    do { _ = try Sample.filled(scratch) }
    #expect(scratch.names == ["catalog.sqlite"])
    for access in [Catalog.Access.read, .readWrite] {
      let catalog = try Catalog(in: scratch.directory, access: access)
      #expect(try catalog.ids("task = 'cifar10'") == [0, 1, 2, 8, 9])
    }
  }

  @Test(arguments: [
    ("missing", EngramError.Code.notFound), ("empty", .truncated), ("text", .corrupt), ("other", .unsupported),
    ("newer", .unsupported), ("older", .unsupported), ("versionless", .corrupt), ("directory", .corrupt),
  ])
  func `what is not a catalog of this version is refused by name`(kind: String, code: EngramError.Code) throws {
    let scratch = TemporaryFolder()
    if kind != "missing" { try Catalog.create(in: scratch.directory) }
    switch kind {
    case "empty": scratch.write([], to: "catalog.sqlite")
    case "text":
      scratch.write(Array(String(repeating: "no database, only text. ", count: 100).utf8), to: "catalog.sqlite")
    case "other":
      tamper(scratch.catalog, "PRAGMA application_id = 7")
    case "newer": tamper(scratch.catalog, "PRAGMA user_version = 3")
    case "older": tamper(scratch.catalog, "PRAGMA user_version = 1")
    case "versionless": tamper(scratch.catalog, "PRAGMA user_version = 0")
    default: break
    }
    if kind == "directory" {
      #expect(unsafe unlink(scratch.catalog) == 0 && mkdir(scratch.catalog, 0o755) == 0)
    }
    for access in [Catalog.Access.read, .readWrite] {
      let error = #expect(throws: EngramError.self) { try Catalog(in: scratch.directory, access: access) }
      #expect(error?.code == code, "\(String(describing: error))")
      #expect(error?.file == scratch.catalog)
    }
  }

  @Test func `a store that needs a newer writer opens for reading only`() throws {
    let scratch = TemporaryFolder()
    try Catalog.create(in: scratch.directory)
    tamper(scratch.catalog, "UPDATE store SET oldest_writer = 3")
    _ = try Catalog(in: scratch.directory, access: .read)
    let error = #expect(throws: EngramError.self) { try Catalog(in: scratch.directory, access: .readWrite) }
    #expect(error?.code == .unsupported)
  }

  @Test func `a catalog opened for reading does not write`() throws {
    let scratch = TemporaryFolder()
    try Catalog.create(in: scratch.directory)
    let catalog = try Catalog(in: scratch.directory, access: .read)
    let error = #expect(throws: EngramError.self) { try catalog.commit("x", "") { _ in } }
    #expect(error?.code == .usage)
  }

  @Test func `a catalog in a directory that may not be written is read`() throws {
    let scratch = TemporaryFolder()
    do { _ = try Sample.filled(scratch) }
    #expect(unsafe chmod(scratch.catalog, 0o444) == 0)
    #expect(unsafe chmod(scratch.path, 0o555) == 0)
    defer { _ = unsafe chmod(scratch.path, 0o755) }
    // Root may write anywhere, so this thread's file access becomes that of nobody for a moment.
    let isRoot = geteuid() == 0
    if isRoot { becomeForFiles(65_534) }
    defer { if isRoot { becomeForFiles(0) } }
    let catalog = try Catalog(in: scratch.directory, access: .read)
    #expect(try catalog.ids("task = 'cifar10'") == [0, 1, 2, 8, 9])
    #expect(scratch.names == ["catalog.sqlite"])
  }

  @Test(.enabled(if: geteuid() == 0, "only root may become another user and come back"))
  func `a reader without locks sees what is written later, and is told when it comes in the middle`() throws {
    let scratch = TemporaryFolder()
    do { _ = try Sample.filled(scratch) }
    #expect(unsafe chmod(scratch.path, 0o555) == 0)
    becomeForFiles(65_534)
    defer { becomeForFiles(0) }
    let catalog = try Catalog(in: scratch.directory, access: .read)
    #expect(try catalog.ids(nil).count == 10)
    func append() throws {
      becomeForFiles(0)
      defer { becomeForFiles(65_534) }
      try Sample.append(
        Catalog(in: scratch.directory, access: .readWrite), [(Sample.values("cifar10", "knet"), [Sample.early])])
    }
    try append()
    #expect(try catalog.ids(nil).count == 11)
    let error = #expect(throws: EngramError.self) {
      try catalog.look { reader throws in
        try append()
        _ = try reader.counts()
      }
    }
    #expect(error?.code == .busy, "\(String(describing: error))")
    #expect(try catalog.ids(nil).count == 12)
  }

  @Test(.enabled(if: geteuid() == 0, "only root may become another user and come back"))
  func `a folder that may not be looked into is an error of the system, and not called no store`() throws {
    let scratch = TemporaryFolder()
    do { _ = try Sample.filled(scratch) }
    #expect(unsafe chmod(scratch.path, 0o000) == 0)
    defer { _ = unsafe chmod(scratch.path, 0o755) }
    becomeForFiles(65_534)
    defer { becomeForFiles(0) }
    let error = #expect(throws: EngramError.self) {
      try Catalog(in: try DirectoryHandle(opening: scratch.path), access: .read)
    }
    #expect(error?.code == .io && error?.message.contains("ermission") == true, "\(String(describing: error))")
  }

  @Test func `a path with characters that mean something in a URI works in a directory that may not be written`() throws
  {
    let scratch = TemporaryFolder()
    let name = "a %41?#é.sqlite"
    try Catalog.create(name, in: scratch.directory)
    #expect(unsafe chmod(scratch.path, 0o555) == 0)
    defer { _ = unsafe chmod(scratch.path, 0o755) }
    let isRoot = geteuid() == 0
    if isRoot { becomeForFiles(65_534) }
    defer { if isRoot { becomeForFiles(0) } }
    let catalog = try Catalog(name, in: scratch.directory, access: .read)
    #expect(try catalog.ids(nil) == [])
  }
}
