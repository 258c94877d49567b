// TrainerTests.swift -- runs that are trained, cut short, resumed, and trained several at a time.

import Base
import Synchronization
import TestSupport
import Testing
import Training
import TrajectoryModel
import TrajectoryStore

@Suite struct TrainerTests {
  /// A run of a second or less.
  static func settings(
    _ architecture: Architecture = .knet, _ rule: String = "sgdm", task: String = "digits", seed: Int64? = nil
  ) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.task = task
    settings.architecture = architecture
    settings.rule = rule
    settings.batchSize = 32
    settings.datasetSeed = seed
    settings.epochs = 4
    settings.checkpointEvery = 2
    settings.epochImages = 96
    settings.size.width = architecture.family == .knet ? 0.125 : 0.0625
    settings.size.gain = 1.5
    (settings.size.stemSize, settings.size.stemStride) = (3, architecture.family == .resnet ? 2 : 1)
    return settings
  }

  static func runner(_ path: String, workers: Int = 1) throws -> PlanRunner {
    PlanRunner(Trainer(into: try TrajectoryStore.openOrCreate(at: path).store), workers: workers)
  }

  /// Work on one thread that is stopped once it has asked so often whether to stop.
  static func work(stoppedAfter patience: Int) -> WorkContext {
    let asked = Atomic(0)
    return WorkContext(threads: 1, isCancelled: { asked.add(1, ordering: .relaxed).newValue > patience })
  }

  /// Every layer of a store with all its values, and every metric, in an order of their own.
  static func contents(_ path: String) throws -> [String] {
    let store = try TrajectoryStore(opening: path)
    let snapshot = try store.snapshot()
    let selection = try snapshot.select(snapshot.allExamples, statistics: .all)
    var matrix = Matrix()
    try snapshot.materialize(selection.examples, selection.columns, into: &matrix)
    var lines: [String] = []
    try store.query(
      "SELECT task, architecture, learning_rule, batch_size, layer_name FROM example ORDER BY example_id"
    ) { (_) throws(EngramError) in
    } row: { (values) throws(EngramError) in
      let row = lines.count
      let numbers = (0..<matrix.columns).map { String(matrix[row, $0].bitPattern, radix: 16) }
      lines.append((values.map(\.description) + numbers).joined(separator: " "))
    }
    try store.query(
      "SELECT task, architecture, learning_rule, batch_size, metric, epoch, value FROM run_metric JOIN run USING (run_id)"
    ) { (_) throws(EngramError) in
    } row: { (values) throws(EngramError) in
      lines.append("metric " + values.map(\.description).joined(separator: " "))
    }
    return lines.sorted()
  }

  /// A few runs of all kinds.
  static let few = [
    settings(), settings(.alexnetlrn, "feedback"), settings(.resnet18v2, "information", task: "digits40"),
    settings(.knetc4lrn, "adam", task: "digits-noise", seed: 0), settings(.resnet18, task: "digits-simclr", seed: 3),
  ]

  @Test func `records what was learned, and the same on any number of workers`() throws {
    let folder = TemporaryFolder()
    for (name, workers) in [("one", 1), ("three", 3)] {
      let told = Mutex<[String]>([])
      let reports = try Self.runner(folder[name], workers: workers).train(Self.few, work: WorkContext()) { report in
        told.withLock { $0.append(report.settings.title) }
      }
      #expect(reports.map(\.outcome) == Array(repeating: .trained, count: Self.few.count), "\(reports.map(\.error))")
      #expect(reports.map(\.settings) == Self.few)
      #expect(told.withLock { Set($0) } == Set(Self.few.map(\.title)))
    }
    let contents = try Self.contents(folder["one"])
    #expect(contents == (try Self.contents(folder["three"])))
    // 4 + 8 + 22 + 5 + 23 layers; four metrics at three checkpoints, less those of training at the first.
    #expect(contents.filter { !$0.hasPrefix("metric") }.count == 62)
    #expect(contents.filter { $0.hasPrefix("metric") }.count == 5 * (3 * 4 - 2))
    let again = try Self.runner(folder["one"]).train(Self.few, work: WorkContext())
    #expect(again.map(\.outcome) == Array(repeating: .present, count: Self.few.count))
  }

  @Test(arguments: 0..<5) func `goes on after being cut short, to the same bits`(run: Int) throws {
    let folder = TemporaryFolder()
    let settings = Self.few[run]
    _ = try Self.runner(folder["whole"]).train([settings], work: WorkContext())
    // Stopped after so many questions whether to stop, wherever that is.
    var cuts = 0
    var outcomes: [TrainingReport.Outcome] = []
    for patience in stride(from: 3, through: 400, by: 9) {
      let work = Self.work(stoppedAfter: patience)
      do {
        outcomes = try Self.runner(folder["cut"]).train([settings], work: work).map(\.outcome)
        break
      } catch let error as EngramError {
        #expect(error.code == .cancelled && error.message.hasSuffix("goes on from the last checkpoint"))
        cuts += 1
      }
    }
    #expect(cuts > 0 && outcomes == [.resumed])
    #expect(try Self.contents(folder["cut"]) == Self.contents(folder["whole"]))
    // What it went on from is gone with the end of the run.
    #expect(TestFiles.names(in: folder["cut/recording"]).isEmpty)
  }

  @Test func `begins anew where the state is damaged, and comes to the same`() throws {
    let folder = TemporaryFolder()
    let settings = Self.settings()
    _ = try Self.runner(folder["whole"]).train([settings], work: WorkContext())
    // Stopped later and later, until there is a state.
    for patience in stride(from: 10, through: 60, by: 4)
    where !TestFiles.names(in: folder["cut/recording"]).contains(where: { $0.hasSuffix(".state") }) {
      let work = Self.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) { try Self.runner(folder["cut"]).train([settings], work: work) }
    }
    let name = try #require(TestFiles.names(in: folder["cut/recording"]).first { $0.hasSuffix(".state") })
    var bytes = TestFiles.read(folder["cut/recording/\(name)"])
    bytes[bytes.count / 2] ^= 1
    TestFiles.write(bytes, to: folder["cut/recording/\(name)"])
    let report = try #require(try Self.runner(folder["cut"]).train([settings], work: WorkContext()).first)
    #expect(report.outcome == .trained && report.notes.count == 1)
    #expect(try Self.contents(folder["cut"]) == Self.contents(folder["whole"]))
  }

  @Test func `a run that is cut short and goes on with fewer epochs is as if it had had these from its start`() throws {
    let folder = TemporaryFolder()
    var (long, short) = (Self.settings(seed: 0), Self.settings(seed: 0))
    (long.recipe, short.recipe) = ("mine", "mine")
    long.epochs = 8
    // A schedule of rates depends on the end, and a seed of none on all settings; so do all checkpoints then.
    (long.hasConstantRate, short.hasConstantRate) = (true, true)
    (long.modelSeed, short.modelSeed) = (0, 0)
    _ = try Self.runner(folder["whole"]).train([short], work: WorkContext())
    // Cut later and later, until more is recorded than the short run has.
    func recorded() throws -> [Double] {
      try TrajectoryStore.openOrCreate(at: folder["cut"]).store.runsInProgress().first?.epochs ?? []
    }
    for patience in stride(from: 20, through: 400, by: 3) where try !recorded().contains(6) {
      let work = Self.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) { try Self.runner(folder["cut"]).train([long], work: work) }
    }
    #expect(try recorded() == [0, 2, 4, 6])
    let report = try #require(try Self.runner(folder["cut"]).train([short], work: WorkContext()).first)
    #expect(report.outcome == .trained, "\(String(describing: report.error))")
    #expect(report.notes.contains { $0.hasSuffix("at epochs that this run has not is left out: 6") }, "\(report.notes)")
    #expect(try Self.contents(folder["cut"]) == Self.contents(folder["whole"]))
  }

  @Test func `a run that is cut short and goes on with another schedule is refused with what mends it`() throws {
    let folder = TemporaryFolder()
    var (long, short) = (Self.settings(), Self.settings())
    (long.recipe, short.recipe) = ("mine", "mine")
    (long.rate, short.rate) = (0.02, 0.01)
    for patience in stride(from: 20, through: 60, by: 2)
    where try TrajectoryStore.openOrCreate(at: folder["cut"]).store.runsInProgress().first?.epochs.contains(2) != true {
      let work = Self.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) { try Self.runner(folder["cut"]).train([long], work: work) }
    }
    let report = try #require(try Self.runner(folder["cut"]).train([short], work: WorkContext()).first)
    #expect(report.outcome == .failed && report.error?.code == .exists)
    #expect(report.error?.mend?.description.contains("another recipe") == true)
  }

  /// A run whose loss is no number from one of its first steps on; under `oja` the first layer stays one of numbers.
  static func diverging(_ rule: String) -> TrainingSettings {
    var settings = settings(.knet, rule)
    settings.rate = rule == "oja" ? 300 : 1e6
    return settings
  }

  @Test(arguments: ["sgdm", "oja"])
  func `records divergence as data: every statistic of every layer is NaN from there on`(rule: String) throws {
    let folder = TemporaryFolder()
    let settings = Self.diverging(rule)
    let report = try #require(try Self.runner(folder["a"]).train([settings], work: WorkContext()).first)
    #expect(report.outcome == .trained && report.divergedAtStep.map { $0 < 6 } == true)
    #expect(report.loss?.isNaN == true && report.top1?.isNaN == true)
    let store = try TrajectoryStore(opening: folder["a"])
    let snapshot = try store.snapshot()
    let selection = try snapshot.select(snapshot.allExamples, statistics: .all)
    var matrix = Matrix()
    try snapshot.materialize(selection.examples, selection.columns, into: &matrix)
    for row in 0..<matrix.rows {
      // Epochs 0, 2 and 4 of each statistic.
      let values = (0..<matrix.columns).map { matrix[row, $0] }
      #expect(values.count { !$0.isNaN } == 45, "layer \(row)")
    }
    var metrics: [String: [Double]] = [:]
    try store.query("SELECT metric, value FROM run_metric WHERE epoch > 0") { (_) throws(EngramError) in
    } row: { (values) throws(EngramError) in
      // A NaN is NULL in SQL.
      let value = if case .real(let value) = values[1] { value } else { Double.nan }
      metrics[values[0].description, default: []].append(value)
    }
    #expect(metrics.keys.sorted() == ["loss", "top1", "train_loss", "train_top1"])
    #expect(metrics.values.allSatisfy { $0.count == 2 && $0.allSatisfy { $0.isNaN } }, "\(metrics)")
  }

  @Test(arguments: ["sgdm", "oja"])
  func `a run that diverged goes on after being cut short, and says where it diverged`(rule: String) throws {
    let folder = TemporaryFolder()
    let settings = Self.diverging(rule)
    let whole = try Self.runner(folder["whole"]).train([settings], work: WorkContext())
    var reports: [TrainingReport] = []
    for patience in stride(from: 3, through: 400, by: 9) where reports.isEmpty {
      let work = Self.work(stoppedAfter: patience)
      do {
        reports = try Self.runner(folder["cut"]).train([settings], work: work)
      } catch let error as EngramError { #expect(error.code == .cancelled) }
    }
    #expect(reports.map(\.outcome) == [.resumed])
    #expect(reports.map(\.divergedAtStep) == whole.map(\.divergedAtStep))
    #expect(try Self.contents(folder["cut"]) == Self.contents(folder["whole"]))
  }

  @Test func `a run that goes on with other threads says so`() throws {
    let folder = TemporaryFolder()
    let settings = Self.settings()
    let store = try TrajectoryStore.openOrCreate(at: folder["s"]).store
    for patience in stride(from: 10, through: 60, by: 4)
    where !TestFiles.names(in: folder["s/recording"]).contains(where: { $0.hasSuffix(".state") }) {
      let work = Self.work(stoppedAfter: patience)
      #expect(throws: EngramError.self) { try Self.runner(folder["s"]).train([settings], work: work) }
    }
    let runner = PlanRunner(Trainer(into: store, threads: 2), workers: 1)
    let report = try #require(try runner.train([settings], work: WorkContext()).first)
    #expect(report.outcome == .resumed && report.notes.count == 1, "\(report.notes)")
    #expect(report.notes.first?.contains("threads are 2 and were 1") == true, "\(report.notes)")
  }

  @Test func `settings that change nothing are said of a single run, and of a plan are not`() throws {
    let folder = TemporaryFolder()
    var idle = Self.settings()
    (idle.size.dropout, idle.size.normDecay, idle.temperature, idle.changesByFeedback) = (0.3, 0.5, 0.9, true)
    let report = try #require(try Self.runner(folder["a"]).train([idle], work: WorkContext()).first)
    let note = "nothing of the run depends on norm_decay, dropout, temperature, feedback_change, which are set"
    #expect(
      report.notes.count == 1 && report.notes[0].hasSuffix("\(note), but a seed of none is drawn from all settings"),
      "\(report.notes)")
    (idle.modelSeed, idle.datasetSeed) = (0, 0)
    let seeded = try #require(try Self.runner(folder["s"]).train([idle], work: WorkContext()).first)
    #expect(seeded.notes.count == 1 && seeded.notes[0].hasSuffix(note), "\(seeded.notes)")
    let both = try Self.runner(folder["b"]).train([idle, Self.settings(seed: 1)], work: WorkContext())
    #expect(both.allSatisfy { $0.notes.isEmpty })
    var used = Self.settings(.resnet18, "sign-fixed", task: "digits-simclr")
    (used.size.normDecay, used.temperature, used.changesByFeedback) = (0.5, 0.9, true)
    #expect(try Self.runner(folder["c"]).train([used], work: WorkContext()).allSatisfy { $0.notes.isEmpty })
  }

  @Test func `one run that fails leaves the others alone`() throws {
    let folder = TemporaryFolder()
    var wrong = Self.settings(.alexnet)
    wrong.size.stemSize = 40
    // What is wrong with a network is known before any is trained; what is wrong with an option is not.
    #expect(throws: EngramError.self) {
      try Self.runner(folder["a"]).train([Self.settings(), wrong], work: WorkContext())
    }
    wrong = Self.settings(.knet, "information")
    wrong.ruleOptions = ["alfa": 1]
    let reports = try Self.runner(folder["b"]).train([wrong, Self.settings()], work: WorkContext())
    #expect(reports.map(\.outcome) == [.failed, .trained] && reports[0].error?.code == .usage)
  }

  @Test func `a GPU that is not there is said before any run is begun`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.openOrCreate(at: folder["g"]).store
    let runner = PlanRunner(Trainer(into: store, onGPU: true), workers: 1)
    guard try TensorLibrary.gpuCount() == 0 else {
      #expect(try runner.train([Self.settings()], work: WorkContext()).map(\.outcome) == [.trained])
      return
    }
    let error = #expect(throws: EngramError.self) { try runner.train([Self.settings()], work: WorkContext()) }
    #expect(error?.code == .usage && error?.mend != nil)
    #expect(try store.snapshot().exampleCount == 0 && store.runsInProgress().isEmpty)
  }

  @Test func `a batch larger than the training set is said to be all of it`() throws {
    let folder = TemporaryFolder()
    var settings = Self.settings()
    settings.batchSize = 100_000
    let report = try #require(try Self.runner(folder["a"]).train([settings], work: WorkContext()).first)
    #expect(report.notes.contains { $0.contains("the whole training set") })
    #expect(report.notes.contains { $0.contains("more than the 96 stimuli of epoch_images") }, "\(report.notes)")
  }

  @Test(arguments: [(96, false), (100, true)])
  func `an epoch that is rounded down to whole batches is said`(images: Int, isRounded: Bool) throws {
    let folder = TemporaryFolder()
    var settings = Self.settings()
    settings.epochImages = images
    let report = try #require(try Self.runner(folder["a"]).train([settings], work: WorkContext()).first)
    #expect(report.notes.contains { $0.contains("it is 96 of the 100 stimuli of epoch_images") } == isRounded)
  }

  @Test(arguments: ["sgdm", "adam", "feedback", "information"])
  func `learns digits`(rule: String) throws {
    let folder = TemporaryFolder()
    var settings = Self.settings(.knet, rule, seed: 1)
    settings.batchSize = 64
    settings.epochs = 10
    settings.checkpointEvery = 10
    settings.epochImages = 2_880
    settings.size.width = 0.25
    settings.rate = rule == "adam" || rule == "feedback" ? 0.004 : 0.1
    settings.clip = 1
    if rule == "information" { settings.ruleOptions = ["alpha": 0.006] }
    let report = try #require(try Self.runner(folder["a"]).train([settings], work: WorkContext()).first)
    #expect((report.top1 ?? 0) > (rule == "feedback" ? 0.6 : 0.8), "\(rule): \(report.top1 ?? 0)")
  }
}
