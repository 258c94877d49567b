// NetworkTraining.swift -- training for Swift programs: runs as data, trained into a store.

public import Base
public import TrajectoryModel
public import TrajectoryStore

/// Networks that are trained under known learning rules and recorded as they learn.
///
/// A run is told by its metadata. One that the store has is not trained again, and one that was cut short goes on from its last checkpoint,
/// bit for bit. Networks are computed by libtorch, which `scripts/setup --training` sets up.
///
/// ```swift
/// let training = try NetworkTraining(["architecture": "knet", "learning_rule": "feedback", "batch_size": 64, "epochs": 20])
/// for outcome in try training.train(into: "mini.engram") { print(outcome.metadata, outcome.top1 ?? .nan) }
/// ```
public struct NetworkTraining: Sendable, Hashable {
  private let settings: [TrainingSettings]
  /// What a user should know of the plan, such as overrides that concern no run.
  public let notes: [String]

  /// The metadata of the runs, in the order in which they are begun.
  public var runs: [[String: MetadataValue]] { settings.map(\.metadata) }

  /// One run.
  ///
  /// - Parameter given: What a grid and the settings of a plan may name (`schema/training-plan.schema.json`); what is not given is as
  ///   published, of KNet4 by `sgdm` on the bundled digits.
  /// - Throws: ``EngramError`` with code `invalidData` for a name that is not known or a value that cannot be.
  public init(_ given: JSONObject) throws(EngramError) {
    var one = TrainingSettings()
    try one.apply(given, allowed: TrainingSettings.gridKeys + TrainingSettings.settingKeys)
    settings = [one]
    notes = []
  }

  /// The runs of a plan: `miniature`, `paper`, or a file of JSON.
  ///
  /// - Throws: ``EngramError`` with code `notFound` for another name, `invalidData` for a file that is no plan.
  public init(plan nameOrPath: String) throws(EngramError) {
    let plan = try TrainingPlan(nameOrPath)
    (settings, notes) = (plan.runs, plan.notes)
  }

  /// The names of the learning rules, in order.
  ///
  /// - Throws: ``EngramError`` with code `io` when the tensor library is not there.
  public static func learningRules() throws(EngramError) -> [String] { try TensorLibrary.rules().map(\.name) }

  private init(_ settings: [TrainingSettings], _ notes: [String]) { (self.settings, self.notes) = (settings, notes) }

  /// One of several shares of the runs, for several machines.
  ///
  /// - Parameters:
  ///   - index: Which share, from 0.
  ///   - count: How many there are.
  /// - Returns: Every `count`-th run, from the `index`-th on.
  public func share(_ index: Int, of count: Int) -> NetworkTraining {
    NetworkTraining(PlanRunner.shard(settings, index, of: count), notes)
  }

  /// Trains the runs into a store, which is made where it is not there.
  ///
  /// - Parameters:
  ///   - path: The store.
  ///   - options: Threads, workers, data sets, and what is kept.
  ///   - finished: Told of each run when it is done, from any thread, one at a time.
  /// - Returns: What became of each run, in the order of ``runs``; one that fails does not stop the others.
  /// - Throws: ``EngramError`` with code `cancelled`, `io` without the tensor library, and what is wrong with a data set or a network
  ///   before any run is begun. What was recorded stays.
  public func train(
    into path: String, options: Options = Options(), finished: @escaping @Sendable (Outcome) -> Void = { _ in }
  ) throws(EngramError) -> [Outcome] {
    try TensorLibrary.load()
    let kept = try options.keepingIn.map { (folder) throws(EngramError) in try KeptNetworks(making: folder) }
    let (store, isNew) = try TrajectoryStore.openOrCreate(at: path)
    var trainer = Trainer(
      into: store, threads: options.threads, onGPU: options.onGPU, options: options.write, keepingIn: kept)
    trainer.loaders = max(1, Threads.available / max(1, options.workers))
    let runner = PlanRunner(trainer, workers: options.workers, data: options.data)
    do throws(EngramError) {
      return try runner.train(settings, work: options.write.work) { finished(Outcome($0)) }.map(Outcome.init)
    } catch {
      if isNew { try? store.removeIfEmpty() }
      throw error
    }
  }
}

extension NetworkTraining {
  /// How networks are trained; nothing in it but ``threads`` changes a number.
  public struct Options: Sendable {
    /// Threads of one network, on which the last bits of its numbers depend.
    public var threads = 1
    /// Networks that are trained at a time.
    public var workers = 1
    /// Whether networks live on a GPU.
    public var onGPU = false
    /// Where data sets lie; nil for those that are bundled.
    public var data: String?
    /// Where networks are kept at every checkpoint; nil for nowhere.
    public var keepingIn: String?
    /// How commits wait, and whether to stop.
    public var write = WriteOptions()

    /// One network at a time on one thread, with the bundled data.
    public init() {}
  }

  /// What became of a run.
  public struct Outcome: Sendable, Equatable {
    /// What became of a run.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// It was trained from its start.
      case trained
      /// It was cut short before, and went on from its last checkpoint.
      case resumed
      /// It was in the store already.
      case present
      /// Another process trains it.
      case busy
      /// It failed; ``NetworkTraining/Outcome/error`` says why.
      case failed
    }

    /// What it is.
    public let metadata: [String: MetadataValue]
    /// What became of it.
    public let kind: Kind
    /// Loss and share of right answers on the validation set at the last checkpoint; nil where nothing was trained.
    public let loss: Double?, top1: Double?
    /// Its layers in the store.
    public let examples: Int
    /// The step whose loss was no number; nil where there was none.
    public let divergedAtStep: Int?
    /// Why it failed.
    public let error: EngramError?

    init(_ report: TrainingReport) {
      metadata = report.settings.metadata
      kind =
        switch report.outcome {
        case .trained: .trained
        case .resumed: .resumed
        case .present: .present
        case .busy: .busy
        case .failed: .failed
        }
      (loss, top1, examples) = (report.loss, report.top1, report.examples)
      (divergedAtStep, error) = (report.divergedAtStep, report.error)
    }
  }
}
