// NearestRuns.swift -- how far examples are from every training run, and how unusual that is.

import Base
import Classifiers

/// How far examples are from every training run, and how unusual that is.
struct NearestRuns: Sendable {
  /// For each example the nearest training example.
  struct Nearest: Sendable, Hashable {
    /// Its distance.
    let distance: Float
    /// The row of it in the training matrix, and its run.
    let row, run: Int
  }

  /// Held-out training examples that are looked at to know which distances are usual; whole runs are drawn.
  private static let referenceExamples = 2_048
  /// Examples whose distances to all runs are held at a time.
  private static let partSize = 1_024

  /// The nearest training example to each example.
  let nearest: [Nearest]
  /// runs of the examples x training runs: the mean over the layers of the first of the distance to the second.
  let distances: [Double]
  /// The number of training runs.
  let trainingRunCount: Int
  /// What distances of examples, and their means over runs, are usual among held-out training runs.
  let exampleNovelty, runNovelty: Novelty

  /// Measures.
  init(
    of features: borrowing FeatureSet, _ runs: ExampleRuns, to trainingFeatures: borrowing FeatureSet,
    _ training: TrainingRuns, heldOut groups: CalibrationGroups, seed: UInt32, work: WorkContext
  ) throws(EngramError) {
    let scale = try RobustScale(of: trainingFeatures.matrix, work: work)
    let rows = try scale.rows(of: trainingFeatures.matrix, work: work)
    let queries = try scale.rows(of: features.matrix, work: work)
    let runCount = training.runs.count
    trainingRunCount = runCount

    func search(_ queries: ScaledRows) throws(EngramError) -> GroupDistances {
      try GroupDistances(
        from: queries, to: rows, groups: training.runs.codes, groupCount: runCount, work: work)
    }

    let sample = Self.sample(of: training.runs, seed: seed)
    let found = try search(rows.rows(sample.flatMap(\.rows)))
    var (single, means): ([Float], [Float]) = ([], [])
    var query = 0
    for (run, members) in sample {
      var sum: Float = 0
      for _ in members {
        let distance = found.nearest(to: query) { groups.isApart($0, from: run) }?.distance ?? .infinity
        single.append(distance)
        sum += distance
        query += 1
      }
      means.append(sum / Float(members.count))
    }
    exampleNovelty = Novelty(reference: single)
    runNovelty = Novelty(reference: means)

    var nearest: [Nearest] = []
    var sums = [Double](repeating: 0, count: runs.count * runCount)
    for first in stride(from: 0, to: queries.count, by: Self.partSize) {
      let part = first..<min(first + Self.partSize, queries.count)
      work.report("neighbours", part.lowerBound, of: queries.count)
      let found = try search(queries.rows(Array(part)))
      for (query, row) in part.enumerated() {
        if let best = found.nearest(to: query) {
          nearest.append(Nearest(distance: best.distance, row: best.row, run: best.group))
        }
        let base = Int(runs.codes[row]) * runCount
        for run in 0..<runCount { sums[base + run] += Double(found.distances[query * runCount + run]) }
      }
    }
    self.nearest = nearest
    let counts = runs.rows.map { Double($0.count) }
    distances = sums.indices.map { sums[$0] / counts[$0 / runCount] }
  }

  /// Training runs drawn at random, with their rows, until they have examples enough to compare with.
  private static func sample(of runs: ExampleRuns, seed: UInt32) -> [(run: Int, rows: [Int])] {
    let rowsOfRuns = runs.rows
    var order = Array(rowsOfRuns.indices)
    var random = RandomState(seed: seed)
    random.shuffle(&order)
    var sample: [(run: Int, rows: [Int])] = []
    var sampled = 0
    for run in order where sampled < referenceExamples {
      sample.append((run, rowsOfRuns[run]))
      sampled += rowsOfRuns[run].count
    }
    return sample
  }

  /// The nearest training runs to a run of the examples, and their distances.
  func nearest(toRun run: Int, count: Int) -> [(run: Int, distance: Double)] {
    Self.first(count, of: Array(distances[(run * trainingRunCount)..<((run + 1) * trainingRunCount)]))
  }

  /// The nearest training runs to all examples, every run of them counting the same.
  func nearest(count: Int) -> [(run: Int, distance: Double)] {
    let runCount = distances.count / trainingRunCount
    return Self.first(
      count,
      of: (0..<trainingRunCount).map { run in
        (0..<runCount).reduce(0) { $0 + distances[$1 * trainingRunCount + run] } / Double(runCount)
      })
  }

  private static func first(_ count: Int, of distances: [Double]) -> [(run: Int, distance: Double)] {
    distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }.prefix(count).map { ($0, distances[$0]) }
  }
}
