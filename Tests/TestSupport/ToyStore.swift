// ToyStore.swift -- small stores whose contents follow from a few words.

package import Base
package import TrajectoryModel
package import TrajectoryStore

/// A small store in a folder of its own.
package struct ToyStore: Sendable {
  /// The folder of the store, which goes with it.
  package let folder = TemporaryFolder()
  /// The store.
  package let store: TrajectoryStore

  /// The path of the store.
  package var path: String { store.path }

  /// A store of recordings.
  ///
  /// - Parameters:
  ///   - recordings: The runs.
  ///   - epochs: Their epochs.
  ///   - statistics: Their statistics.
  ///   - parts: How many commits add them.
  /// - Throws: What writing a store throws.
  package init(
    _ recordings: [Recording] = [], epochs: [Double] = [0], statistics: [String] = ["weightabs_mean"],
    in parts: Int = 1
  ) throws(EngramError) {
    store = try TrajectoryStore.create(at: folder["toy.engram"])
    let size = (recordings.count + parts - 1) / parts
    for start in stride(from: 0, to: recordings.count, by: max(1, size)) {
      _ = try store.append(
        Array(recordings[start..<min(recordings.count, start + size)]), epochs: epochs, statistics: statistics)
    }
  }

  /// One run with some layers of one value each: one statistic at one epoch.
  package static func run(_ metadata: [String: MetadataValue], layers: Int, value: Float = 0) -> Recording {
    Recording(
      metadata: metadata, layers: (0..<layers).map { Layer(name: "conv\($0)", position: nil) },
      values: .float32([Float](repeating: value, count: layers)))
  }
}

extension ToyStore {
  /// The statistics of ``learningRules(_:runsOfEach:)``.
  package static let ruleStatistics = ["weightabs_mean", "weightraw_kurtosis", "actraw_mean", "gradavgabs_id"]
  /// The epochs of ``learningRules(_:runsOfEach:)``.
  package static let ruleEpochs: [Double] = [0, 5, 10]

  /// Runs of a few learning rules, of two layers each, whose statistics differ by rule and a little at random.
  ///
  /// A NaN stands in `weightraw_kurtosis` of the last layer at epoch 5. With `wide` values are Float64, made of those by it.
  package static func learningRules(
    _ rules: [String] = ["adam", "feedback", "sgdm"], runsOfEach count: Int = 8, wide: ((Double) -> Double)? = nil
  ) throws(EngramError) -> ToyStore {
    var random = SeededGenerator(seed: 7)
    var recordings: [Recording] = []
    for run in 0..<count {
      for (rule, name) in rules.enumerated() {
        var values: [Float] = []
        for _ in 0..<(2 * ruleEpochs.count) {
          for statistic in ruleStatistics.indices {
            values.append(Float(rule * (statistic + 1)) + Float(random.next() % 1_000) / 400)
          }
        }
        if run == count - 1, rule == rules.count - 1 { values[values.count - 2 * 4 + 1] = .nan }
        recordings.append(
          Recording(
            metadata: [
              "task": .text("toy"), "architecture": .text(run % 2 == 0 ? "knet" : "alexnet"),
              "learning_rule": .text(name), "model_seed": .integer(Int64(run)),
            ],
            layers: [Layer(name: "conv1", position: .early), Layer(name: "fc2", position: .deep)],
            values: wide.map { .float64(values.map(Double.init).map($0)) } ?? .float32(values)))
      }
    }
    return try ToyStore(recordings, epochs: ruleEpochs, statistics: ruleStatistics)
  }
}
