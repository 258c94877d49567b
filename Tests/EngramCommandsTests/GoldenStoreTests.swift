// GoldenStoreTests.swift -- a store of formats 1.0 opens, shows what it showed, and can be written.

import Foundation
import TestSupport
import Testing

struct GoldenStoreTests {
  private static let statistics = "weightabs_mean,weightabs_var,actraw_mean,actraw_var,\"m, 95%\""
  private static let splits = "e0fe957eca2ec15205f09f29ce3768c89a811e3b7bf7c541504ea0817fb58dc8"

  /// A copy of the golden store.
  private static func copy(_ folder: TemporaryFolder) throws -> String {
    let store = folder["golden.engram"]
    try FileManager.default.copyItem(atPath: Fixtures.path("stores/version-2"), toPath: store)
    return store
  }

  private static func ok(_ words: String...) -> String {
    let result = Shell.run(Shell.engram, words)
    #expect(result.code == 0, "\(words): \(result.errors)")
    return result.output
  }

  @Test func `a store of formats 1 shows every value, edit, split set and result as it did when it was made`() throws {
    let folder = TemporaryFolder()
    let store = try Self.copy(folder)
    let before = TestFiles.read(store + "/catalog.sqlite")
    let select = ["select", store, "--format", "csv", "--missing", "fill", "--statistics", Self.statistics]
    #expect(Shell.run(Shell.engram, select).output == Fixtures.text("stores/version-2.csv"))
    #expect(Shell.run(Shell.engram, select + ["--as-of", "7"]).output == Fixtures.text("stores/version-2-as-of-7.csv"))
    #expect(Self.ok("split", "list", store, "--csv").contains(Self.splits))
    #expect(Self.ok("split", "show", store, "halves", "--indices").contains(Self.splits))
    #expect(Self.ok("results", store, "--csv").contains("1,linear-svm,halves,admissible,whole,2,2,0.375,computed"))
    #expect(
      Self.ok("sql", store, "SELECT metric, count(*), count(value) FROM run_metric GROUP BY 1", "--csv")
        == "metric,count(*),count(value)\nloss,4,3\ntop1,3,3\n")
    let log = Self.ok(
      "sql", store, "SELECT operation, author, reason FROM commit_log WHERE reason IS NOT NULL", "--csv")
    #expect(
      log == """
        operation,author,reason
        edit,somebody,the notebook
        hide,somebody,the wrong microscope
        edit,somebody,counted again

        """)
    #expect(Self.ok("verify", store).hasPrefix("all is well: 19 examples"))
    #expect(TestFiles.read(store + "/catalog.sqlite") == before)
  }

  @Test func `a store of formats 1 is written by this version and keeps what it had`() throws {
    let folder = TemporaryFolder()
    let store = try Self.copy(folder)
    try "animal,session,layer,epoch,weightabs_mean\nM0,0,AL,0,0.5\nM0,0,AL,5,0.25\n".write(
      toFile: folder["more.csv"], atomically: false, encoding: .utf8)
    _ = Self.ok("ingest", folder["more.csv"], store)
    _ = Self.ok("compact", store)
    #expect(Self.ok("verify", store).hasPrefix("all is well: 20 examples"))
    let select = [
      "select", store, "--format", "csv", "--missing", "fill", "--statistics", Self.statistics, "--as-of", "7",
    ]
    #expect(Shell.run(Shell.engram, select).output == Fixtures.text("stores/version-2-as-of-7.csv"))
    let run = Self.ok("sql", store, "SELECT count(DISTINCT run_id), count(*) FROM example WHERE animal = 'M0'", "--csv")
    #expect(run == "count(DISTINCT run_id),count(*)\n1,3\n")
  }
}
