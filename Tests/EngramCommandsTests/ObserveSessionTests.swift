// ObserveSessionTests.swift -- `engram observe` for programs: its JSON, and the exit codes of mistakes.

import Foundation
import TestSupport
import Testing

struct ObserveSessionTests {
  private static let act = Fixtures.path("recordings/act_*.npy")
  private static let weights = Fixtures.path("recordings/w_*.npy")
  private static let areas = Fixtures.path("recordings/areas.npz")

  private func json(_ words: [String]) throws -> [String: Any] {
    let result = Shell.run(Shell.engram, words + ["--json"])
    try #require(result.code == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test func `a dry run and a measurement say the same to programs, and only one changes anything`() throws {
    let folder = TemporaryFolder()
    let words = [
      "observe", folder["s.engram"], "--activations", "fc=\(Self.act)", "--weights", "fc=\(Self.weights)", "--position",
      "fc=deep", "--set", "learning_rule=sgdm", "--units", "4", "--noise", "0,0.5", "--observation-seeds", "0:2",
    ]
    let plan = try json(words + ["--dry-run"])
    #expect(folder.names.isEmpty)
    let done = try json(words)
    for key in ["runs", "epochs", "layers", "conditions", "bytes", "store"] {
      #expect(plan[key] as? NSObject == done[key] as? NSObject, "\(key)")
    }
    #expect(plan["dry_run"] as? Bool == true && done["dry_run"] as? Bool == false)
    #expect(done["epochs"] as? [Int] == [0, 5, 10])
    #expect((done["conditions"] as? [[String: Any]])?.count == 6)
    #expect(done["examples"] as? Int == 6 && done["observations"] as? Int == 6)
    #expect(((done["parts"] as? [[String: Any]])?.first?["statistics"] as? [String])?.count == 42)
    let layer = try #require((done["layers"] as? [[String: Any]])?.first)
    #expect(layer["layer_name"] as? String == "fc" && layer["layer_position"] as? String == "deep")
    #expect(layer["units"] as? Int == 8 && layer["weights"] as? Int == 48 && layer["activity_changes"] is NSNull)
    #expect((try json(["verify", folder["s.engram"]])["problems"] as? [String]) == [])
  }

  @Test(arguments: [
    (["--observation-seeds", "3"], "--observation-seeds"), (["--weight-norm", "frobenius"], "--weight-norm"),
    (["--weight-axes", "row,column"], "--weight-axes"), (["--na", "none", "--decimal", ","], "--na, --decimal"),
    (["--delimiter", ";"], "--delimiter"),
  ])
  func `options that change nothing of what is measured are said`(words: [String], names: String) throws {
    let folder = TemporaryFolder()
    let given = ["observe", folder["s.engram"], "--activations", "fc=\(Self.act)", "--dry-run"]
    let result = Shell.run(Shell.engram, given + words)
    #expect(result.code == 0 && result.errors.contains("note: \(names) "), "\(result.errors)")
    #expect(result.errors.contains("not used"), "\(result.errors)")
    #expect(!Shell.run(Shell.engram, given).errors.contains("not used"))
  }

  @Test func `how a table of metadata is read is refused beside kept networks`() {
    let folder = TemporaryFolder()
    for words in [["--type", "a=text"], ["--na", "none"], ["--decimal", ","], ["--delimiter", ";"]] {
      let result = Shell.run(
        Shell.engram, ["observe", folder["s.engram"], "--from-checkpoints", folder["nets"]] + words)
      #expect(result.code == 2 && result.errors.contains(words[0]), "\(result.errors)")
    }
  }

  @Test(arguments: [
    (["--noise", "1"], "2 usage"),
    (["--activations", areas, "--axes", "epoch,unit"], "3 invalidData"),
    (["--activations", areas, "--axes", "epoch,stimulus,unitt"], "2 usage"),
    (["--activations", "=x.npy"], "2 usage"),
    (["--activations", areas, "--observation-seeds", "5:2"], "2 usage"),
    (["--activations", areas, "--unit-fraction", "0"], "2 usage"),
    (["--activations", areas, "--units", "201"], "2 usage"),
    (["--activations", areas, "--position", "it=top"], "2 usage"),
    (["--activations", areas, "--position", "it=deep", "--position", "it=early"], "2 usage"),
    (["--activations", areas, "--set", "animal=m1", "--set", "Animal=m2"], "2 usage"),
    (["--activations", areas, "--nan", "guess"], "2 usage"),
    (["--activations", areas, "--nan", "refuse"], "3 invalidData"),
    (["--activations", "/tmp/engram-no-such-file.npy"], "2 notFound"),
    (["--activations", areas, "--force", "--new-runs"], "2 usage"),
  ])
  func `a mistake has its exit code and leaves no store`(words: [String], expected: String) throws {
    let folder = TemporaryFolder()
    let result = Shell.run(Shell.engram, ["observe", folder["s.engram"]] + words + ["--json"])
    let error = try JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: [String: Any]]
    #expect("\(result.code) \(error?["error"]?["code"] as? String ?? "none")" == expected, "\(result.errors)")
    #expect(folder.names.isEmpty)
  }

  @Test func `a layer may be called as the published ones are, with a slash`() throws {
    let folder = TemporaryFolder()
    TestFiles.write(Fixtures.bytes("recordings/act_0.npy"), to: folder["a.npy"])
    TestFiles.write(Fixtures.bytes("recordings/act_0.npy"), to: folder["x=1.npy"])
    func layers(_ activations: String, axes: String = "stimulus,unit") throws -> [String] {
      let plan = try json(
        ["observe", folder["s.engram"], "--activations", activations, "--axes", axes, "--dry-run"])
      return (plan["layers"] as? [[String: Any]] ?? []).compactMap { $0["layer_name"] as? String }
    }
    #expect(try layers("block_group1_0/conv1=\(folder["a.npy"])") == ["block_group1_0/conv1"])
    #expect(try layers("block_group1_0/conv1=\(folder["?.npy"])") == ["block_group1_0/conv1"])
    #expect(
      try layers("block_group1_0/conv1=\(Self.areas):it", axes: "epoch,stimulus,unit") == ["block_group1_0/conv1"])
    #expect(try layers(folder["x=1.npy"]) == ["layer"])
    let none = Shell.run(Shell.engram, ["observe", folder["s.engram"], "--activations", "\(folder["y"])=1.npy"])
    #expect(none.code == 2 && none.errors.contains("y=1.npy"), "\(none.errors)")
  }
}
