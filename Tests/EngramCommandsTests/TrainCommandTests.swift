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

  private static let refused: [[String]] = [
    ["--task", "imagenett"], ["--rule", "sgd"], ["--architecture", "vgg"], ["--set", "rat=1"], ["--set", "width=-1"],
    ["--plan", "no-such-plan"], ["--plan", "miniature", "--task", "digits"], ["--shard", "5/4"], ["--task", "cifar10"],
    ["--epochs", "0"], ["--epochs", "3", "--set", "epochs=4"], ["--set", "image_size=4"], ["--model-seed", "-1"],
    ["--set", "rule_options.alfa=1", "--rule", "information"],
  ]

  @Test(arguments: refused)
  func `refuses what cannot be, and leaves no store`(words: [String]) {
    let folder = TemporaryFolder()
    let (code, process) = Self.run(["train", folder["a.engram"]] + words)
    #expect(code == 2, "\(words): \(process.errors)")
    #expect(folder.names.isEmpty, "\(words)")
  }
}
