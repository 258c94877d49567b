// ObserveCommand.swift -- `engram observe STORE`.

import Base
import Observables
import Training
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Measures the statistics of raw recordings and adds them to a store.
enum ObserveCommand {
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let activations = Parameter.repeated(
    "activations", .observed, "activations: a .npy, a member of a .npz, or a pattern with a file for each epoch")
  static let weights = Parameter.repeated("weights", .observed, "weights: a kernel for each epoch, its rows first")
  static let changes = Parameter.repeated(
    "activity-change", .observed, "activity changes: one number for each epoch and stimulus")
  static let checkpoints = Parameter.option(
    "from-checkpoints", .file("FOLDER"), "measure the networks that `engram train --keep-weights FOLDER` has kept")
  static let data = Parameter.option(
    "data", .file("FOLDER"), "where the data set of kept networks lies, unless it is bundled")
  static let axes = Parameter.option(
    "axes", .text("AXIS,…"),
    "what the axes of activations count: run, epoch, layer, stimulus and unit (epoch,stimulus,unit unless given)")
  static let weightAxes = Parameter.option(
    "weight-axes", .text("AXIS,…"),
    "what the axes of weights count: run, epoch, layer, row and column (epoch,row,column unless given)")
  static let layers = Parameter.option("layers", .list(of: .text("NAME")), "the names along an axis of layers")
  static let positions = Parameter.repeated("position", .layerPosition, "where in its network a layer sits")
  static let epochs = Parameter.option(
    "epochs", .text("EPOCHS|FILE", completion: .file),
    "the epochs: a list, FIRST:LAST or FIRST:LAST:STEP with both ends, or a file with one on each line")
  static let metadata = Parameter.option(
    "metadata", .file(), "a CSV, TSV or JSON file with one row for each run; new columns become fields")
  static let fields = Parameter.repeated("set", .fieldValue, "a field that all the runs have, and its value")
  static let units = Parameter.option(
    "units", .list(of: .integer(in: 1...Int.max)), "measure so many units, chosen at random; several numbers, each")
  static let unitFraction = Parameter.option(
    "unit-fraction", .list(of: .real(in: 0...1, "FRACTION")),
    "measure such a fraction of the units, rounded up; several, each")
  static let noise = Parameter.option(
    "noise", .list(of: .real(in: 0...1e300, "SD")),
    "add normal noise of this standard deviation first; several, each; 0 is none")
  static let seeds = Parameter.option(
    "observation-seeds", .seeds, default: "0", "the seeds of noise and units: FIRST:LAST with both ends, or a list")
  static let weightNorm = Parameter.option(
    "weight-norm", ValueType<WeightNorm>.choice("NORM"), default: WeightNorm.rows.rawValue,
    "rows: the mean of the norms along the first axis of a kernel; frobenius: that of all weights")
  static let missing = Parameter.option(
    "nan", ValueType<ObserveRequest.MissingRule>.choice("RULE"), default: ObserveRequest.MissingRule.drop.rawValue,
    "drop: leave out stimuli that all units lack, then units that lack any; keep NaN as values; or refuse")
  static let ownUnits = Parameter.flag(
    "own-units",
    "each epoch has units of its own: the files of a pattern may have other numbers of units and stimuli, "
      + "and a unit that is NaN is left out of that epoch alone")
  static let dryRun = Parameter.flag("dry-run", "say what would be measured, and change nothing")

