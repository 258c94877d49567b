// RecordingCondition.swift -- learning on runs that were measured as the recordings were, and what that costs.

import Base
import Classifiers
import TrajectoryModel
import TrajectoryStore

/// Which observations of labelled runs are like the recordings to identify (paper Appendix B.4).
public enum RecordingCondition: Sendable, Hashable {
  /// Those with a unit fraction and a noise that an example to identify has.
  case own
  /// Those for which an SQL expression is true, over `unit_fraction`, `noise_sd` and the other columns of an example.
  case filter(String)
}

/// What learning at the condition of the recordings was compared with: the same runs, measured perfectly.
public struct PerfectBeside: Sendable, Hashable {
  /// The SQL that selected the observations to learn from.
  public let condition: String
  /// How many of the training runs were measured perfectly as well; without any nothing is compared.
  public let runs: Int
  /// How far the confidence of examples and of runs is true when they are measured perfectly; nil where it is not known.
  public let exampleConfidence, runConfidence: ConfidenceLevel?
}

/// Learning at the condition of the recordings.
struct RecordingLikeness {
  /// The observations to learn from, in SQL.
  let condition: String
  /// The request as it was, and with that condition.
  let original, request: IdentifyRequest

  private static let perfect = "unit_fraction = 1 AND noise_sd = 0"

  /// Narrows a request to observations that are like the recordings; nil where that is not asked for.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when labelled runs are there and were not measured so.
  init?(_ request: IdentifyRequest, examples unknown: ExampleSet, in snapshot: Snapshot, limits: QueryLimits)
    throws(EngramError)
  {
    guard let like = request.likeRecording else { return nil }
    switch like {
    case .filter(let text): condition = text
    case .own:
      let seen = try snapshot.groups(by: ["unit_fraction", "noise_sd"])
        .filter { !$0.examples.isDisjoint(with: unknown) }
      condition = seen.map { "unit_fraction = \($0.key[0]) AND noise_sd = \($0.key[1])" }.joined(separator: " OR ")
    }
    original = request
    var narrowed = request
    narrowed.train = "(\(request.trainFilter)\n) AND (\(condition)\n)"
    self.request = narrowed
    guard try snapshot.examples(where: narrowed.trainFilter, limits: limits).isEmpty else { return }
    let others = try snapshot.examples(where: request.trainFilter, limits: limits).count
    guard others > 0 else { return }
    throw EngramError(
      .notFound, "no run to learn from was measured as the recordings were", file: snapshot.store.path,
      expected: "training examples for which \(condition)",
      found: "\(others) training examples, all measured otherwise",
      mend: """
        measure the labelled runs so, from their activations: \(run: .observe, on: snapshot.store.path) with \
        \(option: .units) and \(option: .noise)
        """)
  }

  /// Holds out the same runs as they are measured perfectly.
  ///
  /// - Parameters:
  ///   - columns: The columns that were learned on.
  ///   - fields: What was held out together.
  ///   - unknown: The examples to identify.
  ///   - snapshot: Where they are.
  ///   - work: How the work is done.
  /// - Returns: How far confidence is true then.
  /// - Throws: As an identification, but for runs that are too few to compare.
  func perfectBeside(
    _ columns: FeatureColumns, heldOutBy fields: [String], unknown: ExampleSet, in snapshot: Snapshot, work: WorkContext
  ) throws(EngramError) -> PerfectBeside {
    var perfect = original
    perfect.calibrateBy = fields
    perfect.train = """
      (\(original.trainFilter)
      ) AND \(Self.perfect) AND run_id IN (SELECT run_id FROM example WHERE \(request.trainFilter)
      )
      """
    let limits = QueryLimits(work: work)
    let selected = try snapshot.examples(where: perfect.trainFilter, limits: limits)
    let unlabelled = try snapshot.unlabelled(by: original.label, limits: limits)
    let names = Set(columns.statistics)
    let examples = selected.subtracting(unlabelled)
    let epochs = columns.view.choice == nil ? columns.epochsRead : nil
    guard !examples.isEmpty, names.isSubset(of: try snapshot.finiteStatistics(of: examples, at: epochs)) else {
      return PerfectBeside(condition: condition, runs: 0, exampleConfidence: nil, runConfidence: nil)
    }
    let training: TrainingRuns
    let groups: CalibrationGroups
    do throws(EngramError) {
      training = try TrainingRuns(examples, label: original.label, in: snapshot)
      groups = try CalibrationGroups(perfect, training, examples: unknown, in: snapshot)
    } catch  where error.code == .invalidData {
      // One class, or one run of a class, was measured perfectly: nothing can be held out.
      return PerfectBeside(condition: condition, runs: 0, exampleConfidence: nil, runConfidence: nil)
    }
    var features = FeatureSet(layout: .columnMajor)
    try features.fill(examples, columns, from: snapshot, work: work)
    let votes = try HeldOutVotes(
      groups, training, features, RandomForest(treeCount: original.treeCount), seed: original.seed, work: work)
    return PerfectBeside(
      condition: condition, runs: training.runs.count, exampleConfidence: votes.calibration.level,
      runConfidence: votes.pooled(training).calibration.level)
  }
}
