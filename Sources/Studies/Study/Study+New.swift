// Study+New.swift -- a study for the fields of a store.

public import Base
import Classifiers
import Splits
import TrajectoryModel
public import TrajectoryStore

extension Study {
  /// Values of a field that is held out unless somebody names it: as many as one would wait for.
  private static let heldOutValues = 2...30

  /// A study for what a store holds, to be edited by a person.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - label: The column that holds the classes.
  ///   - fields: The fields to hold out; nil for text fields of a few values, the label aside.
  ///   - snapshot: The store.
  /// - Returns: Balanced splits, splits by run, hold-outs, confusions, importances and samples.
  /// - Throws: ``EngramError`` with code `usage` for a bad name, or when there is no such column.
  public static func new(
    named name: String, label: String, holdingOut fields: [String]? = nil, for snapshot: Snapshot
  ) throws(EngramError) -> Study {
    guard isName(name) else {
      throw EngramError(
        .usage, "this is no name for a study", expected: "letters, digits, '_' and '-', at most 60", found: "'\(name)'")
    }
    _ = try snapshot.groups(by: [label])
    let examples = snapshot.allExamples.subtracting(try snapshot.unlabelled(by: label))
    var statistics: [StatisticSelection] = [.admissible]
    if !examples.isEmpty {
      let names = try snapshot.finiteStatistics(of: examples)
      let families = StatisticFamily.allCases.filter { family in
        names.contains { StatisticFamily(ofStatistic: $0) == family }
      }
      if families.count > 1 { statistics += families.map { .family($0) } }
    }
    var svm = JSONObject()
    svm["standardize"] = .bool(true)
    let two = [StudyClassifier(.randomForest), StudyClassifier(.linearSVM, settings: svm)]
    let balanced = SplitSpecification(.balanced(BalancedSplits()), label: label)
    var experiments = [
      StudyExperiment(
        name: "separability", title: "Ten balanced splits", splits: balanced, statistics: statistics, classifiers: two,
        keepsPredictions: true),
      StudyExperiment(
        name: "by-run", title: "Ten splits with no run on both sides",
        splits: SplitSpecification(.groupShuffle(GroupShuffleSplits(repeats: 10)), label: label),
        statistics: statistics, classifiers: two, keepsPredictions: true),
      StudyExperiment(
        name: "importances", title: "All statistics", splits: balanced, classifiers: [StudyClassifier(.randomForest)],
        permutationRepeats: 1),
      StudyExperiment(
        name: "samples", title: "Samples", splits: balanced, statistics: statistics, views: ["random-starts"],
        classifiers: [StudyClassifier(.randomForest)], needs: "evenly spaced epochs, three or more"),
    ]
    var figures = Self.newFigures(label)
    let held = if let fields { fields } else { try Self.fieldsToHoldOut(label, snapshot) }
    for (number, field) in held.enumerated() {
      _ = try snapshot.groups(by: [field])
      experiments.append(
        StudyExperiment(
          name: "hold-out-\(number + 1)", title: field,
          splits: SplitSpecification(.holdout(HoldoutSplits(by: [field])), label: label), statistics: statistics,
          classifiers: two, keepsPredictions: true, needs: "two values of \(field) or more"))
    }
    if !held.isEmpty {
      figures.append(
        StudyFigure(
          name: "hold-outs", title: "Held-out groups, all statistics", drawing: .holdouts,
          experiments: held.indices.map { "hold-out-\($0 + 1)" }, statistics: [.admissible],
          classifiers: [.randomForest], reference: "separability"))
    }
    return Study(name: name, title: "Study of \(label)", label: label, experiments: experiments, figures: figures)
  }

  private static func newFigures(_ label: String) -> [StudyFigure] {
    [
      StudyFigure(
        name: "accuracy", title: "Classes of \(label) told apart", drawing: .accuracy,
        experiments: ["separability", "by-run"]),
      StudyFigure(
        name: "confusion", title: "Confusions, all statistics", drawing: .confusion, experiments: ["separability"],
        statistics: [.admissible]),
      StudyFigure(
        name: "importances", title: "Importance of statistics", drawing: .importances, experiments: ["importances"]),
      StudyFigure(name: "samples", title: "Samples of trajectories", drawing: .samples, experiments: ["samples"]),
    ]
  }

  private static func fieldsToHoldOut(_ label: String, _ snapshot: Snapshot) throws(EngramError) -> [String] {
    var names: [String] = []
    for field in try snapshot.fields() where field.type == .text && field.name.lowercased() != label.lowercased() {
      let groups = try snapshot.groups(by: [field.name])
      if heldOutValues.contains(groups.count), !groups.contains(where: { $0.key[0].isUnlabelled }) {
        names.append(field.name)
      }
    }
    return names
  }
}
