// IdentifyReportText.swift -- how `engram identify` shows its answer to people and spreadsheets.

import Base
import Classifiers
import Studies
import TrajectoryModel
import TrajectoryStore

/// How `engram identify` shows its answer to people and spreadsheets.
enum IdentifyReportText {
  /// Runs and statistics that people are shown; programs get all.
  private static let shownRuns = 24
  private static let shownStatistics = 8

  /// A line for each example, with everything that fits one.
  static func examples(_ found: Identification) -> Table {
    var table = Table(
      columns: ["example_id", "run_id", "layer_name", "predicted", "confidence"] + found.classes.map { "p_\($0)" } + [
        "distance", "novelty_p", "nearest_example", "nearest_run", "leading_statistic", "leading_share",
      ])
    for example in found.examples {
      let best = example.mostLikely
      let leading = example.statistics.first
      table.append(
        [
          .identifier(example.example), TableCell(example.run), TableCell(example.layer),
          TableCell(found.classes[best]),
          .real(example.probabilities[best]),
        ] + example.probabilities.map { .real($0) } + [
          .real(example.distance), .real(example.noveltyPValue), .identifier(example.nearestExample),
          TableCell(example.nearestRun), leading.map { .text($0.statistic) } ?? .missing,
          leading.map { .real($0.share) } ?? .missing,
        ])
    }
    return table
  }

  /// The whole answer for a person.
  static func show(_ found: Identification, _ invocation: Invocation) throws(EngramError) {
    try invocation.output.write(head(found))
    try invocation.show(classes(found))
    try invocation.output.write("\nruns, the least confident first\n")
    try invocation.show(runs(found))
    try invocation.output.write("\nnearest training runs\n")
    try invocation.show(nearest(found))
    if !found.group.statistics.isEmpty {
      try invocation.output.write(
        "\nwhat statistics add to the forest's probability of \(printable("\(found.classes[found.group.mostLikely])"))\n"
      )
      try invocation.show(statistics(found))
    }
  }

