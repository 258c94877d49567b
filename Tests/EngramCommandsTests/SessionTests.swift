// SessionTests.swift -- what a user does from the first ingest to matrices, with the program itself on the bundled data.

import Base
import Foundation
import TestSupport
import Testing

/// One store made by the program, in a folder that goes when the test ends.
final class Session {
  private let folder = TemporaryFolder()
  var store: String { path("s.engram") }
  static let data = Fixtures.path("digits_dataset.pkl")

  init() throws { try ok("ingest", Self.data, store) }

  func path(_ name: String) -> String { folder[name] }

  /// Runs a command that must succeed, and gives its standard output.
  @discardableResult func ok(_ words: String...) throws -> String {
    let result = Shell.run(Shell.engram, words)
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    return result.output
  }

  /// Runs a command that must fail, and gives its exit code and the code of its error.
  func failure(_ words: String...) throws -> String {
    let result = Shell.run(Shell.engram, words + ["--json"])
    let error = try JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: [String: Any]]
    return "\(result.code) \(error?["error"]?["code"] as? String ?? "no code")"
  }

  func json(_ words: String...) throws -> [String: Any] {
    let result = Shell.run(Shell.engram, words + ["--json"])
    try #require(result.code == 0, "\(words.joined(separator: " ")): \(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }
}

struct SessionTests {
  @Test func `the bundled data are 1,632 examples of 240 runs, and nothing is wrong with their store`() throws {
    let session = try Session()
    let info = try session.json("info", session.store)
    #expect(info["examples"] as? Int == 1_632)
    #expect(info["runs"] as? Int == 240)
    #expect((info["admissible"] as? [String])?.count == 45)
    #expect((info["epochs"] as? [Int]) == Array(stride(from: 0, through: 100, by: 5)))
    #expect((try session.json("verify", session.store)["problems"] as? [String]) == [])
    #expect(try session.failure("ingest", Session.data, session.store) == "1 exists")
  }

  @Test func `a segment of a later format is not called damaged`() throws {
    let session = try Session()
    let name = try #require(FileManager.default.contentsOfDirectory(atPath: session.path("s.engram/segments")).first)
    let path = session.path("s.engram/segments/" + name)
    var bytes = TestFiles.read(path)
    // The oldest version that reads it, and the checksum of the header.
    let known = bytes[8]
    bytes[8] = .max
    let checksum = XXH3.hash64(Array(bytes[0..<32]))
    for place in 0..<8 { bytes[32 + place] = UInt8(truncatingIfNeeded: checksum >> UInt64(8 * place)) }
    TestFiles.write(bytes, to: path)
    #expect(try session.failure("verify", session.store) == "3 unsupported")
    let result = Shell.run(Shell.engram, ["verify", session.store])
    #expect(result.output.hasPrefix("newer: ") && result.errors.contains("upgrade the program"))
    #expect(!(result.output + result.errors).contains("damaged"))
    bytes[8] = known
    TestFiles.write(bytes, to: path)
    #expect(try session.failure("verify", session.store) == "3 corrupt")
  }

  @Test func `a split set comes back from its specification, its ids and its export`() throws {
    let session = try Session()
    let made = try session.json("split", "balanced", session.store, "--name", "fig2a", "--repeats", "2")
    let sha = made["sha256"] as? String
    try session.ok("split", "show", session.store, "fig2a", "--json", "--indices").write(
      toFile: session.path("ids.json"), atomically: false, encoding: .utf8)
    let again = try session.json(
      "split", "create", session.store, "--name", "again", "--spec", session.path("ids.json"))
    #expect(again["sha256"] as? String == sha)
    let explicit = try session.json("split", "explicit", session.store, session.path("ids.json"), "--name", "ids")
    #expect(explicit["sha256"] as? String == sha)
    try session.ok("export", session.store, "--split", "fig2a/1", "-o", session.path("1.npz"))
    let exported = try session.json("split", "explicit", session.store, session.path("1.npz"), "--name", "exported")
    let sides = { (set: [String: Any], index: Int) in
      (set["splits"] as? [[String: Any]])?[index]["test_sha256"] as? String
    }
    #expect(sides(exported, 0) == sides(made, 1))
    #expect(try session.ok("split", "diff", session.store, "fig2a", "again").contains("equal"))
  }

