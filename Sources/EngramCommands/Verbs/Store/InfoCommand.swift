// InfoCommand.swift -- `engram info STORE`.

import Base
import Splits
import TrajectoryModel
import TrajectoryStore

/// Shows what is in a store.
enum InfoCommand {
  static let command = Command(
    "info", "show what is in a store",
    discussion: "Counts, fields with their values, statistics, epochs, sizes, metrics of runs and split sets.",
    takes: [SharedParameters.store, SharedParameters.filter, SharedParameters.asOf, CommonParameters.json],
    examples: [
      .init("engram info lr.engram", "Everything at a glance"),
      .init("engram info lr.engram --where \"task = 'cifar10'\"", "The part of it that was trained on CIFAR-10"),
    ],
    body: run)

  /// Values of a field, and names of statistics, that people are shown; programs get all.
  private static let shownValues = 12

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let snapshot = try invocation.snapshot(SharedParameters.store, asOf: SharedParameters.asOf)
    let filter = invocation[SharedParameters.filter]
    let limits = QueryLimits(work: invocation.work)
    let summary = try snapshot.summary(where: filter, limits: limits)
    let finite = try snapshot.finiteStatistics(of: try snapshot.examples(where: filter, limits: limits))
    let splitSets = try snapshot.store.splitSets()
    if invocation[CommonParameters.json] {
      try invocation.show(
        json(summary, finite, splitSets, try snapshot.store.runsInProgress(), store: snapshot.store.path))
    } else {
      let examples = try snapshot.examples(where: filter, limits: limits)
      let batches = batches(snapshot.recorded(examples))
      let key = try snapshot.runKey().map { [("run key", $0.joined(separator: ", "))] } ?? []
      try invocation.output.write(text(summary, finite, splitSets, more: batches + key))
      let runs = try snapshot.store.runsInProgress()
      guard !runs.isEmpty else { return }
      let epochs = runs.reduce(0) { $0 + $1.epochs.count }
      try invocation.output.write(
        "in progress: \(countText(runs.count)) runs with \(countText(epochs)) checkpoints, which are no examples before "
          + "they end\n")
    }
  }

  private static func names(_ names: [String]) -> String {
    let more = names.count > shownValues ? " and \(names.count - shownValues) more" : ""
    return names.prefix(shownValues).map { QuotedList.text([$0]) }.joined(separator: ", ") + more
  }

  /// A value as a person is shown it.
  private static func short(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }

  /// A line for each set of epochs and statistics that examples were recorded at; none where all are alike.
  private static func batches(_ parts: [RecordedExamples]) -> [(String, String)] {
    var sets: [(columns: FeatureColumns, examples: ExampleSet)] = []
    for part in parts {
      if let index = sets.firstIndex(where: { $0.columns == part.columns }) {
        sets[index].examples = sets[index].examples.union(part.examples)
      } else {
        sets.append((part.columns, part.examples))
      }
    }
    guard sets.count > 1 else { return [] }
    return sets.map { columns, examples in
      let ids = "\(examples.ranges.first?.lowerBound ?? 0) to \((examples.ranges.last?.upperBound ?? 1) - 1)"
      let epochs = "\(columns.epochs.count) epochs (\(EpochSelection.text(columns.epochs)))"
      let statistics = "\(columns.statistics.count) statistics (\(names(columns.statistics)))"
      return ("batch", "\(countText(examples.count)) examples (\(ids)): \(epochs) x \(statistics)")
    }
  }

  private static func text(
    _ summary: StoreSummary, _ finite: [String], _ splitSets: [SplitSetSummary], more: [(String, String)]
  ) -> String {
    let ratio = Double(summary.storedValueBytes) / Double(max(1, summary.segmentBytes))
    let staged = summary.stagedBatches > 0 ? " and \(summary.stagedBatches) staged batches" : ""
    let stored = summary.storedExamples == summary.examples ? "" : " of \(countText(summary.storedExamples)) examples"
    var lines: [(String, String)] = [
      ("examples", "\(countText(summary.examples)) of \(countText(summary.runs)) runs"),
      (
        "statistics",
        "\(summary.statistics.count), of which \(finite.count) are admissible (finite in every example): "
          + names(summary.statistics)
      ),
      (
        "epochs",
        summary.epochs.isEmpty ? "none" : "\(summary.epochs.count): \(EpochSelection.text(summary.epochs))"
      ),
      ("values", "\(summary.elementTypes.map(\.name).joined(separator: " and ")), \(byteText(summary.valueBytes))"),
      (
        "size",
        "\(byteText(summary.segmentBytes)) in \(summary.segments) segments\(staged)\(stored) "
          + "(\(fixed(ratio, digits: 2)) to 1), \(byteText(summary.catalogBytes)) of catalog"
      ),
      ("layer sets", countText(summary.layerSets)),
      ("commit", summary.commit.map { "\($0.id), \($0.operation) at \($0.time)" } ?? "none yet"),
    ]
    if summary.hiddenExamples > 0 {
      lines.append(("hidden", "\(countText(summary.hiddenExamples)) examples, which nothing selects"))
    }
    lines += more
    for field in summary.fields {
      let shown = field.values.prefix(shownValues).map { "\(short($0.value.description)) (\(countText($0.examples)))" }
      let rest = field.values.count > shownValues ? [", and \(countText(field.values.count - shownValues)) more"] : []
      let distinct = field.values.count { $0.value != .null }
      let type = "\(field.field.type.rawValue), \(countText(distinct)) value\(distinct == 1 ? "" : "s")"
      lines.append((field.field.name, "\(type): \(shown.joined(separator: ", "))\(rest.joined())"))
    }
    for metric in summary.metrics {
      let nans = metric.nans > 0 ? ", \(countText(metric.nans)) of them NaN" : ""
      lines.append(
        (
          "metric",
          "\(metric.name): \(countText(metric.values)) values of \(countText(metric.runs)) runs, epochs "
            + "\(EpochSelection.text(metric.firstEpoch)) to \(EpochSelection.text(metric.lastEpoch))\(nans)"
        ))
    }
    for set in splitSets { lines.append(("split set", "\(set.name): \(set.splitCount) \(set.kind) splits")) }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { name, value in
      name + String(repeating: " ", count: width - name.count + 2) + printable(value) + "\n"
    }.joined()
  }

  private static func json(
    _ summary: StoreSummary, _ finite: [String], _ splitSets: [SplitSetSummary], _ runs: [RunInProgress],
    store: String
  ) -> JSONValue {
    [
      "store": .string(store), "identifier": .string(summary.identifier),
      "commit": summary.commit.map { .integer($0.id) } ?? .null, "examples": .count(summary.examples),
      "runs": .count(summary.runs), "observations": .count(summary.observations),
      "layer_sets": .count(summary.layerSets), "segments": .count(summary.segments),
      "staged_batches": .count(summary.stagedBatches), "stored_bytes": .count(summary.segmentBytes),
      "catalog_bytes": .count(summary.catalogBytes), "value_bytes": .count(summary.valueBytes),
      "stored_examples": .count(summary.storedExamples), "stored_value_bytes": .count(summary.storedValueBytes),
      "hidden_examples": .count(summary.hiddenExamples),
      "types": .array(summary.elementTypes.map { .string($0.name) }),
      "statistics": .array(summary.statistics.map { .string($0) }), "admissible": .array(finite.map { .string($0) }),
      "epochs": .array(summary.epochs.map { .real($0) }),
      "fields": .array(
        summary.fields.map { field in
          [
            "name": .string(field.field.name), "type": .string(field.field.type.rawValue),
            "values": .array(
              field.values.map {
                ["value": TableCell($0.value).json, "examples": .count($0.examples)]
              }),
          ]
        }),
      "metrics": .array(
        summary.metrics.map {
          [
            "name": .string($0.name), "runs": .count($0.runs), "values": .count($0.values),
            "nan_values": .count($0.nans), "first_epoch": .real($0.firstEpoch), "last_epoch": .real($0.lastEpoch),
          ]
        }),
      "split_sets": .array(
        splitSets.map {
          ["name": .string($0.name), "kind": .string($0.kind), "splits": .count($0.splitCount)]
        }),
      "in_progress": .array(
        runs.map { run in
          var fields = JSONObject()
          for (name, value) in run.run.metadata.sorted(by: { $0.key < $1.key }) { fields[name] = TableCell(value).json }
          return [
            "run": .object(fields), "layers": .count(run.run.layers.count),
            "statistics": .count(run.run.statistics.count), "checkpoints": .count(run.epochs.count),
            "last_epoch": run.epochs.last.map { .real($0) } ?? .null,
          ]
        }),
    ]
  }
}
