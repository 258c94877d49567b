// Conv1DGrid.swift -- networks among which cross-validation chooses.

public import Base
import Synchronization
public import TrajectoryModel

/// Networks among which cross-validation chooses, trained side by side.
public struct Conv1DGrid: CandidateGrid, Hashable {
  /// The networks, in the order in which ties are broken.
  public let networks: [Conv1DNetwork]

  /// Makes a grid of networks.
  public init(_ networks: [Conv1DNetwork]) { self.networks = networks }

  /// The parameters of each network.
  public var candidates: [JSONObject] { networks.map(\.parameters) }

  /// A few networks at a time, as many as train side by side on most machines.
  public var batches: [[Int]] {
    let size = 8
    return stride(from: 0, to: networks.count, by: size).map { Array($0..<min(networks.count, $0 + size)) }
  }

  /// The network of a candidate.
  public func classifier(_ index: Int) -> any Classifier { networks[index] }

  /// Trains networks side by side, each on one thread as long as there are as many as threads.
  ///
  /// A network whose kernel is longer than the trajectories, whose minibatch is larger than the data, or whose loss
  /// grows beyond all bounds is skipped, as the published code skips what fails.
  public func score(
    _ indices: [Int], _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, train: [Int32],
    validation: [Int32], options: FitOptions
  ) throws(EngramError) -> [CandidateScore] {
    try features.requireColumns(columns.columnCount)
    _ = try labels.requireClasses(among: train, of: features.rows)
    try features.requireFinite(rows: train)
    try features.requireFinite(rows: validation)
    var fold = Fold(
      columns: columns, classCount: labels.classCount, trainLabels: train.map { labels.codes[Int($0)] },
      validationLabels: validation.map { labels.codes[Int($0)] })
    for standardizes in Set(indices.map { networks[$0].standardizes }) {
      let scaling =
        standardizes
        ? try Conv1DInput.scaling(of: features, columns: columns, rows: train, work: options.work) : nil
      fold.inputs[standardizes] = Fold.Inputs(
        train: try Conv1DInput(features, columns: columns, rows: train, scaling: scaling, work: options.work),
        validation: try Conv1DInput(features, columns: columns, rows: validation, scaling: scaling, work: options.work),
        scaling: scaling)
    }
    let epochTotal = indices.reduce(0) { $0 + networks[$1].epochCount }
    let epochsDone = Atomic<Int>(0)
    let scores = Mutex([CandidateScore?](repeating: nil, count: indices.count))
    try parallelFor(count: indices.count, work: options.work) { [fold] (place, _) throws(EngramError) in
      var own = options
      own.work.threads = max(1, options.work.threads / indices.count)
      own.work.progress = { _ in
        options.work.report(
          "training", epochsDone.add(1, ordering: .relaxed).newValue, of: epochTotal, .things("epochs"))
      }
      let score = try fold.score(networks[indices[place]], options: own)
      scores.withLock { $0[place] = score }
    }
    return scores.withLock { $0.compactMap { $0 } }
  }
}
