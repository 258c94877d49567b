// ResultsReport.swift -- how classify and results show how a classifier did.

import Base
import Classifiers
import Studies

/// How classify and results show how a classifier did.
enum ResultsReport {
  /// Everything for a person.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - splits: Only these splits; nil for all that are finished.
  ///   - invocation: Where it is shown.
  /// - Throws: What writing throws, and code `invalidData` for a plan that is not well formed.
  static func show(_ results: Classification, splits: [Int]? = nil, _ invocation: Invocation) throws(EngramError) {
    let shown = results.splits.filter { splits?.contains($0.ordinal) ?? true }
    let summary = results.summary
    try invocation.output.write(
      "results \(summary.id): \(printable(summary.classifier)) on \(printable(summary.title)), \(shown.count) of "
        + "\(summary.splitCount) splits\(try planText(summary))\n")
    if shown.isEmpty {
      try invocation.output.write("no split is finished; the same `engram classify` goes on\n")
      return
    }
    let (train, test) = (shown.map(\.train.confusion), shown.map(\.test.confusion))
    try invocation.output.write(
      "test accuracy   \(accuracyText(SplitAccuracies(test)))\ntrain accuracy  \(accuracyText(SplitAccuracies(train)))\n"
    )
    if let classes = commonClasses(shown) {
      let sum = SplitMetrics(test).sum
      try invocation.output.write("\nconfusion of the test examples (rows: actual class; columns: predicted class)\n")
      try invocation.show(confusionTable(sum, classes))
      try invocation.output.write("\n")
      try invocation.show(classTable(sum, classes))
    } else {
      try invocation.output.write(
        "the splits have different classes, so there is no confusion of all; --json has that of each split\n")
    }
    try invocation.output.write("\n")
    try invocation.show(splitTable(shown, parameters: gridParameters(summary)))
    let notes = notes(shown)
    if !notes.rows.isEmpty {
      try invocation.output.write("\ncandidates that were skipped or dropped, and what else there is to say\n")
      try invocation.show(notes)
    }
    if let table = importanceTable(shown) {
      try invocation.output.write("\nmost important statistics\n")
      try invocation.show(table)
    }
  }

  private static func planText(_ summary: ClassificationSummary) throws(EngramError) -> String {
    let plan = summary.plan
    if summary.isImported { return ", brought in from a file" }
    let view = try plan.object("view").string("name")
    return ", statistics \(printable(try plan.string("statistics"))), view \(printable(view)), "
      + "seed \(try plan.integer("seed")), commit \(try plan.integer("commit"))"
  }

  /// The names of the classes, where all of some splits have the same; nil also without a split.
  private static func commonClasses(_ splits: [SplitResult]) -> [String]? {
    guard let first = splits.first?.classes, splits.allSatisfy({ $0.classes == first }) else { return nil }
    return first
  }

  private static func accuracyText(_ accuracies: SplitAccuracies) -> String {
    let mean = fixed(accuracies.mean, digits: 4)
    guard let error = accuracies.standardError else { return mean }
    return "\(mean) ± \(fixed(error, digits: 4)) (mean and standard error of \(accuracies.values.count) splits)"
  }

  /// A row for each class, a column for each predicted class.
  static func confusionTable(_ matrix: ConfusionMatrix, _ classes: [String]) -> Table {
    var table = Table(columns: ["actual"] + classes)
    for (row, name) in classes.enumerated() {
      table.append([.text(name)] + classes.indices.map { .integer(Int(matrix[row, $0])) })
    }
    return table
  }

  private static func classTable(_ matrix: ConfusionMatrix, _ classes: [String]) -> Table {
    var table = Table(columns: ["class", "recall", "precision", "balanced accuracy", "d'"])
    for (code, name) in classes.enumerated() {
      table.append([
        .text(name), .rate(matrix.recall(of: code)), .rate(matrix.precision(of: code)),
        .rate(matrix.balancedAccuracy(of: code)), .rate(matrix.dPrime(of: code)),
      ])
    }
    return table
  }

  /// A row for each split: accuracies and the parameters that were chosen.
  ///
  /// - Parameters:
  ///   - splits: The splits.
  ///   - names: Only these parameters; nil for all.
  /// - Returns: The table.
  static func splitTable(_ splits: [SplitResult], parameters names: Set<String>? = nil) -> Table {
    var table = Table(columns: [
      "split", "train", "test", "fold accuracy", "test accuracy", "parameters", "seconds",
    ])
    for split in splits {
      let folds = split.search.flatMap { search in search.best.flatMap { search.outcome(of: $0) } }
      var accuracy: TableCell = .missing
      if case .tried(let mean, _)? = folds { accuracy = .real(mean) }
      let seconds = split.searchSeconds + split.fitSeconds
      table.append([
        .text(split.name), .integer(split.train.count), .integer(split.test.count), accuracy,
        .real(split.test.confusion.accuracy), .text(parameterText(split.parameters, names)),
        // Those that came from a file took no time.
        seconds > 0 ? .seconds(seconds) : .missing,
      ])
    }
    return table
  }

  /// The parameters that the grid of a plan names; nil where it names none.
  private static func gridParameters(_ summary: ClassificationSummary) -> Set<String>? {
    guard case .array(let parts)? = summary.plan["grid"] else { return nil }
    var names: Set<String> = []
    for case .object(let part) in parts { names.formUnion(part.keys) }
    return names.isEmpty ? nil : names
  }

