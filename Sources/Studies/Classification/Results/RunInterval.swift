// RunInterval.swift -- how far a mean accuracy is certain, by bootstrap over runs.

package import Base
import TrajectoryModel
package import TrajectoryStore

/// A 95 % interval of a mean test accuracy by bootstrap over runs (percentiles; Efron and Tibshirani 1993, chapter 13).
///
/// Layers of one network resemble each other and stand on the test sides of several splits, so examples and splits are not
/// independent, and runs are. Runs are drawn with replacement, the same ones in every split; what a draw gives is the mean over
/// the splits of the share of its examples that is correct.
package struct RunInterval: Sendable, Hashable {
  /// The ends.
  package let low: Double, high: Double
  /// The runs that were drawn from.
  package let runs: Int

  /// The share of draws inside.
  package static let level = 0.95
  private static let draws = 1_000
  private static let seed: UInt32 = 0

  /// The interval of some splits whose predictions were kept; nil where one has none, and where there is one run.
  ///
  /// - Parameters:
  ///   - splits: The splits, of which the mean is taken.
  ///   - snapshot: Where their examples are.
  ///   - work: Who may stop it.
  /// - Throws: What reading the runs of examples throws, and code `cancelled`.
  package init?(
    of splits: [SplitResult], in snapshot: Snapshot, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    let kept = splits.compactMap(\.predictions)
    guard !kept.isEmpty, kept.count == splits.count else { return nil }
    let all = ExampleSet(ids: Set(kept.flatMap(\.examples))).intersection(snapshot.allExamples)
    let labels = try snapshot.labels(of: "run_id", for: all)
    let places = Dictionary(uniqueKeysWithValues: zip(all.ids, labels.codes))
    try self.init(
      kept.map { predictions in
        zip(predictions.examples, zip(predictions.actual, predictions.predicted)).compactMap { example, codes in
          places[example].map { (run: Int($0), isRight: codes.0 == codes.1) }
        }
      }, runCount: labels.classes.count, work: work)
  }

  /// The interval of some splits: for each the run of each test example, and whether it was identified correctly.
  ///
  /// - Parameters:
  ///   - splits: The runs are numbers below `runCount`.
  ///   - runCount: The number of runs that are drawn from.
  ///   - work: Who may stop it.
  /// - Throws: ``EngramError`` with code `cancelled`.
  package init?(
    _ splits: [[(run: Int, isRight: Bool)]], runCount: Int, work: WorkContext = WorkContext()
  ) throws(EngramError) {
    guard runCount > 1 else { return nil }
    var right = [Double](repeating: 0, count: splits.count * runCount)
    var count = right
    for (split, examples) in splits.enumerated() {
      for example in examples {
        count[split * runCount + example.run] += 1
        if example.isRight { right[split * runCount + example.run] += 1 }
      }
    }
    var random = RandomState(seed: Self.seed)
    var means: [Double] = []
    for _ in 0..<Self.draws {
      try work.checkCancelled("stopped while an interval over runs was drawn")
      var times = [Double](repeating: 0, count: runCount)
      for _ in 0..<runCount { times[Int(random.interval(UInt64(runCount - 1)))] += 1 }
      var (sum, used) = (0.0, 0.0)
      for split in splits.indices {
        var (hits, all) = (0.0, 0.0)
        for run in 0..<runCount {
          hits += times[run] * right[split * runCount + run]
          all += times[run] * count[split * runCount + run]
        }
        // A draw without any run of a split says nothing of it.
        if all > 0 { (sum, used) = (sum + hits / all, used + 1) }
      }
      if used > 0 { means.append(sum / used) }
    }
    means.sort()
    guard let first = means.first, let last = means.last else { return nil }
    let tail = Int((Double(means.count) * (1 - Self.level) / 2).rounded())
    low = tail < means.count ? means[tail] : first
    high = tail < means.count ? means[means.count - 1 - tail] : last
    runs = runCount
  }
}
