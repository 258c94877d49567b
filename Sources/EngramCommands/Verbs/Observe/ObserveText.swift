// ObserveText.swift -- what `engram observe` says: for people and for programs.

import Base
import Observables
import Training
import TrajectoryModel
import TrajectoryStore
import Transfer

/// What `engram observe` says.
enum ObserveText {
  /// Says what was inferred, and what is likely a mistake.
  static func tell(_ notes: [String], _ warnings: [Mend], _ invocation: Invocation) throws(EngramError) {
    for note in notes { try invocation.note("note: \(note)") }
    for warning in warnings { try invocation.warn(warning.text(in: CommandWording())) }
  }

  private static func json(_ warnings: [Mend]) -> JSONValue {
    .array(warnings.map { .string($0.text(in: CommandWording())) })
  }

  /// Shows what would be measured.
  static func show(_ plan: ObservePlan, _ invocation: Invocation) throws(EngramError) {
    if invocation[CommonParameters.json] {
      var json = json(plan)
      json["store"] = .string(invocation[ObserveCommand.store])
      json["dry_run"] = true
      json["notes"] = .array(plan.notes.map { .string($0) })
      json["warnings"] = Self.json(plan.warnings)
      return try invocation.show(.object(json))
    }
    try invocation.output.write(
      """
      would measure \(measured(plan)), \(byteText(plan.byteCount)) of numbers
      epochs   \(EpochSelection.text(plan.epochs))

      """)
    try invocation.show(table(plan))
  }

  /// Shows what was measured and added.
  static func show(_ report: ObserveReport, seconds: Double, _ invocation: Invocation) throws(EngramError) {
    let plan = report.plan
    let (examples, parts) = (report.ingest.append.examples, report.ingest.preview.parts)
    if invocation[CommonParameters.json] {
      var json = json(plan)
      json["store"] = .string(invocation[ObserveCommand.store])
      json["dry_run"] = false
      json["commit"] = .integer(report.ingest.append.commit)
      json["first_example"] = .integer(examples.lowerBound)
      json["examples"] = .count(examples.count)
      json["observations"] = .count(report.ingest.observations)
      json["parts"] = .array(
        parts.map { ["examples": .count($0.examples), "statistics": .array($0.statistics.map { .string($0) })] })
      json["seconds"] = .real(seconds)
      json["notes"] = .array(report.notes.map { .string($0) })
      json["warnings"] = Self.json(plan.warnings)
      return try invocation.show(.object(json))
    }
    if let correction = report.ingest.preview.correction {
      try invocation.output.write("measured \(measured(plan))\n")
      try CorrectionText.show(correction, report.ingest.append, invocation)
      return try invocation.show(table(plan))
    }
    let counts = parts.map { String($0.statistics.count) }.joined(separator: " and ")
    try invocation.output.write(
      """
      measured \(measured(plan))
      added    \(some(examples.count, "example")) x \(some(plan.epochs.count, "epoch")) x \(counts) statistics
      ids      \(examples.lowerBound) to \(examples.upperBound - 1)
      time     \(durationText(seconds: seconds))

      """)
    try invocation.show(table(plan))
  }

  /// Shows what was measured of kept networks and added.
  static func show(
    _ report: CheckpointObservation.Report, seconds: Double, _ invocation: Invocation
  ) throws(EngramError) {
    let examples = report.ingest?.append.examples
    if invocation[CommonParameters.json] {
      return try invocation.show([
        "store": .string(invocation[ObserveCommand.store]), "networks": .count(report.measured),
        "present": .count(report.present), "commit": (report.ingest?.append.commit).map { .integer($0) } ?? .null,
        "first_example": examples.map { .integer($0.lowerBound) } ?? .null,
        "examples": .count(examples?.count ?? 0), "observations": .count(report.ingest?.observations ?? 0),
        "seconds": .real(seconds), "notes": .array(report.notes.map { .string($0) }),
        "warnings": json(report.ingest?.preview.warnings ?? []),
      ])
    }
    let present = report.present == 0 ? "" : "; the store has \(countText(report.present)) already"
    try invocation.output.write("measured \(some(report.measured, "kept network"))\(present)\n")
    guard let ingest = report.ingest, let examples else { return }
    let counts = ingest.preview.parts.map { String($0.statistics.count) }.joined(separator: " and ")
    try invocation.output.write(
      """
      added    \(some(examples.count, "example")) of \(some(ingest.observations, "observation")), \(counts) statistics
      ids      \(examples.lowerBound) to \(examples.upperBound - 1)
      time     \(durationText(seconds: seconds))

      """)
  }

  /// A number of things.
  private static func some(_ count: Int, _ one: String) -> String {
    count == 1 ? "1 \(one)" : "\(countText(count)) \(one)s"
  }

  /// How much is measured, in words.
  private static func measured(_ plan: ObservePlan) -> String {
    "\(some(plan.layers.count, "layer")) of \(some(plan.runs, "run")) at \(some(plan.epochs.count, "epoch")) "
      + "under \(some(plan.conditions.count, "condition"))"
  }

  /// The layers, one a row.
  private static func table(_ plan: ObservePlan) -> Table {
    var table = Table(columns: ["layer", "position", "stimuli", "units", "weights", "activity_changes"])
    func cell(_ count: Int?) -> TableCell { count.map { .integer($0) } ?? .missing }
    for layer in plan.layers {
      table.append([
        .text(layer.name), layer.position.map { .text($0.rawValue) } ?? .missing, cell(layer.stimuli),
        cell(layer.units),
        cell(layer.weights), cell(layer.changes),
      ])
    }
    return table
  }

  private static func json(_ plan: ObservePlan) -> JSONObject {
    func count(_ value: Int?) -> JSONValue { value.map { .count($0) } ?? .null }
    var json = JSONObject()
    json["runs"] = .count(plan.runs)
    json["epochs"] = .array(plan.epochs.map { .real($0) })
    json["layers"] = .array(
      plan.layers.map { layer in
        [
          "layer_name": .string(layer.name),
          "layer_position": layer.position.map { .string($0.rawValue) } ?? .null,
          "stimuli": count(layer.stimuli), "units": count(layer.units), "weights": count(layer.weights),
          "activity_changes": count(layer.changes),
        ]
      })
    json["conditions"] = .array(
      plan.conditions.map { condition in
        let (units, fraction): (JSONValue, JSONValue) =
          switch condition.units {
          case .all: (.null, .real(1))
          case .fraction(let fraction): (.null, .real(fraction))
          case .count(let count): (.count(count), .null)
          }
        return [
          "units": units, "unit_fraction": fraction, "noise_sd": .real(condition.noiseSD),
          "observation_seed": condition.isPerfect ? .null : .integer(Int64(condition.seed)),
        ]
      })
    json["bytes"] = .count(plan.byteCount)
    return json
  }
}
