// Recorder.swift -- a run that grows, checkpoint by checkpoint, and becomes part of the store when it ends.

public import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// A run that grows, checkpoint by checkpoint.
///
/// What was recorded and synced survives a kill of the process. A run that was cut short is resumed by a recorder of the
/// same metadata, in this process or another. It becomes part of the store, as one commit, when it is finished.
///
/// ```swift
/// let recorder = try store.recorder(
///   run: ["learning_rule": .text("adam"), "model_seed": .integer(3)], layers: layers, statistics: names)
/// for epoch in 0...100 where !recorder.epochs.contains(Double(epoch)) {
///   train()
///   try recorder.record(epoch: Double(epoch), values: .float32(statistics(of: model)), metrics: ["loss": loss])
/// }
/// let report = try recorder.finish()
/// ```
///
/// One thread uses a recorder at a time; any number of runs are recorded side by side, by any number of processes.
public final class Recorder {
  /// What is recorded.
  public let run: RecordedRun
  /// Whether an earlier process had begun the run.
  public let isResumed: Bool
  private let store: TrajectoryStore
  private let options: WriteOptions
  private var journal: Journal?
  /// The stored run that it adds layers to, or nil.
  private let storedRun: Int64?

  /// What became of a checkpoint.
  public enum Outcome: Sendable, Hashable {
    /// It was added.
    case recorded
    /// It was there already, equal bit for bit.
    case repeated
  }

  init(_ given: RecordedRun, in store: TrajectoryStore, options: WriteOptions) throws(EngramError) {
    self.store = store
    self.options = options
    var run = given
    // What does not fit the store is known before a checkpoint is recorded, not when the run ends.
    _ = try SegmentSchema(epochs: [0], statistics: run.statistics, elementType: run.elementType)
    for layer in run.layers { try layer.checkName() }
    let fields = try store.read { (catalog) throws(EngramError) in try catalog.fields() }
    let begun = try Self.takeUp(&run, of: store)
    // What was begun before a field became text goes on as text.
    let fitted = begun ? try run.fitting(fields) : run
    let values = fitted.metadata.filter { $0.value != .null }.sorted { $0.key < $1.key }
    let metadata = AppendMetadata(
      fields: values.map { MetadataField(name: $0.key, type: MetadataType(narrowestFor: [$0.value])) },
      runs: [values.map(\.value)], observations: [])
    try metadata.check(against: fields)
    let journal = try Journal(run, in: try store.folder.root.directory(making: StoreFolder.recording))
    self.run = run
    do throws(EngramError) {
      storedRun = try store.storedRun(of: fitted)
    } catch {
      // What was begun for nothing is no run in progress.
      if journal.checkpoints.isEmpty { try? journal.remove() }
      throw error
    }
    self.journal = journal
    isResumed = !journal.checkpoints.isEmpty
  }

  /// The folder of journals and of the states beside them.
  func stateFolder() throws(EngramError) -> DirectoryHandle { try Self.stateFolder(of: store) }

  /// The epochs that are recorded, ascending.
  public var epochs: [Double] { journal.map { $0.checkpoints.keys.sorted() } ?? [] }

  /// Adds a checkpoint.
  ///
  /// - Parameters:
  ///   - epoch: The epoch; the order of epochs is free.
  ///   - values: [layer][statistic], in the type of the run.
  ///   - metrics: Scalars of the run at that epoch, by name; NaN is a value.
  ///   - isDurable: Whether it survives a loss of power, and not only a kill, when this returns; ``sync()`` makes so what
  ///     came before.
  /// - Returns: Whether it was new.
  /// - Throws: ``EngramError`` with code `exists` when another checkpoint is recorded at that epoch, or the store has another
  ///   value of a metric, `invalidData` for values of another number or type and for an impossible name of a metric, `limit`
  ///   for more epochs than a store can hold, `usage` after the end of the run and in a child of fork, `diskFull`, `io`.
  @discardableResult
  public func record(
    epoch: Double, values: TrajectoryValues, metrics: [String: Double] = [:], isDurable: Bool = true
  ) throws(EngramError) -> Outcome {
    guard let journal else { throw EngramError(.usage, "the run has ended", file: store.path) }
    try journal.requireOwn()
    guard epoch.isFinite else {
      throw EngramError(.invalidData, "a checkpoint has no epoch", expected: "a finite number", found: "\(epoch)")
    }
    guard values.count == run.valueCount, values.elementType == run.elementType else {
      throw EngramError(
        .invalidData, "a checkpoint does not fill its shape", place: "epoch \(EpochSelection.text(epoch))",
        expected:
          "\(run.layers.count) layers x \(run.statistics.count) statistics = \(run.valueCount) \(run.elementType.name) values",
        found: "\(values.count) \(values.elementType.name) values")
    }
    var bytes: [UInt8] = []
    try values.withBytes { (span) throws(EngramError) in
      // SAFETY: the buffer is copied before the closure returns.
      unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    let checkpoint = RecordedCheckpoint(epoch: epoch, bytes: bytes, metrics: metrics)
    if let known = journal.checkpoints[checkpoint.epoch] {
      if known == checkpoint.hash { return .repeated }
      throw try difference(checkpoint, journal)
    }
    try requireFit(metrics, at: checkpoint.epoch, journal)
    try journal.append(checkpoint)
    if isDurable { try journal.sync() }
    return .recorded
  }

  /// Refuses a checkpoint that could not become part of the store.
  private func requireFit(_ metrics: [String: Double], at epoch: Double, _ journal: Journal) throws(EngramError) {
    try SegmentSchema.checkCounts(epochs: journal.checkpoints.count + 1, statistics: run.statistics.count)
    for name in metrics.keys.sorted() { try MetricValue.check(name: name) }
    guard let storedRun, !metrics.isEmpty else { return }
    try store.read { (catalog) throws(EngramError) in
      for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
        try catalog.requireSame(RunMetric(run: storedRun, MetricValue(name, epoch: epoch, value)))
      }
    }
  }

