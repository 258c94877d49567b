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
    var statistics: [Statistic] = []
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
    let survey = try survey(path, tasks, ofOtherData: try otherData(tasks), replaces: options.repeats == .update)
    let missing = survey.missing
    let chosen = runs.indices.filter { !missing[$0].isEmpty }
    report.present = survey.present
    report.measured = chosen.count
    report.notes = try tasks.notes + notes(survey) + notes(survey, chosen)
    if !survey.whole.isEmpty { report.notes.append(MeasurementCondition.noteOnWhole(survey.whole.sorted())) }
    guard !chosen.isEmpty else { return report }
    let found = Mutex<[Int: [Measured]]>([:])
    let total = chosen.reduce(0) { $0 + runs[$1].epochs.count }
    let done = Mutex(0)
    let work = options.write.work
    try parallelFor(count: chosen.count, work: work) { (place, _) throws(EngramError) in
      let index = chosen[place]
      let measured = try measure(index, missing[index], try tasks.task(of: runs[index].settings), work) {
        let count = done.withLock { count in
          count += 1
          return count
        }
        work.report("measuring", count, of: total, .things("checkpoints"))
      }
      found.withLock { $0[index] = measured }
    }
    let all = found.withLock { found in chosen.flatMap { found[$0] ?? [] } }
    report.ingest = try Ingest.run(ingestInput(all, survey), into: path, options: options)
    report.notes += report.ingest?.notes ?? []
    return report
  }

  /// The networks that were trained on other data than there is.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` where all of them were.
  private func otherData(_ tasks: TaskCatalogue) throws(EngramError) -> Set<Int> {
    var others: Set<Int> = []
    for (index, run) in runs.enumerated() {
      guard let kept = run.data, let data = try tasks.task(of: run.settings).fingerprint, data.differs(from: kept)
      else { continue }
      others.insert(index)
      // All of them: there is nothing to measure.
      guard others.count == runs.count, let first = runs.first else { continue }
      throw EngramError(
        .invalidData,
        runs.count == 1 ? "the network was trained on other data" : "the networks were trained on other data",
        file: first.path, expected: first.data?.summary, found: data.summary,
        mend: "name the folder of the data that they were trained on")
    }
    return others
  }

  func network(of run: KeptRun, _ task: any TrainingTask) throws(EngramError) -> NetworkDescription {
    try run.settings.architecture.network(image: task.image, head: task.head, size: run.settings.size)
  }

  /// Measures one network at all its checkpoints.
  private func measure(
    _ index: Int, _ missing: [Missing], _ task: any TrainingTask, _ work: WorkContext,
    checkpoint: () -> Void
  ) throws(EngramError) -> [Measured] {
    let run = runs[index]
    try TensorLibrary.useThreads(run.threads)
    let description = try network(of: run, task)
    var settings = TensorNetwork.Settings()
    settings.temperature = run.settings.temperature
    let network = try TensorNetwork(
      description, rule: run.settings.rule, options: run.settings.ruleOptions, settings: settings)
    let places = Set(missing.map(\.condition)).sorted()
    let placeOf = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($1, $0) })
    var measured = missing.map { Measured(run: index, layer: $0.layer, condition: $0.observation) }
    for epoch in run.epochs {
      try work.checkCancelled("the measurement was stopped; the store is as it was before")
      try run.restore(network, epoch: epoch)
      let observed = try NetworkMeasurement.measure(
        network, on: task, conditions: places.map { conditions[$0] }, weightNorm: weightNorm,
        changesByFeedback: run.settings.changesByFeedback, work: work.limited(toThreads: 1).silent)
      for (slot, one) in missing.enumerated() {
        guard let place = placeOf[one.condition] else { continue }
        let observables = observed.observables[one.place][place]
        measured[slot].statistics = observables.statistics
        measured[slot].values += observables.values.map { Float($0) }
      }
      checkpoint()
    }
    // The layers of a condition follow one another: they are one observation of the run.
    var order: [ObservationCondition] = []
    for one in measured where !order.contains(one.condition) { order.append(one.condition) }
    return order.flatMap { condition in measured.filter { $0.condition == condition } }
  }

  /// What was measured, as an ingest takes it: a part for each set of statistics and epochs.
  ///
  /// A run that the store has comes with all its fields, so that it is that run whatever was joined to its metadata.
  private func ingestInput(_ measured: [Measured], _ survey: Survey) -> IngestInput {
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
    let metadata = runs.indices.map { survey.values[$0] ?? runs[$0].settings.metadata }
    let others = Set(examples.flatMap { metadata[$0.run].keys }).subtracting(StoredNetworks.fields)
    for name in StoredNetworks.fields.sorted() + others.sorted() {
      let values = examples.map { metadata[$0.run][name] ?? .null }
      // A field that none of the runs has a value of says nothing of them.
      if others.contains(name), values.allSatisfy({ $0 == .null }) { continue }
      columns.append(MetadataColumn(name: name, values: values))
    }
    return IngestInput(
      source: "kept networks", format: "kept networks", parts: parts, positions: examples.map(\.layer.position),
      columns: columns)
  }
}
