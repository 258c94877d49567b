// TrainText.swift -- what `engram train` prints.

import Base
import Training
import TrajectoryModel
import TrajectoryStore

/// What `engram train` prints.
enum TrainText {
  /// More runs than this are summed up and not listed.
  private static let mostListed = 40

  /// Says that a share of a plan has no run, as one of more shares than runs.
  static func showNoRuns(_ invocation: Invocation) throws(EngramError) {
    try invocation.note("note: there is nothing to train: this share of the plan has no run")
    if invocation[CommonParameters.json] { try invocation.show(json([], 0)) }
  }

  /// Shows what became of runs.
  static func show(
    _ reports: [TrainingReport], in store: TrajectoryStore, seconds: Double, _ invocation: Invocation
  ) throws(EngramError) {
    if invocation[CommonParameters.json] { return try invocation.show(json(reports, seconds)) }
    if reports.count <= mostListed { try invocation.show(table(reports)) }
    let rules = summary(reports)
    if reports.count > 1 { try invocation.show(rules) }
    func count(_ outcome: TrainingReport.Outcome) -> Int { reports.filter { $0.outcome == outcome }.count }
    let parts = TrainingReport.Outcome.allCases.filter { count($0) > 0 }.map {
      "\(countText(count($0))) \($0.rawValue)"
    }
    let trained = reports.filter { $0.outcome == .trained || $0.outcome == .resumed }
    let examples = trained.reduce(0) { $0 + $1.examples }
    try invocation.output.write(
      """
      runs     \(parts.joined(separator: ", "))
      added    \(countText(examples)) examples
      time     \(durationText(seconds: seconds)), \(share(trained)) of it for observables

      """)
    try tell(kept: reports, invocation)
    try tell(hidden: reports, in: store, invocation)
    let diverged = trained.filter { $0.divergedAtStep != nil }
    if !diverged.isEmpty {
      try invocation.note(
        "\(countText(diverged.count)) of the networks diverged; their statistics are NaN from there on: "
          + diverged.prefix(5).map { $0.settings.title }.joined(separator: "; "))
    }
  }

  /// Says how much is kept, and which runs were in the store before their networks were to be kept.
  private static func tell(kept reports: [TrainingReport], _ invocation: Invocation) throws(EngramError) {
    let kept = reports.filter { $0.keptCheckpoints != nil }
    guard let folder = invocation[TrainCommand.keepWeights], !kept.isEmpty else { return }
    let checkpoints = kept.reduce(0) { $0 + ($1.keptCheckpoints ?? 0) }
    try invocation.output.write(
      "kept     \(countText(checkpoints)) checkpoints in \(folder), \(byteText(kept.reduce(0) { $0 + $1.keptBytes })) of them new\n"
    )
    let lacking = kept.filter { $0.outcome == .present && ($0.keptCheckpoints ?? 0) < $0.settings.checkpoints.count }
    if !lacking.isEmpty {
      try invocation.note(
        "note: \(countText(lacking.count)) of the runs were in the store already, and their networks are not kept")
    }
  }

  /// Says which runs were not trained again because they are in the store, though hidden.
  private static func tell(
    hidden reports: [TrainingReport], in store: TrajectoryStore, _ invocation: Invocation
  ) throws(EngramError) {
    let present = reports.filter { $0.outcome == .present }
    if present.isEmpty { return }
    let runs = try hiddenRuns(store)
    let hidden = present.filter { runs.contains(Self.present($0.settings.metadata)) }.count
    if hidden > 0 {
      try invocation.note(
        "note: \(countText(hidden)) of the runs that are present are hidden; to train them again, remove them by engram purge"
      )
    }
  }

  private static func share(_ reports: [TrainingReport]) -> String {
    let all = reports.reduce(0) { $0 + $1.seconds }
    let observing = reports.reduce(0) { $0 + $1.observingSeconds }
    return all > 0 ? "\(Int((100 * observing / all).rounded())) %" : "none"
  }

  private static func table(_ reports: [TrainingReport]) -> Table {
    var table = Table(columns: fields + ["outcome", "loss", "top1", "seconds"])
    for report in reports {
      table.append(
        cells(report.settings) + [
          .text(report.outcome.rawValue), report.loss.map { .real($0) } ?? .missing,
          report.top1.map { .real($0) } ?? .missing, report.seconds > 0 ? .seconds(report.seconds) : .missing,
        ])
    }
    return table
  }

  private static let fields = ["task", "architecture", "learning_rule", "batch_size", "model_seed", "dataset_seed"]

  private static func cells(_ settings: TrainingSettings) -> [TableCell] {
    let metadata = settings.metadata
    return fields.map { TableCell(metadata[$0] ?? .null) }
  }

  /// For each task and rule, how many networks learned how well.
  private static func summary(_ reports: [TrainingReport]) -> Table {
    var table = Table(columns: ["task", "learning_rule", "runs", "top1_mean", "top1_least", "top1_most"])
    let measured = reports.filter { $0.top1 != nil }
    for task in unique(measured.map(\.settings.task)) {
      for rule in unique(measured.filter { $0.settings.task == task }.map(\.settings.rule)) {
        // Of networks that diverged there is none.
        let shares = measured.filter { $0.settings.task == task && $0.settings.rule == rule }.compactMap(\.top1)
          .filter { !$0.isNaN }
        table.append([
          .text(task), .text(rule), .integer(shares.count), .real(shares.reduce(0, +) / Double(shares.count)),
          .real(shares.min() ?? .nan), .real(shares.max() ?? .nan),
        ])
      }
    }
    return table
  }

