// TrainCommandTests.swift -- `engram train` as a user meets it: without its library, with plans, with what cannot be.

import Base
import TestSupport
import Testing

@Suite struct TrainCommandTests {
  private static func run(_ words: [String], _ environment: [String: String]? = nil) -> (code: Int32, ChildProcess) {
    let process = ChildProcess(ChildProcess.built("engram"), words, environment: environment)
    return (process.wait(), process)
  }

  @Test func `says what to run where the tensor library is not there, and leaves no store`() {
    let folder = TemporaryFolder()
    for words in [[folder["a.engram"]], [folder["a.engram"], "--list-rules"]] {
      let (code, process) = Self.run(["train"] + words, ["ENGRAM_TORCH": folder["none.so"]])
      #expect(code == 1 && process.errors.contains("scripts/setup --training"), "\(process.errors)")
    }
    #expect(folder.names.isEmpty)
    let (code, process) = Self.run(
      ["train", folder["a.engram"], "--plan", "paper", "--list", "--json"], ["ENGRAM_TORCH": "/none"])
    #expect(code == 0 && process.output.contains("\"learning_rule\": \"information\""), "\(process.errors)")
  }

  @Test func `a hidden run is listed as hidden, and is not trained again in silence`() {
    let folder = TemporaryFolder()
    let store = folder["a.engram"]
    let words = [
      store, "--task", "digits", "--architecture", "knet", "--rule", "sgdm", "--epochs", "1", "--batch-size", "64",
      "--set",
      "epoch_images=64", "--set", "width=0.25", "--set", "image_size=8",
    ]
    #expect(Self.run(["train"] + words).code == 0)
    #expect(Self.run(["train"] + words + ["--list"]).1.output.contains("stored"))
    #expect(Self.run(["hide", store, "--where", "architecture = 'knet'"]).code == 0)
    let (_, listed) = Self.run(["train"] + words + ["--list"])
    #expect(listed.output.contains("hidden") && !listed.output.contains("to do"), "\(listed.output)\(listed.errors)")
    let (code, again) = Self.run(["train"] + words)
    #expect(code == 0 && again.output.contains("1 present"), "\(again.output)")
    #expect(again.errors.contains("1 of the runs that are present are hidden"), "\(again.errors)")
    #expect(Self.run(["purge", store, "--confirm", "a.engram"]).code == 0)
    #expect(Self.run(["train"] + words).1.output.contains("1 trained"))
    for place in [store, "\(store)/nets/deeper"] {
      let (code, kept) = Self.run(["train"] + words + ["--model-seed", "1", "--keep-weights", place])
      #expect(code == 2 && kept.errors.contains("inside a store"), "\(kept.errors)")
    }
    #expect(Set(folder.names) == ["a.engram"] && Self.run(["verify", store]).code == 0)
  }

  @Test func `a share of a plan that has no run is said to have none, and leaves no store`() {
    let folder = TemporaryFolder()
    let words = ["train", folder["a.engram"], "--shard", "2/2"]
    let (code, process) = Self.run(words)
    #expect(code == 0 && process.errors.contains("this share of the plan has no run"), "\(process.errors)")
    #expect(Self.run(words + ["--json"]).1.output.contains("\"runs\": []"))
    #expect(folder.names.isEmpty)
  }

  @Test func `several shares of a plan are the runs of any, each once`() {
    let folder = TemporaryFolder()
    folder.write(
      #"{"version": 1, "name": "p", "grids": [{"task": ["digits"], "batch_size": [1, 2, 3, 4, 5, 6]}]}"#,
      to: "plan.json")
    let shares = ["--shard", "6/6", "--shard", "1/3", "--shard", "4/6"]
    let (code, process) = Self.run(
      ["train", folder["a.engram"], "--plan", folder["plan.json"], "--list", "--json"] + shares)
    let runs = process.output.split(separator: "\n").filter { $0.contains("batch_size") }
    #expect(code == 0 && runs.count == 3, "\(process.errors)")
    for (run, size) in zip(runs, [1, 4, 6]) { #expect(run.contains("\"batch_size\": \(size),"), "\(run)") }
  }

  @Test func `a plan is checked when its runs are listed, as when they are trained`() {
    let folder = TemporaryFolder()
    for (task, rule) in [("imagenett", "sgdm"), ("digits", "sgd")] {
      folder.write(
        #"{"version": 1, "name": "p", "grids": [{"task": ["\#(task)"], "learning_rule": ["\#(rule)"]}]}"#,
        to: "plan.json")
      let (code, process) = Self.run(["train", folder["a.engram"], "--plan", folder["plan.json"], "--list"])
      #expect(code == 2 && process.errors.contains("there is no such"), "\(process.errors)")
    }
    let overrides = #""overrides": [{"where": {"task": ["cifar10"]}, "settings": {"rate": 1}}]"#
    folder.write(#"{"version": 1, "name": "p", "grids": [{"task": ["digits"]}], \#(overrides)}"#, to: "plan.json")
    let (code, process) = Self.run(["train", folder["a.engram"], "--plan", folder["plan.json"], "--list"])
    #expect(code == 0 && process.errors.contains("override 1 of the plan concerns no run"), "\(process.errors)")
  }

  @Test func `a setting that cannot be is named, and a data set that nothing needs is said`() {
    let folder = TemporaryFolder()
    let words = ["train", folder["a.engram"], "--list"]
    let (code, process) = Self.run(words + ["--set", "width=0.1", "--set", "dropout=1"])
    #expect(
      code == 2 && process.errors.contains("--set: a setting is out of range, key \"dropout\""), "\(process.errors)")
    let (listed, said) = Self.run(words + ["--data", "/nonexistent"])
    #expect(listed == 0 && said.errors.contains("--data is not used"), "\(said.errors)")
  }

  private static let refused: [[String]] = [
    ["--task", "imagenett"], ["--rule", "sgd"], ["--architecture", "vgg"], ["--set", "rat=1"], ["--set", "width=-1"],
    ["--plan", "no-such-plan"], ["--plan", "miniature", "--task", "digits"], ["--shard", "5/4"], ["--task", "cifar10"],
    ["--epochs", "0"], ["--epochs", "3", "--set", "epochs=4"], ["--set", "image_size=4"], ["--model-seed", "-1"],
    ["--set", "rule_options.alfa=1", "--rule", "information"], ["--set", "width=1", "--set", "width=2"],
  ]

  @Test(arguments: refused)
  func `refuses what cannot be, and leaves no store`(words: [String]) {
    let folder = TemporaryFolder()
    let (code, process) = Self.run(["train", folder["a.engram"]] + words)
    #expect(code == 2, "\(words): \(process.errors)")
    #expect(folder.names.isEmpty, "\(words)")
  }
}