  /// Refuses to go on in a child of fork.
  func requireOwn() throws(EngramError) { try journal?.requireOwn() }

  /// Makes everything that was recorded durable.
  ///
  /// - Throws: ``EngramError`` with code `usage` in a child of fork, `io`, `diskFull`.
  public func sync() throws(EngramError) { try journal?.sync() }

  /// Makes the run part of the store, in one commit, and forgets the journal.
  ///
  /// - Returns: The ids of its examples, one for each layer.
  /// - Throws: ``EngramError`` with code `usage` when nothing was recorded or it has ended, `invalidData` when metadata do not
  ///   fit the fields of the store, `busy`, `diskFull`, `io`; the journal stays then.
  public func finish() throws(EngramError) -> AppendReport { try finish(at: nil) }

  /// Makes the checkpoints at some epochs part of the store, in one commit, and forgets the journal.
  ///
  /// - Parameter epochs: The epochs; checkpoints at others are dropped. Nil for all that were recorded.
  /// - Returns: As ``finish()``.
  /// - Throws: As ``finish()``.
  package func finish(at epochs: Set<Double>?) throws(EngramError) -> AppendReport {
    guard let journal else { throw EngramError(.usage, "the run has ended", file: store.path) }
    try journal.sync()
    let checkpoints = try journal.contents().checkpoints.filter { epochs?.contains($0.epoch) ?? true }
      .sorted { $0.epoch < $1.epoch }
    guard !checkpoints.isEmpty else {
      throw EngramError(
        .usage, "nothing was recorded of the run", file: store.path, expected: "at least one checkpoint")
    }
    let size = run.statistics.count * run.elementType.byteCount
    var bytes: [UInt8] = []
    bytes.reserveCapacity(checkpoints.count * run.layers.count * size)
    for layer in run.layers.indices {
      for checkpoint in checkpoints { bytes += checkpoint.bytes[(layer * size)..<((layer + 1) * size)] }
    }
    // Fields may have become text since the run was begun.
    let fitted = try run.fitting(try store.read { (catalog) throws(EngramError) in try catalog.fields() })
    let recording = Recording(
      metadata: fitted.metadata.filter { $0.value != .null }, layers: run.layers,
      values: TrajectoryValues(nativeBytes: bytes, run.elementType),
      metrics: checkpoints.flatMap { checkpoint in
        checkpoint.metrics.sorted { $0.key < $1.key }.map { MetricValue($0.key, epoch: checkpoint.epoch, $0.value) }
      })
    let (store, run) = (store, run)
    // A merge may have brought a run of this key that was corrected since.
    var remembered = run
    while try store.hasEnded(remembered), try store.ended(remembered) == nil { remembered.attempt += 1 }
    let report = try store.append(
      [recording], epochs: checkpoints.map(\.epoch), statistics: run.statistics,
      operation: TrajectoryStore.recordOperation,
      contentHash: store.recordingHash(of: remembered), options: options
    ) { () throws(EngramError) in try store.storedRun(of: fitted) }
    self.journal = nil
    // The run is part of the store; a journal that is left is removed by the next recorder of the run.
    try? journal.remove()
    try? Self.forgetState(of: run, in: store)
    return report
  }

  /// The error for another checkpoint at an epoch that is recorded.
  private func difference(_ new: RecordedCheckpoint, _ journal: Journal) throws(EngramError) -> EngramError {
    var found = "other metrics"
    if let old = try journal.contents().checkpoints.first(where: { $0.epoch == new.epoch }), old.bytes != new.bytes {
      let size = run.elementType.byteCount
      let index = (zip(old.bytes, new.bytes).enumerated().first { $1.0 != $1.1 }?.offset ?? 0) / size
      found =
        "other values, \(run.statistics[index % run.statistics.count]) of layer "
        + "\(run.layers[index / run.statistics.count].name) first"
    }
    return EngramError(
      .exists, "another checkpoint is recorded at this epoch", file: store.path,
      place: "epoch \(EpochSelection.text(new.epoch))", expected: "the same values and metrics, bit for bit",
      found: found,
      mend: "a checkpoint that was recorded does not change; give the run other metadata")
  }
}
