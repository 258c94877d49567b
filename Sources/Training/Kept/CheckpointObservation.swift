// CheckpointObservation.swift -- networks that were kept, measured again under any conditions, without training.

package import Base
import Formats
package import Observables
import Synchronization
import TrajectoryModel
import TrajectoryStore
package import Transfer

/// Measures networks that were kept and adds what was measured to a store.
///
/// A network that is measured as training measures it has the same statistics, bit for bit, on the same machine and version of
/// the tensor library. Layers that the store has under a condition are not measured under it again.
package struct CheckpointObservation: Sendable {
  /// The networks.
  package let runs: [KeptRun]
  /// What everything is measured under, in one pass.
  package let conditions: [MeasurementCondition]
  /// How the norm of a kernel becomes one number.
  package let weightNorm: WeightNorm
  /// Where data sets lie.
  package let data: String?

  /// Makes an observation of some kept networks.
  package init(
    _ runs: [KeptRun], conditions: [MeasurementCondition] = [.perfect], weightNorm: WeightNorm = .rows,
    data: String? = nil
  ) {
    self.runs = runs
    self.conditions = conditions
    self.weightNorm = weightNorm
    self.data = data
  }

  /// What was measured and added.
  package struct Report: Sendable {
    /// What was added; nil where the store had all of it.
    package var ingest: IngestReport?
    /// Networks that were measured, and those whose every condition the store has.
    package var measured = 0, present = 0
    /// What a user should know.
    package var notes: [String] = []
  }

  /// One layer of one run under one condition, at all epochs.
  private struct Measured {
    let run: Int
    let layer: Layer
    let condition: ObservationCondition
    let statistics: [Statistic]
    var values: [Float] = []
  }

  /// Measures the networks and adds what was measured, in one commit.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a condition that a layer cannot be measured under, `corrupt` and `invalidData`
  ///   for a file of weights, `cancelled`, and what is wrong with a data set or the store.
  package func observe(
    into path: String, options: IngestOptions = IngestOptions()
  ) throws(EngramError) -> Report {
    var report = Report()
    var catalogue = TaskCatalogue(data: data)
    for run in runs { try catalogue.prepare(run.settings) }
    let tasks = catalogue
    let wanted = try wantedConditions(in: path, tasks)
    let chosen = runs.indices.filter { !wanted[$0].isEmpty && !runs[$0].epochs.isEmpty }
    report.present = runs.indices.count { wanted[$0].isEmpty }
    report.measured = chosen.count
    let library = try TensorLibrary.version()
    let others = Set(chosen.map { runs[$0].library }).subtracting([library]).sorted()
    if !others.isEmpty {
      report.notes.append(
        "networks were trained with version \(others.joined(separator: ", ")) of the tensor library and are measured with "
          + "\(library), so statistics may differ in their last bits from those of training")
    }
    let lacking = chosen.filter { runs[$0].epochs != runs[$0].settings.checkpoints }
    if !lacking.isEmpty {
      report.notes.append(
        "\(lacking.count) of the networks are kept at some of their checkpoints only, and are measured at those")
    }
    let empty = runs.count { $0.epochs.isEmpty }
    if empty > 0 { report.notes.append("\(empty) of the networks have no checkpoint yet, and are left out") }
    guard !chosen.isEmpty else { return report }
    let found = Mutex<[Int: [Measured]]>([:])
    let total = chosen.reduce(0) { $0 + runs[$1].epochs.count }
    let done = Mutex(0)
    let work = options.write.work
    try parallelFor(count: chosen.count, work: work) { (place, _) throws(EngramError) in
      let index = chosen[place]
      let measured = try measure(index, wanted[index], try tasks.task(of: runs[index].settings), work) {
        let count = done.withLock { count in
          count += 1
          return count
        }
        work.report("measuring", count, of: total, .things("checkpoints"))
      }
      found.withLock { $0[index] = measured }
    }
    let all = found.withLock { found in chosen.flatMap { found[$0] ?? [] } }
    report.ingest = try Ingest.run(ingestInput(all), into: path, options: options)
    report.notes += report.ingest?.notes ?? []
    return report
  }

  /// The conditions of each run that the store does not have yet.
  private func wantedConditions(
    in path: String, _ tasks: TaskCatalogue
  ) throws(EngramError) -> [[MeasurementCondition]] {
    guard TrajectoryStore.exists(at: path) else { return runs.map { _ in conditions } }
    let snapshot = try TrajectoryStore(opening: path).snapshot()
    let names = runs.first.map { $0.settings.metadata.keys.sorted() } ?? []
    let known = try snapshot.fields().map { $0.name.lowercased() }
    guard names.allSatisfy({ known.contains($0) }) else { return runs.map { _ in conditions } }
    let table = try snapshot.runs(fields: names)
    var ids: [[MetadataValue]: Int64] = [:]
    for (id, row) in zip(table.ids, table.rows) { ids[row] = id }
    let stored = runs.map { run in ids[names.map { run.settings.metadata[$0] ?? .null }] }
    let measured = try snapshot.measuredLayers(of: Set(stored.compactMap { $0 }))
    var wanted: [[MeasurementCondition]] = []
    for (run, id) in zip(runs, stored) {
      guard let id else {
        wanted.append(conditions)
        continue
      }
      let description = try network(of: run, try tasks.task(of: run.settings))
      var missing: [MeasurementCondition] = []
      for condition in conditions {
        for layer in description.layers {
          let observation = try condition.observation(ofUnits: description.operations[layer.output].shape.count)
          let key = MeasuredLayer(run: id, layer: layer.layer.name, condition: observation)
          if measured[key] == nil {
            missing.append(condition)
            break
          }
        }
      }
      wanted.append(missing)
    }
    return wanted
  }

  private func network(of run: KeptRun, _ task: any TrainingTask) throws(EngramError) -> NetworkDescription {
    try run.settings.architecture.network(image: task.image, head: task.head, size: run.settings.size)
  }

  /// Measures one network at all its checkpoints.
  private func measure(
    _ index: Int, _ conditions: [MeasurementCondition], _ task: any TrainingTask, _ work: WorkContext,
    checkpoint: () -> Void
  ) throws(EngramError) -> [Measured] {
    let run = runs[index]
    try TensorLibrary.useThreads(run.threads)
    let description = try network(of: run, task)
    var settings = TensorNetwork.Settings()
    settings.temperature = run.settings.temperature
    let network = try TensorNetwork(
      description, rule: run.settings.rule, options: run.settings.ruleOptions, settings: settings)
    var measured: [Measured] = []
    for (place, epoch) in run.epochs.enumerated() {
      try work.checkCancelled("the measurement was stopped; the store is as it was before")
      try run.restore(network, epoch: epoch)
      let observed = try NetworkMeasurement.measure(
        network, on: task, conditions: conditions, weightNorm: weightNorm,
        changesByFeedback: run.settings.changesByFeedback, work: work.limited(toThreads: 1).silent)
      var slot = 0
      for (layer, ofLayer) in zip(description.layers, observed.observables) {
        for (condition, observables) in zip(conditions, ofLayer) {
          if place == 0 {
            let units = description.operations[layer.output].shape.count
            measured.append(
              Measured(
                run: index, layer: layer.layer, condition: try condition.observation(ofUnits: units),
                statistics: observables.statistics))
          }
          measured[slot].values += observables.values.map { Float($0) }
          slot += 1
        }
      }
      checkpoint()
    }
    // The layers of a condition follow one another: they are one observation of the run.
    var order: [ObservationCondition] = []
    for one in measured where !order.contains(one.condition) { order.append(one.condition) }
    return order.flatMap { condition in measured.filter { $0.condition == condition } }
  }

  /// What was measured, as an ingest takes it: a part for each set of statistics and epochs.
  private func ingestInput(_ measured: [Measured]) -> IngestInput {
    struct Shape: Hashable {
      let statistics: [Statistic]
      let epochs: [Int]
    }
    func shape(_ one: Measured) -> Shape { Shape(statistics: one.statistics, epochs: runs[one.run].epochs) }
    var shapes: [Shape] = []
    for one in measured where !shapes.contains(shape(one)) { shapes.append(shape(one)) }
    let groups = shapes.map { wanted in measured.filter { shape($0) == wanted } }
    let parts = zip(shapes, groups).map { shape, group in
      var bytes: [UInt8] = []
      for one in group { for value in one.values { bytes.appendLittleEndian(value.bitPattern) } }
      return IngestInput.Part(
        values: NumPyArray(
          name: "statistics", type: .float32, shape: [group.count, shape.epochs.count, shape.statistics.count],
          isFortranOrder: false, payload: MemoryBytes(bytes)), statistics: shape.statistics.map(\.name),
        epochs: shape.epochs.map(Double.init))
    }
    let examples = groups.flatMap { $0 }
    var columns = [MetadataColumn(name: "layer_name", values: examples.map { .text($0.layer.name) })]
    if examples.contains(where: { $0.condition != .perfect }) {
      columns += [
        MetadataColumn(name: "unit_fraction", values: examples.map { .real($0.condition.unitFraction) }),
        MetadataColumn(name: "noise_sd", values: examples.map { .real($0.condition.noiseSD) }),
        MetadataColumn(
          name: "observation_seed", values: examples.map { $0.condition.seed.map { .integer($0) } ?? .null }),
      ]
    }
    for name in (runs.first?.settings.metadata.keys.sorted() ?? []) {
      columns.append(
        MetadataColumn(name: name, values: examples.map { runs[$0.run].settings.metadata[name] ?? .null }))
    }
    return IngestInput(
      source: "kept networks", format: "kept networks", parts: parts, positions: examples.map(\.layer.position),
      columns: columns)
  }
}
