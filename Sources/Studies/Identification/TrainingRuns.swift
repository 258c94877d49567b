// TrainingRuns.swift -- examples to learn from, with their runs and classes.

import Base
import Classifiers
import TrajectoryModel
import TrajectoryStore

/// Examples to learn from: their runs, and the class of each.
struct TrainingRuns: Sendable, Hashable {
  /// The examples.
  let examples: ExampleSet
  /// The classes.
  let classes: ExampleClasses
  /// The class of each example.
  let labels: ClassLabels
  /// The runs.
  let runs: ExampleRuns
  /// The class of each run.
  let runClasses: [Int32]

  /// Looks up the classes of examples, all of which have one.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` when there is only one class; `usage` when the layers of one run
  ///   have different classes.
  init(_ examples: ExampleSet, label: String, in snapshot: Snapshot) throws(EngramError) {
    self.examples = examples
    classes = try ExampleClasses(of: examples, by: label, in: snapshot)
    labels = try classes.labels(of: examples, in: snapshot)
    runs = try ExampleRuns(of: examples, in: snapshot)
    guard classes.values.count > 1 else {
      throw EngramError(
        .invalidData, "there is nothing to tell apart in the training examples", file: snapshot.store.path,
        place: "column \(label)", expected: "at least two classes",
        found: "\(examples.count) examples of '\(classes.names.joined())'",
        mend:
          "loosen \(option: .train), or choose another \(option: .label); \(run: .info) shows the values of every field"
      )
    }
    var found = [Int32](repeating: -1, count: runs.count)
    for (row, run) in runs.codes.enumerated() {
      let code = labels.codes[row]
      guard found[Int(run)] < 0 || found[Int(run)] == code else {
        throw EngramError(
          .usage, "the layers of one run have different values of '\(label)'", file: snapshot.store.path,
          place: "run \(runs.ids[Int(run)])", expected: "a field of runs, such as learning_rule",
          found: "\(classes.names[Int(found[Int(run)])]) and \(classes.names[Int(code)])",
          mend: "choose a \(option: .label) that all layers of a run share")
      }
      found[Int(run)] = code
    }
    runClasses = found
  }

  /// The number of runs of each class.
  var runCounts: [Int] { ClassLabels(codes: runClasses, classCount: classes.values.count).counts() }

  /// The first class of which all examples are in one of some parts of the training examples, and that part.
  func lostClass(without parts: [ExampleSet]) -> (part: Int, code: Int)? {
    let ids = examples.ids
    let totals = labels.counts()
    for (index, part) in parts.enumerated() {
      var left = totals
      for (row, id) in ids.enumerated() where part.contains(id) { left[Int(labels.codes[row])] -= 1 }
      if let code = left.firstIndex(of: 0) { return (index, code) }
    }
    return nil
  }
}