  static let command = Command(
    "observe", "measure the statistics of raw recordings",
    discussion: """
      From numbers of units and stimuli to the statistics that a store holds: 21 of activations, 21 of weights and 3 of \
      activity changes, of each layer at each epoch. What is not given has no statistics, which is not the same as NaN. \
      Axes may lie in any order; words such as session, trial, neuron and area mean epoch, stimulus, unit and layer. \
      A .npy is read in blocks of stimuli, so it may be larger than the memory; an array of a .npz is read whole.

      LAYER=FILE names the layer of an array, FILE.npz:MEMBER one array of an archive. A pattern in quotes, such as \
      'w_*.npy', names a file for each epoch, in the order of the numbers in their names.

      --units, --unit-fraction and --noise degrade recordings on purpose (paper Appendix B.4): noise first, then the same \
      units at every stimulus, then the statistics. Every combination with every seed is measured in one pass and kept as \
      an observation of its own. Draws are those of NumPy's RandomState(seed): standard_normal and permutation.
      """,
    takes: [
      store, activations, weights, changes, checkpoints, data, axes, weightAxes, layers, positions, epochs, metadata,
      fields, units,
      unitFraction, noise, seeds, weightNorm, missing, ownUnits, IngestCommand.types, IngestCommand.missing,
      IngestCommand.decimal, IngestCommand.delimiter, IngestCommand.runFields, IngestCommand.newRuns,
      IngestCommand.update, IngestCommand.force, dryRun,
      SharedParameters.codec, SharedParameters.threads, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [[IngestCommand.newRuns, IngestCommand.update, IngestCommand.force]] + apart,
    examples: [
      .init(
        "engram observe lab.engram --activations v1=v1.npy --activations it=it.npy --axes session,stimulus,neuron "
          + "--epochs 0:28:2 --metadata animal.csv", "Recordings of two areas over 15 sessions"),
      .init(
        "engram observe lr.engram --activations 'act_*.npy' --weights 'w_*.npy' --units 100 --noise 0,0.5 "
          + "--observation-seeds 0:4", "One layer, with as many units and as much noise as an electrode array has"),
      .init(
        "engram observe mini.engram --from-checkpoints nets --units 20 --noise 0.5 --observation-seeds 0:4",
        "Networks that were trained and kept, measured as an electrode array would"),
    ],
    body: run)

  /// What says how recordings are understood, which kept networks do not need.
  private static var apart: [[any DeclaredParameter]] {
    let ofRecordings: [any DeclaredParameter] = [
      activations, weights, changes, axes, weightAxes, layers, positions, epochs, metadata, fields, missing, ownUnits,
      dryRun, IngestCommand.types, IngestCommand.missing, IngestCommand.decimal, IngestCommand.delimiter,
    ]
    return ofRecordings.map { [checkpoints, $0] }
  }

  private static func run(_ invocation: Invocation) throws(EngramError) {
    if let folder = invocation[checkpoints] { return try observe(networksIn: folder, invocation) }
    if let folder = invocation[data] {
      throw invocation.usageError(
        "a data set is needed by kept networks only", expected: "--data beside --from-checkpoints", found: folder)
    }
    let request = try request(invocation)
    let start = MonotonicClock.seconds
    if invocation[dryRun] {
      let plan = try request.plan(into: invocation[store], options: options(invocation))
      try ObserveText.tell(plan.notes, plan.warnings, invocation)
      try tellOfUnused(invocation)
      return try ObserveText.show(plan, invocation)
    }
    let report = try request.observe(into: invocation[store], options: options(invocation))
    try ObserveText.tell(report.notes, report.plan.warnings, invocation)
    try tellOfUnused(invocation)
    try ObserveText.show(report, seconds: MonotonicClock.seconds - start, invocation)
  }

  /// Says which options change nothing of what was measured.
  private static func tellOfUnused(_ invocation: Invocation) throws(EngramError) {
    func tell(_ parameters: [any DeclaredParameter], unless isUsed: Bool, _ why: String) throws(EngramError) {
      let names = parameters.filter { invocation.isGiven($0) }.map(\.facts.spelling)
      if isUsed || names.isEmpty { return }
      try invocation.note(
        "note: \(names.joined(separator: ", ")) \(names.count == 1 ? "is" : "are") not used, for there \(why)")
    }
    let isDegraded =
      invocation[units]?.isEmpty == false || invocation[unitFraction]?.isEmpty == false
      || invocation[noise]?.contains { $0 > 0 } == true
    // Of several seeds the request says so itself.
    let isSaid = invocation[checkpoints] == nil && invocation[seeds].count > 1
    try tell([seeds], unless: isDegraded || isSaid, "is no noise and no choice of units")
    if invocation[checkpoints] != nil { return }
    let hasUnits = !invocation[activations].isEmpty || !invocation[changes].isEmpty
    try tell([axes, ownUnits], unless: hasUnits, "are no activations")
    try tell([weightAxes, weightNorm], unless: !invocation[weights].isEmpty, "are no weights")
    let hasTable = invocation[metadata] != nil
    try tell([IngestCommand.delimiter], unless: hasTable, "is no table of metadata")
    try tell(
      [IngestCommand.types, IngestCommand.missing, IngestCommand.decimal],
      unless: hasTable || !invocation[fields].isEmpty, "are no metadata")
  }

  private static func options(_ invocation: Invocation) throws(EngramError) -> IngestOptions {
    IngestOptions(
      runFields: invocation[IngestCommand.runFields], repeats: IngestCommand.repeats(invocation),
      write: invocation.writeOptions(codec: invocation[SharedParameters.codec]))
  }

  /// Measures kept networks again.
  private static func observe(networksIn folder: String, _ invocation: Invocation) throws(EngramError) {
    var conditions = ObserveRequest()
    degrade(&conditions, invocation)
    let start = MonotonicClock.seconds
    let observation = CheckpointObservation(
      try KeptNetworks(opening: folder).runs(), conditions: try conditions.conditions(),
      weightNorm: invocation[weightNorm], data: invocation[data])
    let report = try observation.observe(into: invocation[store], options: options(invocation))
    try ObserveText.tell(report.notes, report.ingest?.preview.warnings ?? [], invocation)
    try tellOfUnused(invocation)
    try ObserveText.show(report, seconds: MonotonicClock.seconds - start, invocation)
  }

  /// The conditions that the command asks for.
  private static func degrade(_ request: inout ObserveRequest, _ invocation: Invocation) {
    request.units =
      (invocation[units] ?? []).map { .count($0) } + (invocation[unitFraction] ?? []).map { .fraction($0) }
    request.noise = invocation[noise] ?? []
    request.seeds = invocation[seeds]
  }

  private static func request(_ invocation: Invocation) throws(EngramError) -> ObserveRequest {
    var request = ObserveRequest()
    request.activations = invocation[activations]
    request.weights = invocation[weights]
    request.activityChanges = invocation[changes]
    guard !(request.activations + request.weights + request.activityChanges).isEmpty else {
      throw invocation.usageError(
        "there is nothing to measure", expected: "--activations, --weights, --activity-change or --from-checkpoints",
        found: "none of them")
    }
    request.axes = invocation[axes]
    request.weightAxes = invocation[weightAxes]
    request.layers = invocation[layers]
    for (layer, position) in invocation[positions].map({ ($0.layer, $0.position) }) {
      guard request.positions.updateValue(position, forKey: layer) == nil else {
        throw invocation.usageError("--position names '\(layer)' twice", expected: "each layer once")
      }
    }
    request.epochs = invocation[epochs]
    request.metadata = invocation[metadata]
    for type in invocation[IngestCommand.types] { request.rules.declare(type.name, type.type) }
    request.rules.missing = invocation[IngestCommand.missing]
    request.rules.decimal = invocation[IngestCommand.decimal]
    request.rules.delimiter = invocation[IngestCommand.delimiter]
    var given: Set<String> = []
    for field in invocation[fields] {
      guard given.insert(field.field.lowercased()).inserted else {
        throw invocation.usageError("--set names '\(field.field)' twice", expected: "each field once")
      }
      try request.set(field.field, toText: field.text)
    }
    degrade(&request, invocation)
    request.weightNorm = invocation[weightNorm]
    request.missing = invocation[missing]
    request.hasOwnUnits = invocation[ownUnits]
    return request
  }
}
