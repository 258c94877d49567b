// Observe.swift -- from raw recordings to statistics of layers, and from there into a store.

import Base
import Formats
import Observables
import TrajectoryModel
import TrajectoryStore

/// From raw recordings to statistics of layers, and from there into a store.
enum Observe {
  /// What was measured of one layer of one run under one condition: its statistics at all epochs.
  struct Measured: Sendable {
    let run: Int
    let layer: Int
    let condition: ObservationCondition
    var statistics: [Statistic]
    /// [epoch][statistic].
    var values: [Double]
  }

  static func run(
    _ request: ObserveRequest, into path: String, options: IngestOptions
  ) throws(EngramError) -> ObserveReport {
    let input = try ObserveInput(request)
    // A store that cannot be opened is told of before anything is measured.
    if TrajectoryStore.exists(at: path) { _ = try TrajectoryStore(opening: path) }
    var measurement = ObserveMeasurement(input, work: options.write.work)
    let measured = try measurement.run()
    let ingest = try Ingest.run(ingestInput(measured, of: input), into: path, options: options)
    var notes = input.notes + measurement.notes
    notes += ingest.notes.filter { !notes.contains($0) }
    var plan = input.plan
    plan.warnings = ingest.preview.warnings
    return ObserveReport(plan: plan, ingest: ingest, notes: notes)
  }

  /// What would be measured, with what of its metadata is likely a mistake.
  static func plan(
    _ request: ObserveRequest, into path: String?, options: IngestOptions
  ) throws(EngramError) -> ObservePlan {
    let input = try ObserveInput(request)
    var snapshot: Snapshot?
    if let path, TrajectoryStore.exists(at: path) { snapshot = try TrajectoryStore(opening: path).snapshot() }
    var examples: [Measured] = []
    for run in 0..<input.runCount {
      let ofLayers = try input.layers.map { (layer) throws(EngramError) in
        let units = input.epochs.indices.map(layer.unitCount)
        return try layer.observations(under: input.conditions, units: units, run: run)
      }
      for condition in input.conditions.indices {
        for (layer, observations) in ofLayers.enumerated() {
          guard let observation = observations[condition] else { continue }
          examples.append(Measured(run: run, layer: layer, condition: observation, statistics: [], values: []))
        }
      }
    }
    let whole = try input.layers.map { (layer) throws(EngramError) in
      let applied = try layer.applied(input.conditions, units: input.epochs.indices.map(layer.unitCount))
      return zip(input.conditions, applied).contains { $0.isCount && $1.isPerfect } ? [layer.name] : []
    }.flatMap { $0 }
    let described = ingestInput(examples, of: input)
    let identity = try RunIdentity(options.runFields, options.repeats, in: snapshot)
    let grouping = try RunGrouping(described, rowCount: examples.count, identity: identity)
    var plan = input.plan
    if !whole.isEmpty { plan.notes.append(MeasurementCondition.noteOnWhole(whole.sorted())) }
    plan.warnings = IngestWarnings(grouping, described).sentences
    return plan
  }

  /// The examples as arrays with metadata, as an ingest takes them.
  ///
  /// Absent is not NaN: examples with other statistics are a part of their own.
  private static func ingestInput(_ measured: [Measured], of input: ObserveInput) -> IngestInput {
    var sets: [[Statistic]] = []
    for example in measured where !sets.contains(example.statistics) { sets.append(example.statistics) }
    let bySet = sets.map { statistics in measured.filter { $0.statistics == statistics } }
    let parts = zip(sets, bySet).map { statistics, examples in
      var bytes: [UInt8] = []
      for example in examples {
        for value in example.values { bytes.appendLittleEndian(value.bitPattern) }
      }
      return IngestInput.Part(
        values: NumPyArray(
          name: "statistics", type: .float64, shape: [examples.count, input.epochs.count, statistics.count],
          isFortranOrder: false, payload: MemoryBytes(bytes)),
        statistics: statistics.map(\.name), epochs: input.epochs)
    }
    let examples = bySet.flatMap { $0 }
    let layers = examples.map { input.layers[$0.layer].name }
    var columns = [MetadataColumn(name: LayerColumns.name, values: layers.map { .text($0) })]
    if examples.contains(where: { $0.condition != .perfect }) {
      columns.append(
        MetadataColumn(name: "unit_fraction", values: examples.map { .real($0.condition.unitFraction) }))
      columns.append(MetadataColumn(name: "noise_sd", values: examples.map { .real($0.condition.noiseSD) }))
      columns.append(
        MetadataColumn(
          name: "observation_seed", values: examples.map { $0.condition.seed.map { .integer($0) } ?? .null }))
    }
    for field in input.fields {
      columns.append(
        MetadataColumn(
          name: field.name, sourceName: field.sourceName, values: examples.map { field.values[$0.run] },
          evidence: field.evidence))
    }
    let request = input.request
    let sources = (request.activations + request.weights + request.activityChanges).map(\.path)
    var described = IngestInput(
      source: sources.joined(separator: ", "), metadataSource: request.metadata, format: "raw recordings", parts: parts,
      positions: layers.map { request.positions[$0] }, columns: columns)
    described.hasLayerColumn = false
    described.rowNumbers = examples.map { $0.run + 1 }
    return described
  }
}
