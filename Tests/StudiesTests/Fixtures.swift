// Fixtures.swift -- small stores whose learning rules can be told apart, in folders of their own.

import Base
import Foundation
import TrajectoryModel
import TrajectoryStore

/// A folder of its own, removed when it is no longer held.
final class Folder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(path: "engram-experiments-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
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

/// A store of runs of a few learning rules, whose statistics differ by rule and a little at random.
struct ToyStore: Sendable {
  static let statistics = ["weightabs_mean", "weightraw_kurtosis", "actraw_mean", "gradavgabs_id"]
  static let epochs: [Double] = [0, 5, 10]

  let folder: Folder
  let store: TrajectoryStore

  /// Runs of each rule, of two layers each; a NaN stands in `weightraw_kurtosis` of the last layer at epoch 5.
  init(runsOfEach count: Int = 8, rules: [String] = ["adam", "feedback", "sgdm"]) throws {
    folder = try Folder()
    store = try TrajectoryStore.create(at: folder.path("toy.engram"))
    var random = SeededGenerator(seed: 7)
    var recordings: [Recording] = []
    for run in 0..<count {
      for (rule, name) in rules.enumerated() {
        var values: [Float] = []
        for _ in 0..<2 {
          for _ in Self.epochs {
            for statistic in Self.statistics.indices {
              values.append(Float(rule * (statistic + 1)) + Float(random.next() % 1_000) / 400)
            }
          }
        }
        if run == count - 1, rule == rules.count - 1 { values[values.count - 2 * 4 + 1] = .nan }
        recordings.append(
          Recording(
            metadata: [
              "task": .text("toy"), "architecture": .text(run % 2 == 0 ? "knet" : "alexnet"),
              "learning_rule": .text(name),
              "model_seed": .integer(Int64(run)),
            ],
            layers: [Layer(name: "conv1", position: .early), Layer(name: "fc2", position: .deep)],
            values: .float32(values)))
      }
    }
    _ = try store.append(recordings, epochs: Self.epochs, statistics: Self.statistics)
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