  @Test func `an audit warns of networks on both sides of a balanced split, and not of a split by runs`() throws {
    let session = try Session()
    try session.ok("split", "balanced", session.store, "--name", "balanced", "--repeats", "1")
    try session.ok("split", "group-k-fold", session.store, "--name", "groups")
    let balanced = try session.ok("split", "audit", session.store, "balanced", "--index", "0")
    #expect(balanced.contains("warning"))
    #expect(balanced.contains("408 of 408 test examples have layers of their own network in train"))
    let groups = try session.ok("split", "audit", session.store, "groups", "--index", "0")
    #expect(!groups.contains("warning"))
  }

  @Test func `rows of a selection are its examples, with a column for each statistic and epoch`() throws {
    let session = try Session()
    let csv = try session.ok(
      "select", session.store, "--where", "architecture = 'knet'", "--statistics", "weightabs_mean", "--epochs",
      "0:100:50", "--format", "csv")
    let lines = csv.split(separator: "\n")
    #expect(lines.count == 1 + 96)
    #expect(lines.first?.hasSuffix("weightabs_mean@0,weightabs_mean@50,weightabs_mean@100") == true)
  }

  @Test func `recordings of unknown rule are identified, for people, spreadsheets and programs`() throws {
    let session = try Session()
    let words = ["identify", session.store, "--examples", "architecture = 'knet'", "--trees", "20", "--draws", "1"]
    let result = Shell.run(Shell.engram, words)
    #expect(result.code == 0)
    // Forests of weights, activations and activity changes agree on these runs, so there is nothing to warn of.
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(result.output.contains("96 examples of 24 runs look like"))
    #expect(result.output.contains("calibrated on what was held out by architecture, 5 times"))
    let csv = Shell.run(Shell.engram, words + ["--csv"]).output.split(separator: "\n")
    #expect(csv.count == 1 + 96)
    #expect(csv[0].hasPrefix("example_id,run_id,layer_name,predicted,confidence,p_adam,p_feedback"))
    let json = try session.json(
      "identify", session.store, "--examples", "architecture = 'knet'", "--trees", "20", "--draws", "1")
    #expect((json["examples"] as? [[String: Any]])?.count == 96)
    #expect((json["group"] as? [String: Any])?["predicted"] is String)
    #expect(
      try session.failure(
        "identify", session.store, "--examples", "architecture = 'knet'", "--train", "task = 'digits10'")
        == "2 usage")
  }

  @Test func `--verbose says on standard error what was opened, found out and chosen, and nothing else changes`() throws
  {
    let session = try Session()
    let words = [
      "select", session.store, "--where", "architecture = 'knet'", "--statistics", "weightabs_mean", "--format", "csv",
    ]
    let plain = Shell.run(Shell.engram, words)
    let verbose = Shell.run(Shell.engram, words + ["--verbose"])
    #expect(plain.code == 0 && verbose.code == 0)
    #expect(plain.output == verbose.output && plain.errors == "")
    let said = verbose.errors
    #expect(said.contains("opened \(session.store) at commit 1: 1,632 examples\n"))
    #expect(
      said.contains("statistics: 1: weightabs_mean\n") && said.contains("epochs: 21: ") && said.contains("threads: "))
    #expect(said.contains("took "))
    let ingest = Shell.run(Shell.engram, ["ingest", Session.data, session.path("t.engram"), "-v"])
    #expect(ingest.errors.contains("read as a pickle in the published layout\n"))
    #expect(ingest.errors.contains("batch_size (integer)") && ingest.errors.contains("ingesting: took "))
    let failed = Shell.run(Shell.engram, ["info", session.path("none.engram"), "-v"])
    #expect(failed.errors.contains("code: notFound, exit code 2\n"))
  }

  @Test(arguments: [
    (["select", "STORE", "--where", "no_such = 1"], "2 usage"),
    (["select", "STORE", "--statistics", "weightabs_meen"], "2 notFound"),
    (["select", "STORE", "--epochs", "3"], "2 notFound"),
    (["export", "STORE", "--split", "none/0", "-o", "x.npz"], "2 notFound"),
    (["sql", "STORE", "DELETE FROM run"], "2 usage"),
    (["split", "balanced", "STORE", "--name", "x", "--test-per-class", "5000"], "3 invalidData"),
    (["ingest", "STORE/catalog.sqlite", "STORE"], "3 unsupported"),
  ])
  func `a mistake has its exit code and the code of its error`(words: [String], expected: String) throws {
    let session = try Session()
    let result = Shell.run(
      Shell.engram, words.map { $0.replacing("STORE", with: session.store) } + ["--json"])
    let error = try JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: [String: Any]]
    #expect("\(result.code) \(error?["error"]?["code"] as? String ?? "none")" == expected)
  }
}