  private static func unique(_ words: [String]) -> [String] {
    var seen: Set<String> = []
    return words.filter { seen.insert($0).inserted }
  }

  private static func json(_ reports: [TrainingReport], _ seconds: Double) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .real($0) } ?? .null }
    return [
      "runs": .array(
        reports.map { report in
          var json = JSONObject()
          for (name, cell) in zip(fields + ["recipe"], fields + ["recipe"]).map({ ($0, report.settings.metadata[$1]) })
          {
            json[name] =
              switch cell {
              case .integer(let number): .integer(number)
              case .text(let text): .string(text)
              default: .null
              }
          }
          json["outcome"] = .string(report.outcome.rawValue)
          json["loss"] = number(report.loss)
          json["top1"] = number(report.top1)
          json["examples"] = .count(report.examples)
          if let kept = report.keptCheckpoints {
            json["kept_checkpoints"] = .count(kept)
            json["kept_bytes"] = .count(report.keptBytes)
          }
          json["diverged_at_step"] = report.divergedAtStep.map { .count($0) } ?? .null
          json["seconds"] = .real(report.seconds)
          json["observing_seconds"] = .real(report.observingSeconds)
          json["error"] = report.error.map { .string($0.message) } ?? .null
          return .object(json)
        }), "seconds": .real(seconds),
    ]
  }

  /// Lists runs with what became of them so far.
  static func show(list runs: [TrainingSettings], in path: String, _ invocation: Invocation) throws(EngramError) {
    var begun: [[String: MetadataValue]: Set<Double>] = [:]
    var stored: Set<[String: MetadataValue]> = []
    var hidden: Set<[String: MetadataValue]> = []
    if TrajectoryStore.exists(at: path) {
      let store = try TrajectoryStore(opening: path)
      for run in try store.runsInProgress() { begun[present(run.run.metadata)] = Set(run.epochs) }
      (stored, hidden) = (try storedRuns(store), try hiddenRuns(store))
    }
    var table = Table(columns: fields + ["recipe", "state"])
    for run in runs {
      let metadata = present(run.metadata)
      // What is stored of a run that has not ended are observations of its network.
      let state =
        begun[metadata].map { epochs in
          let checkpoints = run.checkpoints
          return "\(checkpoints.count { epochs.contains(Double($0)) }) of \(checkpoints.count) checkpoints"
        }
        ?? (stored.contains(metadata) ? "stored" : hidden.contains(metadata) ? "hidden" : "to do")
      table.append(cells(run) + [TableCell(run.metadata["recipe"] ?? .null), .text(state)])
    }
    try invocation.show(table, as: invocation[CommonParameters.json] ? .json : .table)
  }

  private static func present(_ metadata: [String: MetadataValue]) -> [String: MetadataValue] {
    metadata.filter { $0.value != .null }
  }

  /// The metadata of every run of a store that names a recipe.
  private static func storedRuns(_ store: TrajectoryStore) throws(EngramError) -> Set<[String: MetadataValue]> {
    let names = fields + ["recipe"]
    let known = try store.snapshot().fields().map { $0.name.lowercased() }
    guard names.allSatisfy({ known.contains($0) }) else { return [] }
    var stored: Set<[String: MetadataValue]> = []
    try store.query("SELECT \(names.joined(separator: ", ")) FROM run") { (_) throws(EngramError) in
    } row: { (values) throws(EngramError) in
      stored.insert(present(Dictionary(uniqueKeysWithValues: zip(names, values))))
    }
    return stored
  }

  /// The metadata of every run of a store that is hidden and names a recipe.
  private static func hiddenRuns(_ store: TrajectoryStore) throws(EngramError) -> Set<[String: MetadataValue]> {
    let snapshot = try store.snapshot()
    let names = fields + ["recipe"]
    let known = try snapshot.fields().map { $0.name.lowercased() }
    guard names.allSatisfy({ known.contains($0) }) else { return [] }
    return Set(
      try snapshot.hiddenRuns(fields: names).rows.map { present(Dictionary(uniqueKeysWithValues: zip(names, $0))) })
  }

  /// Lists the learning rules.
  static func show(rules: [LearningRule], _ invocation: Invocation) throws(EngramError) {
    if invocation[CommonParameters.json] {
      return try invocation.show(
        .array(
          rules.map { rule in
            [
              "learning_rule": .string(rule.name), "title": .string(rule.title),
              "optimizer": .string(rule.optimizer.rawValue),
              "has_feedback": .bool(rule.hasFeedback),
              "options": .array(
                rule.options.map { ["name": .string($0.name), "value": .real($0.value), "about": .string($0.text)] }),
            ]
          }))
    }
    var table = Table(columns: ["learning_rule", "optimizer", "option", "value", "about"])
    for rule in rules {
      table.append([.text(rule.name), .text(rule.optimizer.rawValue), .missing, .missing, .text(rule.title)])
      for option in rule.options {
        table.append([.text(rule.name), .missing, .text(option.name), .real(option.value), .text(option.text)])
      }
    }
    try invocation.show(table)
  }
}
