// PublishedMetadata.swift -- the networks of the published data.

import TestSupport
import TrajectoryModel
import TrajectoryStore

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
