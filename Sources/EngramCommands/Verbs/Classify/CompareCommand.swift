// CompareCommand.swift -- `engram compare STORE FIRST SECOND…`.

import Base
import Studies

/// Compares results of classifiers on the same splits.
enum CompareCommand {
  static let ids = Parameter.arguments(
    .integer(in: 1...Int.max, "ID"), atLeastOne: true, "which results; the others are compared with the first")

  static let command = Command(
    "compare", "compare the results of classifiers on the same splits",
    discussion: """
      The accuracies of each split are subtracted, and so are the recalls of each class. The standard error of the mean \
      difference is corrected for the train sides that repeated splits share (Nadeau and Bengio 2003); the interval covers \
      95 %, and p is that of the two-sided t-test by the same error. With one split there is a difference and no error. \
      Results that were tested on different examples of a split, as with --missing drop, are not compared.
      """,
    takes: [SharedParameters.store, ids, CommonParameters.json, CommonParameters.csv],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init("engram compare lr.engram 1 2", "How much better the second is than the first, and how surely"),
      .init("engram compare lr.engram 1 2 3 4 --csv", "Three results beside the first, for a spreadsheet"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let wanted = invocation[ids].map(Int64.init)
    guard wanted.count > 1 else {
      throw invocation.usageError("say what to compare with", expected: "at least two IDs", found: "\(wanted.count)")
    }
    let store = try invocation.open(SharedParameters.store)
    let first = try store.classification(wanted[0])
    var comparisons: [Comparison] = []
    for id in wanted.dropFirst() {
      comparisons.append(try Comparison(first, with: try store.classification(id)))
    }
    switch invocation.tableFormat {
    case .json: try invocation.show(.array(comparisons.map(json)))
    case .csv: try invocation.show(table(comparisons), as: .csv)
    case .table:
      try invocation.output.write(
        "compared with results \(first.summary.id): \(about(first.summary))\n\n")
      try invocation.show(table(comparisons))
    }
  }

  private static func about(_ summary: ClassificationSummary) -> String {
    var parts = [printable(summary.classifier), "on \(printable(summary.title))"]
    if case .string(let statistics)? = summary.plan["statistics"] {
      parts.append("statistics \(printable(statistics))")
    }
    if case .object(let view)? = summary.plan["view"], case .string(let name)? = view["name"] {
      parts.append("view \(printable(name))")
    }
    return parts.joined(separator: ", ")
  }

  /// A row for the accuracy, then one for the recall of each class, of each comparison.
  private static func table(_ comparisons: [Comparison]) -> Table {
    var table = Table(columns: [
      "id", "results", "measure", "splits", "first", "second", "difference", "std error", "±95 %", "p",
    ])
    for comparison in comparisons {
      let measures =
        [("accuracy", comparison.accuracy)]
        + zip(comparison.classes, comparison.recalls).map { ("recall of \($0)", $1) }
      for (name, one) in measures {
        func cell(_ value: Double?) -> TableCell { value.map { .real($0) } ?? .missing }
        table.append([
          .identifier(comparison.second.id), .text(about(comparison.second)), .text(name), .integer(one.splits),
          .rate(one.first), .rate(one.second), .rate(one.difference), cell(one.standardError), cell(one.halfWidth()),
          cell(one.pValue),
        ])
      }
    }
    return table
  }

  private static func json(_ comparison: Comparison) -> JSONValue {
    func value(_ one: PairedDifference) -> JSONValue {
      func number(_ value: Double?) -> JSONValue { value.flatMap { $0.isNaN ? nil : .real($0) } ?? .null }
      return [
        "splits": .count(one.splits), "first": number(one.first), "second": number(one.second),
        "difference": number(one.difference), "standard_error": number(one.standardError),
        "half_width_95": number(one.halfWidth()), "p": number(one.pValue),
      ]
    }
    return [
      "first": .integer(comparison.first.id), "second": .integer(comparison.second.id),
      "accuracy": value(comparison.accuracy),
      "recall": .array(
        zip(comparison.classes, comparison.recalls).map { ["class": .string($0), "recall": value($1)] }),
    ]
  }
}
