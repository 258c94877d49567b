// ScaleTests.swift -- bulk insertion and selection at a size that shows a wrong complexity.

import Base
import Catalog
import Glibc
import TestSupport
import Testing
import TrajectoryModel

struct ScaleTests {
  /// Runs in the catalog: 50,000 in the suite, or what ENGRAM_CATALOG_RUNS says, for a measurement.
  private static let runCount: Int64 = {
    guard let text = unsafe getenv("ENGRAM_CATALOG_RUNS") else { return 50_000 }
    return Int64(unsafe String(cString: text)) ?? 50_000
  }()

  private func report(_ what: String, _ time: Duration) {
    let milliseconds = Double(time.components.seconds) * 1_000 + Double(time.components.attoseconds) / 1e15
    print("\(what): \(milliseconds.rounded()) ms")
  }

  @Test func `many runs are inserted, filtered and grouped in a time that grows with runs alone`() throws {
    let (runs, layers) = (Self.runCount, Int64(20))
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    let clock = ContinuousClock()
    let tasks = ["imagenet", "cifar10", "simclr", "audionet"].map { MetadataValue.text($0) }
    let architectures = ["resnet18", "resnet18v2", "resnet34", "alexnet", "knet"].map { MetadataValue.text($0) }
    let rules = ["adam", "sgdm", "information", "feedback"].map { MetadataValue.text($0) }
    let all = (0..<layers).map {
      Layer(name: "block_group1_\($0)/conv", position: [.early, .middle, .deep][Int($0) % 3])
    }
    report(
      "insert \(runs) runs and observations",
      try clock.measure {
        try catalog.write(operation: "append", message: "many") { writer throws(EngramError) in
          let set = try writer.layerSet(for: all)
          for number in 0..<Int(runs) {
            let run = try writer.addRun([
              tasks[number % 4], architectures[number % 5], rules[number / 7 % 4], .integer(128 << Int64(number % 3)),
              number % 2 == 0 ? .null : .integer(Int64(number)), .null,
            ])
            try writer.addObservation(run: run, layerSet: set)
          }
          try writer.addSegment(Sample.segment(0, runs * layers))
        }
      })
    report(
      "opening",
      try clock.measure { _ = try Catalog(in: scratch.directory, access: .read).look { try $0.extents() } })
    for (filter, part) in [
      ("task = 'cifar10'", 4), ("layer_position = 'early'", 0), ("task = 'cifar10' AND layer_position = 'early'", 0),
      ("architecture = 'knet' OR layer_ordinal = 3", 0), ("run_id = 77", Int(runs)),
    ] {
      var count = 0
      report(
        "examples(where: \(filter))",
        try clock.measure { count = try catalog.look { try $0.examples(where: filter).count } })
      #expect(part == 0 ? count > 0 : count == Int(runs * layers) / part)
    }
    for (columns, filter, expected) in [
      (["learning_rule"], nil, 4), (["architecture", "task"], nil, 20),
      (["batch_size", "dataset_seed"], "task = 'cifar10'", 3),
      (["run_id"], nil, Int(runs)), (["layer_position"], nil, 3), (["learning_rule", "layer_name"], nil, 80),
      (["learning_rule"], "layer_position = 'early'", 4),
      (["learning_rule"], "task = 'cifar10' AND layer_position = 'early'", 4),
      (["learning_rule", "layer_name"], "example_id % 2 = 0", 40),
    ] as [([String], String?, Int)] {
      var count = 0
      report(
        "groups(by: \(columns), where: \(filter ?? "nil"))",
        try clock.measure { count = try catalog.look { try $0.groups(by: columns, where: filter).count } })
      #expect(count == expected)
    }
    var labels = 0
    report(
      "metadata of every example, 2 columns",
      try clock.measure {
        try catalog.look { reader in
          try reader.metadata(of: ExampleSet(0..<(runs * layers)), columns: ["learning_rule", "layer_position"]) {
            _, _ in labels += 1
          }
        }
      })
    #expect(labels == Int(runs * layers))
    report(
      "metadata of every 301st example",
      try clock.measure {
        let ids = ExampleSet(ids: stride(from: 0, to: runs * layers, by: 301))
        try catalog.look { reader in try reader.metadata(of: ids, columns: ["learning_rule"]) { _, _ in } }
      })
    var problems = 0
    report("check", try clock.measure { problems = try catalog.look { try $0.check().problems }.count })
    #expect(problems == 0)
  }
}
