// Trainer.swift -- trains one network and records it, from wherever it stands.

package import Base
import TrajectoryModel
package import TrajectoryStore

/// What became of a run.
package struct TrainingReport: Sendable, Equatable {
  /// What became of it.
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// It was trained from its start.
    case trained
    /// It was cut short before, and went on from its last checkpoint.
    case resumed
    /// It was in the store already.
    case present
    /// Another process trains it.
    case busy
    /// It failed; the others go on.
    case failed
  }

  /// What it is.
  package let settings: TrainingSettings
  /// What became of it.
  package var outcome: Outcome
  /// Loss and top-1 at the last checkpoint that was measured.
  package var loss: Double?
  package var top1: Double?
  /// Layers that are now in the store.
  package var examples = 0
  /// Seconds in all, and those spent on observables.
  package var seconds = 0.0
  package var observingSeconds = 0.0
  /// The step whose loss was no number; nil where there was none.
  package var divergedAtStep: Int?
  /// Checkpoints whose weights are kept, and the bytes of those that this process wrote; nil where none is to be kept.
  package var keptCheckpoints: Int?
  package var keptBytes = 0
  /// Why it failed.
  package var error: EngramError?
  /// What was inferred or had to be done anew.
  package var notes: [String] = []

  init(_ settings: TrainingSettings, _ outcome: Outcome) {
    self.settings = settings
    self.outcome = outcome
  }
}

/// Trains one network and records it: checkpoint by checkpoint, each durable before the next begins.
///
/// A run that was cut short at any moment goes on from its last checkpoint and comes to the same numbers, bit for bit, on the
/// same machine with the same number of threads.
package struct Trainer {
  /// The store that is written.
  package let store: TrajectoryStore
  /// Threads that one network computes with.
  package let threads: Int
  /// Whether networks live on a GPU.
  package let onGPU: Bool
  /// How commits wait for other writers.
  package let options: WriteOptions
  /// Threads that make batches ahead, of tasks whose batches take long.
  package var loaders = 1
  /// Where the network is kept at every checkpoint; nil for nowhere.
  package let kept: KeptNetworks?

  /// Makes a trainer.
  package init(
    into store: TrajectoryStore, threads: Int = 1, onGPU: Bool = false, options: WriteOptions = WriteOptions(),
    keepingIn kept: KeptNetworks? = nil
  ) {
    self.store = store
    self.threads = threads
    self.onGPU = onGPU
    self.options = options
    self.kept = kept
  }

  /// Whether a run is in a store already, hidden or not.
  ///
  /// - Throws: What is wrong with the task or the architecture.
  package static func isStored(
    _ settings: TrainingSettings, of task: any TrainingTask, in store: TrajectoryStore
  ) throws(EngramError) -> Bool {
    let description = try settings.architecture.network(image: task.image, head: task.head, size: settings.size)
    return try store.hasRecorded(
      run: settings.metadata, layers: description.layers.map(\.layer), statistics: Statistic.publishedNames)
  }

  /// Trains a run to its end.
  ///
  /// - Parameters:
  ///   - settings: What to train.
  ///   - task: Its task.
  ///   - work: Whether to stop, and whom it tells how many steps were taken.
  /// - Returns: What became of it.
  /// - Throws: ``EngramError`` with code `usage` for settings that cannot be, `limit` without memory, `cancelled`, `io`,
  ///   `diskFull`. What was recorded stays.
  package func train(
    _ settings: TrainingSettings, on task: any TrainingTask, work: WorkContext
  ) throws(EngramError) -> TrainingReport {
    let start = MonotonicClock.seconds
    let rule = try TensorLibrary.rule(settings.rule)
    try rule.check(settings.ruleOptions)
    try TensorLibrary.useThreads(threads)
    let description = try settings.architecture.network(image: task.image, head: task.head, size: settings.size)
    let own = try keeper(settings, task)
    // Refused before anything of the run is begun.
    if let own, try !Self.isStored(settings, of: task, in: store) { try own.requireSameData() }
    let recorder: Recorder
    do throws(EngramError) {
      recorder = try store.recorder(
        run: settings.metadata, layers: description.layers.map(\.layer), statistics: Statistic.publishedNames,
        options: options)
    } catch {
      switch error.code {
      case .exists:
        var report = TrainingReport(settings, .present)
        if let own { report.keptCheckpoints = try own.isOfOtherData() ? 0 : own.epochs.count }
        return report
      case .busy: return TrainingReport(settings, .busy)
      default: throw error
      }
    }
    let recipe = Recipe(settings, rule: rule, task: task)
    var networkSettings = TensorNetwork.Settings()
    networkSettings.decay = recipe.decay
    networkSettings.clip = settings.clip
    networkSettings.temperature = settings.temperature
    networkSettings.onGPU = onGPU
    let network = try TensorNetwork(
      description, rule: settings.rule, options: settings.ruleOptions, settings: networkSettings)
    var run = TrainingRun(
      settings, recipe, network, task, recorder, keeper: own, loaders: loaders, threads: threads)
    if settings.batchSize > task.trainingCount {
      run.report.notes.append(
        "\(settings.title): a batch is the whole training set, which has \(task.trainingCount) stimuli")
    }
    if let images = settings.epochImages, images < min(settings.batchSize, task.trainingCount) {
      run.report.notes.append(
        "\(settings.title): an epoch is a whole batch at least, so it is more than the \(images) stimuli of epoch_images"
      )
    }
    try run.begin()
    try run.finish(work: work)
    let planned = Set(settings.checkpoints.map(Double.init))
    let others = recorder.epochs.filter { !planned.contains($0) }
    if !others.isEmpty {
      run.report.notes.append(
        "\(settings.title): what was recorded under other settings at epochs that this run has not is left out: "
          + EpochSelection.text(others))
    }
    run.report.examples = try recorder.finish(at: planned).examples.count
    run.report.seconds = MonotonicClock.seconds - start
    return run.report
  }

  /// What keeps the weights of a run; nil where none are kept.
  private func keeper(_ settings: TrainingSettings, _ task: any TrainingTask) throws(EngramError) -> KeptRun? {
    guard let kept else { return nil }
    return try KeptRun(
      settings, library: try TensorLibrary.version(), threads: threads, data: task.fingerprint, in: kept)
  }
}
