// MigrationTests.swift -- a store that an earlier version made is refused, brought over, and then holds what it held.

import Foundation
import TestSupport
import Testing

struct MigrationTests {
  /// A copy of the golden store of version 1.
  private static func copy(_ folder: TemporaryFolder) throws -> String {
    let store = folder["old.engram"]
    try FileManager.default.copyItem(atPath: Fixtures.path("stores/version-1"), toPath: store)
    return store
  }

  private static func run(_ words: String...) -> Shell.Result { Shell.run(Shell.engram, words) }

  @Test func `a store of version 1 is refused with the command that brings it over`() throws {
    let folder = TemporaryFolder()
    let store = try Self.copy(folder)
    let before = TestFiles.read(store + "/catalog.sqlite")
    for words in [["info", store], ["verify", store], ["compact", store]] {
      let result = Shell.run(Shell.engram, words)
      #expect(result.code == 3)
      #expect(result.errors.contains("older format") && result.errors.contains("`engram migrate \(store)`"))
    }
    #expect(TestFiles.read(store + "/catalog.sqlite") == before)
  }

  @Test func `a store of version 1 is brought over with every value, split set and result`() throws {
    let folder = TemporaryFolder()
    let store = try Self.copy(folder)
    #expect(Self.run("migrate", store).output == "brought from format 1 to format 2\n")
    #expect(Self.run("migrate", store).output == "nothing to do: the store is of format 2 already\n")
    #expect(TestFiles.names(in: store).filter { $0.contains("making") || $0.hasSuffix("-journal") } == [])
    let verified = Self.run("verify", store)
    #expect(verified.code == 0, "\(verified.output)")
    #expect(Self.run("select", store, "--format", "csv").output == Fixtures.text("stores/version-1.csv"))
    let sets = Self.run("split", "list", store, "--csv").output
    #expect(sets.contains("6baa31987759b5ed56fee7409b5a10d3f08e0135fc1529356197328c7ea8ecaa"))
    #expect(sets.contains("5ea87ecb476308553576bd5b55c16f6a63848e6f298a6d0c5395cfd60072068f"))
    #expect(Self.run("split", "show", store, "halves", "--json", "--indices").output.contains("\"train\""))
    let metrics = Self.run("sql", store, "SELECT metric, count(*), count(value) FROM run_metric GROUP BY 1", "--csv")
    #expect(metrics.output == "metric,count(*),count(value)\nloss,24,23\ntop1,24,24\n")
    let log = Self.run("sql", store, "SELECT operation, author, reason, last_edit FROM commit_log", "--csv").output
    #expect(
      log == "operation,author,reason,last_edit\n"
        + ["ingest", "append", "append", "metrics", "split", "split", "classify", "classify"].map {
          "\($0),unknown,,0\n"
        }.joined())
    #expect(Self.run("results", store, "--csv").output.contains("linear-svm"))
    #expect(Self.run("compact", store, "--all").code == 0)
    #expect(Self.run("verify", store).code == 0)
  }

  @Test func `a store that somebody reads, or that breaks a rule, is left as it is`() throws {
    let folder = TemporaryFolder()
    let store = try Self.copy(folder)
    let catalog = store + "/catalog.sqlite"
    tamper(catalog, "UPDATE observation SET example_count = 2 WHERE first_example = 3")
    let before = TestFiles.read(catalog)
    let result = Self.run("migrate", store)
    #expect(result.code == 3 && result.errors.contains("observation"), "\(result.errors)")
    // Only the header says that the log is gone; what was read is the same.
    #expect(TestFiles.read(catalog).dropFirst(100) == before.dropFirst(100))
    tamper(catalog, "UPDATE observation SET example_count = 3 WHERE first_example = 3")
    #expect(Self.run("migrate", store).code == 0)
  }
}
