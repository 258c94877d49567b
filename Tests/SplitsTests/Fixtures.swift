// Fixtures.swift -- frozen answers, stores in folders of their own, and the published metadata.

import Base
import Foundation
import TrajectoryModel
import TrajectoryStore

/// A folder of its own, removed when it is no longer held.
final class Folder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "engram-splits-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}

/// Files of the repository's `fixtures` folder.
enum Fixture {
  static func path(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "fixtures/\(name)").path
  }

  static func json(_ name: String) throws -> JSONObject {
    try JSONValue(parsing: [UInt8](try Data(contentsOf: URL(filePath: path(name)))), file: name).asObject()
  }
}

/// Stores whose values do not matter.
struct ToyStore: Sendable {
  let folder: Folder
  let store: TrajectoryStore

  /// A store of runs, each with some layers; one statistic at one epoch.
  init(_ runs: [Recording], in parts: Int = 1) throws {
    folder = try Folder()
    store = try TrajectoryStore.create(at: folder.url.appending(path: "toy.engram").path)
    let size = (runs.count + parts - 1) / parts
    for start in stride(from: 0, to: runs.count, by: max(1, size)) {
      _ = try store.append(
        Array(runs[start..<min(runs.count, start + size)]), epochs: [0], statistics: ["weightabs_mean"])
    }
  }

  /// One run with layers of given positions.
  static func run(_ metadata: [String: MetadataValue], layers: Int, value: Float = 0) -> Recording {
    Recording(
      metadata: metadata, layers: (0..<layers).map { Layer(name: "conv\($0)", position: nil) },
      values: .float32([Float](repeating: value, count: layers)))
  }
}

/// The networks of the published data: 22 of them, each trained 48 times.
enum PublishedMetadata {
  static let deep = ["resnet18", "resnet34v2", "resnet34", "alexnetlrn", "resnet18v2", "alexnet"]
  static let small = ["knet", "knetc4lrn", "knetc4", "knetlrn"]

  static var models: [(task: String, architecture: String, layers: Int)] {
    let models =
      deep.map { ("imagenet", $0) } + small.map { ("cifar10", $0) } + deep.map { ("simclr", $0) }
      + deep.map { ("audionet", $0) }
    return models.map { task, architecture in
      let layers =
        switch architecture {
        case "resnet18", "resnet18v2": 22
        case "resnet34", "resnet34v2": 38
        case "alexnet", "alexnetlrn": 8
        case "knetc4", "knetc4lrn": 5
        default: 4
        }
      return (task, architecture, layers + (task == "simclr" ? 1 : 0))
    }
  }

  /// The runs in nested order: networks, rules, batch sizes, model seeds, dataset seeds.
  static var runs: [Recording] {
    var runs: [Recording] = []
    for model in models {
      for rule in ["adam", "sgdm", "information", "feedback"] {
        for batch: Int64 in [128, 256, 512] {
          for modelSeed: MetadataValue in [.null, .integer(0)] {
            for datasetSeed: MetadataValue in [.null, .integer(0)] {
              runs.append(
                ToyStore.run(
                  [
                    "task": .text(model.task), "architecture": .text(model.architecture), "learning_rule": .text(rule),
                    "batch_size": .integer(batch), "model_seed": modelSeed, "dataset_seed": datasetSeed,
                  ], layers: model.layers))
            }
          }
        }
      }
    }
    return runs
  }
}
