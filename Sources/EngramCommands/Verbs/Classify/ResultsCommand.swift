// ResultsCommand.swift -- `engram results STORE [ID…]`.

import Base
import Splits
import Studies
import TrajectoryStore

/// Lists and shows the results of classifiers.
enum ResultsCommand {
  static let ids = Parameter.arguments(
    .integer(in: 1...Int.max, "ID"), atLeastOne: false, "which results to show; without any, all are listed")
  static let predictions = Parameter.flag(
    "predictions", "show the predicted class of each test example, with the probability of each class")
  static let remove = Parameter.flag("remove", "remove these results from the store")

  static let command = Command(
    "results", "list and show the results of classifiers",
    discussion: """
      Shown are mean and standard error of the accuracy over splits, the confusion matrix of all test examples, recall, \
      precision, balanced accuracy and d' of each class, and of each split the parameters that were chosen. Then what \
      was skipped, and the most important statistics. `--csv` has a row for each split, `--json` everything, also how \
      each candidate did in each fold.
      """,
    takes: [
      SharedParameters.store, ids, predictions, remove, SharedParameters.waitSeconds, CommonParameters.json,
      CommonParameters.csv,
    ],
    exclusive: [
      [CommonParameters.json, CommonParameters.csv], [predictions, remove], [remove, CommonParameters.csv],
    ],
    examples: [
      .init("engram results lr.engram", "What there is"),
      .init("engram results lr.engram 1", "How one classifier did"),
      .init("engram results lr.engram 1 2 --csv", "Two classifiers on every split, for a spreadsheet"),
      .init("engram results lr.engram 1 --predictions --csv", "The predicted class of each test example"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let wanted = invocation[ids].map(Int64.init)
    if wanted.isEmpty {
      guard !invocation[predictions], !invocation[remove] else {
        throw invocation.usageError("say which results", expected: "at least one ID", found: "none")
      }
      let summaries = try store.classifications()
      try invocation.show(try list(summaries, store, invocation.tableFormat), as: invocation.tableFormat)
      guard invocation.tableFormat == .table else { return }
      for summary in summaries {
        guard let staleness = try store.staleness(of: summary) else { continue }
        try invocation.output.write(try StalenessText.line(summary, staleness, of: store))
      }
      return
    }
    var results: [Classification] = []
    for id in wanted { results.append(try store.classification(id)) }
    if invocation[remove] {
      for id in wanted { try store.removeClassification(id, options: invocation.writeOptions()) }
      if invocation[CommonParameters.json] {
        return try invocation.show(["removed": .array(wanted.map { .integer($0) })])
      }
      return try invocation.note("removed results \(wanted.map(String.init).joined(separator: ", "))")
    }
    if invocation[predictions] {
      return try invocation.show(try predictionTable(results), as: invocation.tableFormat)
    }
    switch invocation.tableFormat {
    case .json: try invocation.show(.array(results.map { .object(ResultsReport.json($0)) }))
    case .csv: try invocation.show(csv(results), as: .csv)
    case .table:
      for (index, result) in results.enumerated() {
        if index > 0 { try invocation.output.write("\n") }
        if let staleness = try store.staleness(of: result.summary) {
          try invocation.output.write(try StalenessText.line(result.summary, staleness, of: store))
        }
        try ResultsReport.show(result, invocation)
      }
    }
  }

  private static func list(
    _ summaries: [ClassificationSummary], _ store: TrajectoryStore, _ format: Table.Format
  ) throws(EngramError) -> Table {
    let columns = ["id", "classifier", "on", "statistics", "view", "splits", "finished", "test accuracy", "origin"]
    // People are told in lines of their own.
    var table = Table(columns: columns + (format == .table ? [] : ["stale"]))
    for summary in summaries {
      let stale: [TableCell] =
        format == .table ? [] : [try store.staleness(of: summary).map { .text($0.sentence) } ?? .missing]
      table.append(
        [
          .identifier(summary.id), .text(summary.classifier), .text(summary.title), statistics(of: summary),
          view(of: summary),
          .integer(summary.splitCount), .integer(summary.finishedCount),
          summary.meanAccuracy.map { .real($0) } ?? .missing, .text(summary.isImported ? "imported" : "computed"),
        ] + stale)
    }
    return table
  }

  private static func csv(_ results: [Classification]) -> Table {
    let rows = results.map { ($0.summary, ResultsReport.splitTable($0.splits)) }
    var table = Table(columns: ["id", "classifier", "on", "statistics", "view"] + (rows.first?.1.columns ?? []))
    for (summary, splits) in rows {
      for row in splits.rows {
        table.append(
          [
            .identifier(summary.id), .text(summary.classifier), .text(summary.title), statistics(of: summary),
            view(of: summary),
          ] + row)
      }
    }
    return table
  }

  /// Which statistics the classifier saw; missing in results that came from a file.
  private static func statistics(of summary: ClassificationSummary) -> TableCell {
    if case .string(let text)? = summary.plan["statistics"] { .text(text) } else { .missing }
  }

  /// How it saw trajectories; missing in results that came from a file.
  private static func view(of summary: ClassificationSummary) -> TableCell {
    if case .object(let view)? = summary.plan["view"], case .string(let name)? = view["name"] {
      .text(name)
    } else {
      .missing
    }
  }

  private static func predictionTable(_ results: [Classification]) throws(EngramError) -> Table {
    // In the order in which splits first have them; each of `split pairs` has two of its own.
    var classes: [String] = []
    for name in results.flatMap(\.splits).flatMap(\.classes) where !classes.contains(name) { classes.append(name) }
    var table = Table(columns: ["id", "split", "example_id", "actual", "predicted"] + classes.map { "p_\($0)" })
    for result in results {
      for split in result.splits {
        guard let predictions = split.predictions else {
          throw EngramError(
            .notFound, "these results came without predictions", place: "results \(result.summary.id)",
            mend: "results of a study and published ones hold none; `engram classify` keeps them")
        }
        let places = classes.map { split.classes.firstIndex(of: $0) }
        for (row, example) in predictions.examples.enumerated() {
          let probabilities = places.map { (place) -> TableCell in
            place.map { .real32(predictions.probabilities[row * predictions.classCount + $0]) } ?? .missing
          }
          table.append(
            [
              .identifier(result.summary.id), .text(split.name), .identifier(example),
              .text(split.classes[Int(predictions.actual[row])]), .text(split.classes[Int(predictions.predicted[row])]),
            ] + probabilities)
        }
      }
    }
    return table
  }
}