  private static func head(_ found: Identification) -> String {
    let (training, columns) = (found.training, found.columns)
    let counts = zip(found.classes, training.classExamples).map { "\($0) \(countText($1))" }.joined(separator: ", ")
    let wanted = columns.columns.statistics.count
    let epochs = columns.columns.epochsRead
    var lines = [
      "learned from \(countText(training.examples)) examples of \(countText(training.runs)) runs (\(counts)) with "
        + "\(countText(training.treeCount)) trees",
      "seen: \(wanted) of \(wanted + columns.leftOut.count) statistics at \(epochs.count) of "
        + "\(epochs.count + columns.epochsLeftOut.count) epochs (\(EpochSelection.text(epochs))); "
        + "view \(columns.columns.view.text)",
    ]
    if training.unlabelled > 0 {
      lines.append("left out: \(countText(training.unlabelled)) training examples without a \(found.label)")
    }
    let byReason = Dictionary(grouping: columns.leftOut, by: \.reason)
    for (reason, left) in byReason.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      lines.append("left out, \(reason.rawValue): \(left.map(\.statistic).joined(separator: ", "))")
    }
    if !columns.epochsLeftOut.isEmpty {
      lines.append("left out, not recorded on both sides: epochs \(EpochSelection.text(columns.epochsLeftOut))")
    }
    let groups = found.calibrationGroups
    lines.append(
      "calibrated on what was held out by \(groups.fields.joined(separator: " and ")), \(groups.foldCount) times, \(groups.reason)"
    )
    if !groups.newValues.isEmpty {
      lines.append("not among the training runs: \(groups.newValues.joined(separator: "; "))")
    }
    if !groups.runFields.isEmpty {
      lines.append(
        "name no kind, for each training run has a value of its own: \(groups.runFields.joined(separator: ", "))")
    }
    lines.append("held-out examples: \(text(found.exampleConfidence))")
    lines.append("held-out runs: \(text(found.runConfidence))")
    lines += sets(found)
    if let agreement = found.agreement {
      lines.append(
        "\(agreement.measures.joined(separator: ", ")), each learned from alone, say the same of "
          + "\(fixed(100 * agreement.share, digits: 0)) % of runs (guesses: \(fixed(100 / Double(found.classes.count), digits: 0)) %)"
      )
    }
    if let beside = found.perfectBeside { lines += cost(of: beside, found) }
    if let known = found.known {
      lines.append(
        "identified correctly, by their labels: \(known.rightExamples) of \(known.examples) examples, "
          + "\(known.rightRuns) of \(known.runs) runs")
    }
    let group = found.group
    lines.append(
      "farther from the training data than 95 in 100 held out: \(group.examplesBeyond95) of "
        + "\(found.examples.count) examples; than 99: \(group.examplesBeyond99)")
    lines += [""] + verdict(found)
    return lines.map { printable($0) + "\n" }.joined()
  }

  /// What all examples together look like.
  private static func verdict(_ found: Identification) -> [String] {
    let best = found.group.mostLikely
    var lines = [
      "\(countText(found.examples.count)) examples of \(countText(found.runs.count)) "
        + "\(found.runs.count == 1 ? "run look" : "runs look") like \(found.classes[best]), confidence "
        + fixed(found.group.probabilities[best], digits: 3)
        + (found.runs.count == 1 ? "" : " if all are of one \(found.label)")
    ]
    if found.mayBeOfNewClass {
      let kinds = found.warnings.map(\.kind).filter(\.speaksOfNewClass).map(\.rawValue)
      lines.append("or are of a \(found.label) that no training run has, as warned: \(kinds.joined(separator: ", "))")
    }
    return lines
  }

  private static func text(_ level: ConfidenceLevel) -> String {
    let (calibrated, before) = (level.calibrated, level.uncalibrated)
    return "\(fixed(100 * calibrated.accuracy, digits: 1)) % identified correctly at a mean confidence of "
      + "\(fixed(100 * calibrated.meanConfidence, digits: 1)) %; calibration error "
      + "\(fixed(100 * calibrated.expectedCalibrationError, digits: 1)) % "
      + "(\(fixed(100 * before.expectedCalibrationError, digits: 1)) % before, exponent \(fixed(level.exponent, digits: 2)))"
  }

  /// How far sets of classes hold the true one, and how each kind that was held out did.
  private static func sets(_ found: Identification) -> [String] {
    let sets = found.runSets
    guard let worst = sets.worst else { return [] }
    func percent(_ share: Double) -> String { "\(fixed(100 * share, digits: 0)) %" }
    let isByKind = !found.calibrationGroups.isByRun
    var lines = [
      "\(percent(sets.level)) sets of held-out runs: \(percent(sets.coverage)) hold the true \(found.label), at worst "
        + "\(percent(worst.coverage))\(isByKind ? " (\(worst.name))" : ""), with \(fixed(sets.meanSize, digits: 1)) of "
        + "\(found.classes.count) classes on average"
    ]
    if isByKind {
      let fields = found.calibrationGroups.fields
      let each = sets.kinds.map { (kind) in
        let name = fields.reduce(kind.name) { $0.replacing("\($1)=", with: "") }
        return "\(name) \(percent(kind.accuracy))\(kind.isDoubtful ? " (measures hardly agree)" : "")"
      }
      lines.append(
        "held-out runs identified correctly, by \(fields.joined(separator: " and ")): \(each.joined(separator: fields.count == 1 ? ", " : "; "))"
      )
    }
    return lines
  }

  /// What it costs that runs were measured as the recordings were.
  private static func cost(of beside: PerfectBeside, _ found: Identification) -> [String] {
    var lines = ["learned from observations like the recordings: \(beside.condition)"]
    guard let perfect = beside.runConfidence?.calibrated else {
      return lines + ["what the condition costs is not known: no such run was measured perfectly as well, or too few"]
    }
    let here = found.runConfidence.calibrated
    func points(_ before: Double, _ after: Double) -> String { fixed(100 * (before - after), digits: 1) }
    lines.append(
      "\(countText(beside.runs)) of these runs measured perfectly, held out: "
        + "\(fixed(100 * perfect.accuracy, digits: 1)) % identified correctly at a mean confidence of "
        + "\(fixed(100 * perfect.meanConfidence, digits: 1)) %")
    lines.append(
      "the condition costs \(points(perfect.accuracy, here.accuracy)) points of runs identified correctly and "
        + "\(points(perfect.meanConfidence, here.meanConfidence)) points of confidence")
    return lines
  }

  private static func classes(_ found: Identification) -> Table {
    var table = Table(columns: [found.label, "probability", "runs", "examples"])
    for (code, name) in found.classes.enumerated() {
      table.append([
        TableCell(name), .text(fixed(found.group.probabilities[code], digits: 3)),
        .integer(found.group.classRuns[code]), .integer(found.group.classExamples[code]),
      ])
    }
    return table
  }

  private static func runs(_ found: Identification) -> Table {
    var table = Table(
      columns: ["run_id", "examples", "predicted", "confidence", "set", "novelty p", "nearest run", "of", "distance"])
    let order = found.runs.indices.sorted {
      let (a, b) = (found.runs[$0], found.runs[$1])
      return (a.probabilities[a.mostLikely], $0) < (b.probabilities[b.mostLikely], $1)
    }
    for index in order.prefix(shownRuns) {
      let run = found.runs[index]
      table.append([
        TableCell(run.run), .integer(run.exampleCount), TableCell(found.classes[run.mostLikely]),
        .text(fixed(run.probabilities[run.mostLikely], digits: 3)),
        .text(found.runSets.codes(of: run.probabilities).map { "\(found.classes[$0])" }.joined(separator: " ")),
        .text(fixed(run.noveltyPValue, digits: 3)),
        run.nearestRuns.first.map { TableCell($0.run) } ?? .missing,
        run.nearestRuns.first.map { TableCell($0.label) } ?? .missing,
        run.nearestRuns.first.map { .text(fixed($0.distance, digits: 2)) } ?? .missing,
      ])
    }
    if found.runs.count > shownRuns {
      table.append([.text("… \(countText(found.runs.count - shownRuns)) more")] + Array(repeating: .missing, count: 8))
    }
    return table
  }

  private static func nearest(_ found: Identification) -> Table {
    var names: [String] = []
    for field in found.group.nearestRuns.flatMap(\.fields.values)
    where field.name.lowercased() != found.label.lowercased() {
      if !names.contains(field.name) { names.append(field.name) }
    }
    var table = Table(columns: ["run_id", found.label, "distance"] + names)
    for run in found.group.nearestRuns {
      table.append(
        [TableCell(run.run), TableCell(run.label), .text(fixed(run.distance, digits: 2))]
          + names.map { name in run.fields.values.first { $0.name == name }.map { TableCell($0.value) } ?? .missing })
    }
    return table
  }

  private static func statistics(_ found: Identification) -> Table {
    var table = Table(columns: ["statistic", "adds"])
    for share in found.group.statistics.prefix(shownStatistics) {
      table.append([.text(share.statistic), .text(fixed(share.share, digits: 4))])
    }
    let rest = found.group.statistics.dropFirst(shownStatistics)
    if !rest.isEmpty {
      table.append([
        .text("the other \(rest.count) together"), .text(fixed(rest.reduce(0) { $0 + $1.share }, digits: 4)),
      ])
    }
    return table
  }
}