  private static func parameterText(_ parameters: JSONObject, _ names: Set<String>?) -> String {
    parameters.members.filter { names?.contains($0.key) ?? ($0.value != .null) }
      .map { "\($0.key)=\($0.value.description.filter { $0 != "\"" })" }.joined(separator: " ")
  }

  /// Skipped and dropped candidates, and notes such as on convergence; equal ones of several splits on one row.
  private static func notes(_ splits: [SplitResult]) -> Table {
    var rows: [(text: String, splits: [String], candidates: Set<Int>)] = []
    func add(_ text: String, _ split: String, _ candidate: Int?) {
      let index = rows.firstIndex { $0.text == text } ?? rows.count
      if index == rows.count { rows.append((text, [], [])) }
      if rows[index].splits.last != split { rows[index].splits.append(split) }
      if let candidate { rows[index].candidates.insert(candidate) }
    }
    for split in splits {
      for candidate in split.search?.rungs.first?.candidates ?? [] {
        switch split.search?.outcome(of: candidate) {
        case .skipped(let reason): add("skipped: \(reason)", split.name, candidate)
        case .dropped(_, let rowCount):
          add("dropped: others did better with \(countText(rowCount)) examples", split.name, candidate)
        case .tried(_, let notes): for note in notes { add(note, split.name, candidate) }
        case nil: continue
        }
      }
      for one in split.passedOver {
        add("passed over, though best in the folds: \(one.reason) (whole train side)", split.name, one.candidate)
      }
      if split.model["converged"] == .bool(false) { add("the chosen model did not converge", split.name, nil) }
    }
    var table = Table(columns: ["what", "splits", "candidates"])
    for row in rows {
      table.append([
        .text(row.text), .integer(row.splits.count),
        row.candidates.isEmpty ? .missing : .integer(row.candidates.count),
      ])
    }
    return table
  }

  /// Importances summed over the samples of each statistic, the mean over splits, the highest first.
  private static func importanceTable(_ splits: [SplitResult]) -> Table? {
    /// Rows for a person; `--json` has every column.
    let shown = 10
    let known = splits.compactMap(\.importances)
    guard !known.isEmpty else { return nil }
    var sums: [String: Double] = [:]
    for importances in known {
      for (column, mean) in zip(importances.columns, importances.means) {
        // A sample stands behind the last one: names of statistics may hold more of them.
        let statistic = column.lastIndex(of: "@").map { String(column[..<$0]) } ?? column
        sums[statistic, default: 0] += mean / Double(known.count)
      }
    }
    var table = Table(columns: ["statistic", "importance"])
    for (name, sum) in sums.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(shown) {
      table.append([.text(name), .real(sum)])
    }
    return table
  }

  // MARK: For programs

  /// Everything for a program.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - splits: Only these splits; nil for all that are finished.
  ///   - isFromStore: Whether they were in the store already; nil where that is not told.
  /// - Returns: The object; where the splits differ in their classes, `classes` and what is by class are null.
  static func json(_ results: Classification, splits: [Int]? = nil, isFromStore: Bool? = nil) -> JSONObject {
    let summary = results.summary
    let shown = results.splits.filter { splits?.contains($0.ordinal) ?? true }
    var object: JSONObject = [
      "id": .integer(summary.id), "classifier": .string(summary.classifier), "title": .string(summary.title),
      "imported": .bool(summary.isImported), "plan": .object(summary.plan), "split_count": .count(summary.splitCount),
      "complete": .bool(summary.isComplete),
    ]
    if let isFromStore { object["from_store"] = .bool(isFromStore) }
    if !shown.isEmpty {
      let classes = commonClasses(shown)
      object["classes"] = classes.map { (names) -> JSONValue in .array(names.map { .string($0) }) } ?? .null
      object["test"] = .object(json(shown.map(\.test.confusion), classes))
      object["train"] = .object(json(shown.map(\.train.confusion), classes))
    }
    object["splits"] = .array(shown.map { .object($0.json) })
    return object
  }

  /// What some matrices say together; what is by class is null where they have no classes in common.
  private static func json(_ matrices: [ConfusionMatrix], _ classes: [String]?) -> JSONObject {
    let accuracies = SplitAccuracies(matrices)
    var object: JSONObject = [
      "mean_accuracy": .real(accuracies.mean), "accuracy_sem": accuracies.standardError.map { .real($0) } ?? .null,
      "accuracies": .array(accuracies.values.map { .real($0) }), "confusion": .null, "by_class": .null,
    ]
    guard let classes else { return object }
    let sum = SplitMetrics(matrices).sum
    object["confusion"] = .array(
      classes.indices.map { row in
        .array(classes.indices.map { .integer(sum[row, $0]) })
      })
    object["by_class"] = .array(
      classes.enumerated().map { code, name in
        [
          "class": .string(name), "recall": TableCell.rate(sum.recall(of: code)).json,
          "precision": TableCell.rate(sum.precision(of: code)).json,
          "balanced_accuracy": TableCell.rate(sum.balancedAccuracy(of: code)).json,
          "d_prime": TableCell.rate(sum.dPrime(of: code)).json,
        ]
      })
    return object
  }
}
