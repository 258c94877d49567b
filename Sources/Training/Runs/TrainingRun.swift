// TrainingRun.swift -- the loop of one run: steps, and at every checkpoint what the network is like.

import Base
import TrajectoryModel
import TrajectoryStore

/// One run in this process.
struct TrainingRun {
  private let settings: TrainingSettings
  private let recipe: Recipe
  private let network: TensorNetwork
  private let task: any TrainingTask
  private let recorder: Recorder
  private var keeper: KeptRun?
  private let order: StimulusOrder
  private let loaders: Int
  private let threads: Int
  private var step = 0
  /// The step that this process began with.
  private var firstStep = 0
  private var isDiverged = false
  var report: TrainingReport

  /// What the two seeds become: a number is one stream, None a stream of each run's own.
  private let modelSeed: ModelSeed
  private let dataSeed: UInt64

  init(
    _ settings: TrainingSettings, _ recipe: Recipe, _ network: TensorNetwork, _ task: any TrainingTask,
    _ recorder: Recorder, keeper: KeptRun? = nil, loaders: Int = 1, threads: Int = 1
  ) {
    self.settings = settings
    self.threads = threads
    self.keeper = keeper
    self.loaders = loaders
    self.recipe = recipe
    self.network = network
    self.task = task
    self.recorder = recorder
    let identity = Array(settings.canonicalText.utf8)
    modelSeed =
      settings.modelSeed.map { .shared(UInt32(truncatingIfNeeded: $0)) }
      ?? .own(XXH3.hash64(identity + Array("model".utf8)))
    dataSeed = settings.datasetSeed.map { UInt64($0) } ?? XXH3.hash64(identity + Array("dataset".utf8))
    order = StimulusOrder(count: task.trainingCount, batch: settings.batchSize, seed: dataSeed)
    report = TrainingReport(settings, .trained)
  }

  /// Starts the weights, or takes up the state that an earlier process left.
  mutating func begin() throws(EngramError) {
    if let bytes = try recorder.keptState() {
      let library = try TensorLibrary.version()
      if let state = TrainingState(bytes), state.settings == settings.canonicalText, state.library == library,
        state.step <= recipe.steps
      {
        if let before = state.data, let now = task.fingerprint, now.differs(from: before) {
          throw EngramError(
            .exists, "the run was begun with other data", expected: before.summary, found: now.summary,
            mend: "finish it with the data that it was begun with, or give it another name, such as another recipe")
        }
        try network.restore(state.numbers)
        step = state.step
        firstStep = step
        isDiverged = state.isDiverged
        // States of before had layers that were numbers still.
        if isDiverged { try network.fillWithNaN() }
        report.divergedAtStep = state.divergedAtStep
        report.outcome = .resumed
        if let before = state.threads, before != threads {
          report.notes.append(
            "\(settings.title): threads are \(threads) and were \(before) before the run was cut short, so its last bits may "
              + "be others than of a run that was not")
        }
        return
      }
      report.notes.append(
        "\(settings.title): the state that was kept is damaged, or of other settings or another version of the tensor "
          + "library, so the run begins anew")
    }
    try network.start(from: modelSeed)
  }

  /// Trains to the end, from wherever it stands.
  mutating func finish(work: WorkContext) throws(EngramError) {
    for epoch in settings.checkpoints where epoch * recipe.stepsPerEpoch >= step {
      // A state is kept after its checkpoint, so the checkpoint of the state that was taken up is recorded.
      if epoch * recipe.stepsPerEpoch == step, report.outcome == .resumed, recorder.epochs.contains(Double(epoch)) {
        continue
      }
      let learned = try learn(until: epoch * recipe.stepsPerEpoch, work: work)
      try checkpoint(epoch, learned, work: work)
    }
    guard let keeper else { return }
    report.keptCheckpoints = keeper.epochs.count
    let lacking = settings.checkpoints.filter { !keeper.epochs.contains($0) }
    if !lacking.isEmpty {
      report.notes.append(
        "\(settings.title): the run was begun without its weights being kept, so those of "
          + "\(lacking.count) of its \(settings.checkpoints.count) checkpoints are not there")
    }
  }

  /// Takes the steps up to a checkpoint.
  ///
  /// - Returns: The means of the steps' losses and of the shares that were right; nil without a step.
  private mutating func learn(until end: Int, work: WorkContext) throws(EngramError) -> (loss: Double, top1: Double)? {
    guard step < end else { return nil }
    let count = Double(end - step)
    var (loss, right) = (0.0, 0.0)
    let (task, order) = (task, order)
    // A contrastive batch has two views of each image.
    let ahead = ReadAhead(
      step..<end, bytes: 8 * task.image.count * settings.batchSize, threads: task.isCostly && !isDiverged ? loaders : 0
    ) { (step) throws(EngramError) in
      let (stimuli, seed) = order.stimuli(ofStep: step)
      return try task.training(stimuli, seed: seed)
    }
    defer { ahead.stop() }
    while step < end {
      try work.checkCancelled()
      // Nothing follows from what is no number. Layers that the NaN has not come to yet are made NaN too, so that what is
      // measured does not look like that of a network that goes on.
      if !isDiverged {
        let batch = try ahead.batch(step)
        var draws = Draws(seed: dataSeed ^ 0x5eed, stream: UInt64(step))
        let outcome = try network.step(batch, rate: recipe.rate(atStep: step), seed: draws.next())
        if outcome.loss.isNaN {
          isDiverged = true
          report.divergedAtStep = step
          try network.fillWithNaN()
        }
        loss += outcome.loss
        right += Double(outcome.correct) / Double(max(1, outcome.count))
      }
      if isDiverged { (loss, right) = (.nan, .nan) }
      step += 1
      if step % 16 == 0 || step == end {
        work.progress(
          WorkContext.Progress(
            stage: "training", done: step, found: firstStep, total: recipe.steps, unit: .things("steps")))
      }
    }
    return (loss / count, right / count)
  }

  /// Measures the network, records it, and keeps what the run goes on from.
  private mutating func checkpoint(
    _ epoch: Int, _ learned: (loss: Double, top1: Double)?, work: WorkContext
  ) throws(EngramError) {
    // Weights come first: what the store holds of a checkpoint can be measured again whenever a process is killed.
    if var keeper {
      report.keptBytes += try keeper.keep(network, epoch: epoch)
      self.keeper = keeper
    }
    let start = MonotonicClock.seconds
    let measured = try NetworkMeasurement.measure(
      network, on: task, changesByFeedback: settings.changesByFeedback, loaders: loaders, work: work.silent)
    report.observingSeconds += MonotonicClock.seconds - start
    (report.loss, report.top1) = (measured.loss, measured.top1)
    var metrics = ["loss": measured.loss, "top1": measured.top1]
    if let learned {
      metrics["train_loss"] = learned.loss
      metrics["train_top1"] = learned.top1
    }
    do throws(EngramError) {
      try recorder.record(epoch: Double(epoch), values: .float32(measured.values), metrics: metrics)
    } catch {
      guard error.code == .exists else { throw error }
      var worded = error
      worded.mend = """
        the run was begun under other settings, or by another machine, library or number of threads; finish it as it was begun, or \
        give these settings another name, such as another recipe
        """
      throw worded
    }
    guard epoch < settings.epochs else { return }
    let state = TrainingState(
      settings: settings.canonicalText, library: try TensorLibrary.version(), threads: threads, step: step,
      isDiverged: isDiverged, divergedAtStep: report.divergedAtStep, data: task.fingerprint,
      numbers: try network.state())
    try recorder.keep(state: try state.bytes())
  }
}
