// OutputChoiceTests.swift -- which format a file is written in, what standard output says of it, and where no file may be.

import Foundation
import TestSupport
import Testing

struct OutputChoiceTests {
  private static let one = ["--where", "run_id = 1", "--statistics", "weightabs_mean", "--epochs", "0"]

  @Test func `the ending of a file decides what is in it, and JSON is what standard output says of it`() throws {
    let session = try Session()
    for (name, format, start) in [
      ("x.npz", "npz", "PK"), ("x.csv", "csv", "example_id,"), ("x.json", "json", "[\n"), ("x.jsonl", "jsonl", "{"),
      ("x.txt", "table", "example_id  "), ("x", "table", "example_id  "),
    ] {
      let path = session.path(name)
      let result = Shell.run(Shell.engram, ["select", session.store, "-o", path, "--json"] + Self.one)
      let said = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      #expect(said?["file"] as? String == path && said?["format"] as? String == format, "\(result.errors)")
      #expect((said?["examples"] as? Int ?? 0) > 1 && said?["statistics"] as? [String] == ["weightabs_mean"])
      #expect(String(decoding: TestFiles.read(path).prefix(start.utf8.count), as: UTF8.self) == start, "\(name)")
    }
    try session.ok("select", session.store, "-o", session.path("long.csv"), "--format", "csv-long")
    try session.ok("select", session.store, "-o", session.path("x.dat"), "--csv")
    #expect(TestFiles.text(session.path("long.csv")).contains(",epoch,statistic,value\n"))
    #expect(TestFiles.text(session.path("x.dat")).hasPrefix("example_id,"))
  }

  @Test func `two formats, and an ending that means nothing, are refused and write nothing`() throws {
    let session = try Session()
    try session.ok("split", "balanced", session.store, "--name", "fig2a", "--repeats", "1")
    let export = ["export", session.store, "--split", "fig2a/0"]
    let plot = ["plot", session.store, "--statistic", "weightabs_mean"]
    for (words, expected) in [
      (["select", session.store, "-o", "x.xlsx"], ".csv, .json, .jsonl, .ndjson, .npy, .npz, .txt"),
      (["select", session.store, "-o", "x.npz", "--csv"], "a name that ends in .csv"),
      (["select", session.store, "-o", "x.csv", "--format", "npz"], "a name that ends in .npz"),
      (["select", session.store, "--format", "csv", "--json"], "one of them, or -o FILE"),
      (export + ["-o", "x.parquet"], "a name that ends in .npz, .csv, .jsonl, .ndjson"),
      (export + ["-o", "x.npz", "--format", "csv"], "a name that ends in .csv"),
      (export + ["-o", "-"], "./- for one of that name"),
      (plot + ["-o", "x.jpg"], "a name that ends in .svg, .png, .pdf, .csv, .json"),
      (plot + ["-o", "x.json", "--csv"], "a name that ends in .csv"),
      (["report", session.store, "-o", "x.pdf"], "a name that ends in .html, .htm"),
      (plot + ["-o", "x"], "a name that ends in .svg, .png, .pdf, .csv, .json"),
    ] {
      // Relative files would lie in a folder of the process's own.
      let placed = words.map { $0.hasPrefix("x") ? session.path($0) : $0 }
      let result = Shell.run(Shell.engram, placed)
      #expect(result.code == 2 && result.errors.contains("expected") && result.errors.contains(expected), "\(words)")
      for word in placed where word.hasPrefix(session.path("x")) {
        #expect(!FileManager.default.fileExists(atPath: word), "\(words)")
      }
    }
    try session.ok("export", session.store, "--split", "fig2a/0", "-o", session.path("bare"))
    #expect(TestFiles.read(session.path("bare")).starts(with: "PK".utf8))
  }

  @Test func `a study that is there is not written over, for it may have been edited`() throws {
    let session = try Session()
    let words = ["study", "new", session.store, "-o", session.path("mine.json")]
    try #require(Shell.run(Shell.engram, words).code == 0)
    let written = TestFiles.read(session.path("mine.json"))
    let again = Shell.run(Shell.engram, words)
    #expect(again.code != 0 && again.errors.contains("may have been edited"))
    #expect(TestFiles.read(session.path("mine.json")) == written)
  }

  @Test func `no verb writes into a store, whatever way leads there`() throws {
    let session = try Session()
    try session.ok("split", "balanced", session.store, "--name", "fig2a", "--repeats", "1")
    let link = session.path("link.npz")
    #expect(unsafe symlink(session.store + "/catalog.sqlite", link) == 0)
    let select = ["select", session.store] + Self.one
    for words in [
      ["export", session.store, "--split", "fig2a/0", "--format", "npz", "-o", session.store + "/catalog.sqlite"],
      ["export", session.store, "--split", "fig2a/0", "-o", link], select + ["-o", session.store + "/segments/x.csv"],
      select + ["-o", session.store + "/new.npz"], select + ["-o", session.store + "/new.npy"],
      ["report", session.store, "-o", session.store + "/r.html"],
    ] {
      let result = Shell.run(Shell.engram, words)
      #expect(
        result.code == 2 && result.errors.contains("the output lies inside a store"), "\(words): \(result.errors)")
    }
    #expect((try session.json("verify", session.store)["problems"] as? [String]) == [])
  }

  @Test func `names that come again in SQL are numbered in JSON, and a field is selected once`() throws {
    let session = try Session()
    let result = Shell.run(
      Shell.engram, ["sql", session.store, "SELECT 1 AS a, 2 AS a, 3 AS b", "--json"])
    #expect(result.output == "[\n  {\"a\": 1, \"a_1\": 2, \"b\": 3}\n]\n", "\(result.output)")
    #expect(result.errors == "note: names that come again are numbered: a_1\n")
    #expect(Shell.run(Shell.engram, ["sql", session.store, "SELECT 1 AS a, 2 AS a", "--csv"]).errors.isEmpty)
    #expect(try session.failure("select", session.store, "--fields", "run_id,RUN_ID") == "2 usage")
  }

  @Test func `what is removed of results is said in JSON`() throws {
    let session = try Session()
    try FileManager.default.removeItem(atPath: session.store)
    try FileManager.default.copyItem(atPath: Fixtures.path("stores/version-1"), toPath: session.store)
    try session.ok("migrate", session.store)
    #expect(try session.json("results", session.store, "1", "--remove")["removed"] as? [Int] == [1])
  }
}
