// TrainCommand.swift -- `engram train STORE`.

import Base
import Synchronization
import Training
import TrajectoryStore

/// Trains networks and records them as they learn.
enum TrainCommand {
  static let store = Parameter.argument(.store(), "the store to add to; it is made when it is not there")
  static let plan = Parameter.option("plan", .file("NAME|FILE"), "miniature, paper, or a file: many runs as data")
  static let task = Parameter.option(
    "task", .text("TASK"), default: "digits",
    "digits, digits40, digits-noise, digits-simclr, cifar10, cifar10-simclr, imagenet, simclr or audionet")
  static let architecture = Parameter.option(
    "architecture", ValueType<Architecture>.choice("NAME"), default: Architecture.knet.rawValue,
    Architecture.allCases.map(\.rawValue).joined(separator: ", "))
  static let rule = Parameter.option(
    "rule", .text("RULE"), default: "sgdm",
    "the learning rule: adam, sgdm, information, feedback and others, which --list-rules shows")
  static let batchSize = Parameter.option(
    "batch-size", .integer(in: 1...1_000_000), default: "256", "stimuli of a step")
  static let modelSeed = Parameter.option(
    "model-seed", .trainingSeed, default: "none", "the seed of the weights, or none")
  static let datasetSeed = Parameter.option(
    "dataset-seed", .trainingSeed, default: "none", "the seed of the order of stimuli and of augmentation, or none")
  static let epochs = Parameter.option(
    "epochs", .integer(in: 1...1_000_000), "how long to train (default: 100, or as the plan says)")
  static let settings = Parameter.repeated(
    "set", .setting, "another setting, such as width=0.25, rate=0.05 or rule_options.alpha=0.02")
  static let data = Parameter.option("data", .file("FOLDER"), "where the data set of a task lies")
  static let keepWeights = Parameter.option(
    "keep-weights", .file("FOLDER"), "keep the network at every checkpoint, as .npz files in this folder")
  static let device = Parameter.option(
    "device", .word(among: ["cpu", "cuda"], "DEVICE"), default: "cpu", "cpu or cuda")
  static let threads = Parameter.option(
    "threads", .integer(in: 1...1024), default: "1",
    "threads of one network; its numbers depend on it in their last bits")
  static let workers = Parameter.option(
    "workers", .integer(in: 1...1024), default: "1", "networks that are trained at a time")
  static let shard = Parameter.repeated("shard", .shard, "the i-th of n shares of a plan, for several machines")
  static let list = Parameter.flag("list", "list the runs and what became of them so far, and train nothing")
  static let listRules = Parameter.flag("list-rules", "list the learning rules with their options, and train nothing")

  static let command = Command(
    "train", "train networks under known learning rules, and record them as they learn",
    discussion: """
      At every checkpoint the 45 statistics of each layer are measured on the validation set and recorded, with loss and top1 as \
      metrics of the run. A run is told by its task, architecture, learning rule, batch size, seeds and recipe; one that is in the \
      store is not trained again, and one that was cut short goes on from its last checkpoint, bit for bit.

      Rates, decays and schedules are the published ones unless --set says otherwise. Its names are those of a plan: \
      \(TrainingSettings.settingKeys.joined(separator: ", ")). A seed of none is a stream of the run's own, so the same command \
      trains the same network again.

      A loss that is no number is recorded as such, to the end of the run. Networks are computed by libtorch, which \
      `scripts/setup --training` sets up.
      """,
    takes: [
      store, plan, task, architecture, rule, batchSize, modelSeed, datasetSeed, epochs, settings, data, keepWeights,
      device, threads, workers, shard, list, listRules, SharedParameters.waitSeconds, CommonParameters.json,
    ],
    exclusive: [
      [plan, task], [plan, architecture], [plan, rule], [plan, batchSize], [plan, modelSeed], [plan, datasetSeed],
    ],
    examples: [
      .init(
        "engram train mini.engram --architecture knet --rule feedback --epochs 20", "One small network on digits"),
      .init(
        "engram train mini.engram --plan miniature --workers 2", "The paper's design on digits, two networks at a time"),
      .init("engram train w1.engram --plan plan.json --shard 1/4", "A quarter of a plan, on one of four machines"),
      .init(
        "engram train mini.engram --plan miniature --keep-weights nets", "Networks that can be measured again later"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    if invocation[listRules] {
      try loadLibrary()
      return try TrainText.show(rules: try TensorLibrary.rules(), invocation)
    }
    let runs = chosen(try runs(invocation), of: invocation[shard])
    let path = invocation[store]
    try tellOfPlan(invocation)
    if let folder = invocation[data], !PlanRunner.needData(runs) {
      try invocation.note("note: --data is not used, for what is learned is bundled: \(folder)")
    }
    if invocation[list] {
      try check(listed: runs, invocation)
      return try TrainText.show(list: runs, in: path, invocation)
    }
    if runs.isEmpty { return try TrainText.showNoRuns(invocation) }
    if let folder = invocation[keepWeights] { try StorePlace.refuse(folder: folder) }
    // What cannot be trained leaves no empty store behind.
    try loadLibrary()
    try checkRules(of: runs)
    let (target, isNew) = try TrajectoryStore.openOrCreate(at: path)
    let start = MonotonicClock.seconds
    let reports: [TrainingReport]
    do throws(EngramError) {
      let kept = try invocation[keepWeights].map { (path) throws(EngramError) in try KeptNetworks(making: path) }
      var trainer = Trainer(
        into: target, threads: invocation[threads], onGPU: invocation[device] == "cuda",
        options: WriteOptions(waitSeconds: invocation[SharedParameters.waitSeconds]), keepingIn: kept)
      trainer.loaders = max(1, Threads.available / min(invocation[workers], runs.count))
      let runner = PlanRunner(trainer, workers: invocation[workers], data: invocation[data])
      if let kept {
        let bytes = try runner.keptByteCount(runs)
        try invocation.note(
          "note: the networks are kept at every checkpoint in \(kept.path), \(byteText(bytes)) in all")
      }
      reports = try runner.train(runs, work: invocation.work)
    } catch {
      if isNew { try? target.removeIfEmpty() }
      throw error
    }
    for report in reports {
      for note in report.notes { try invocation.note("note: \(note)") }
      if let error = report.error {
        try invocation.warn("\(report.settings.title): \(error.text(in: CommandWording()))")
      }
    }
    try TrainText.show(reports, in: target, seconds: MonotonicClock.seconds - start, invocation)
    let failed = reports.filter { $0.outcome == .failed }
    if let first = failed.first?.error {
      if isNew { try? target.removeIfEmpty() }
      throw EngramError(
        first.code, "\(failed.count) of \(reports.count) runs failed, the first because \(first.message)",
        file: first.file,
        place: first.place, expected: first.expected, found: first.found, mend: first.mend)
    }
  }

  /// The runs of any of some shares, in the order of the plan; all runs where there is no share.
  private static func chosen(_ all: [TrainingSettings], of shares: [PlanShard]) -> [TrainingSettings] {
    if shares.isEmpty { return all }
    let places = Set(shares.flatMap { share in stride(from: share.index, to: all.count, by: share.count) })
    return places.sorted().map { all[$0] }
  }

  /// Says what of the plan is likely a mistake.
  private static func tellOfPlan(_ invocation: Invocation) throws(EngramError) {
    guard let plan = invocation[plan] else { return }
    for note in try TrainingPlan(plan).notes { try invocation.note("note: \(note)") }
  }

  /// Refuses what training would refuse, and says what could not be looked at.
  private static func check(listed runs: [TrainingSettings], _ invocation: Invocation) throws(EngramError) {
    for note in try PlanRunner.check(runs, data: invocation[data]) { try invocation.note("note: \(note)") }
    guard (try? TensorLibrary.load()) != nil else {
      return try invocation.note("note: learning rules were not checked: the tensor library is not there")
    }
    try checkRules(of: runs)
  }

  /// Refuses learning rules and options of theirs that are not known.
  private static func checkRules(of runs: [TrainingSettings]) throws(EngramError) {
    for run in runs { try TensorLibrary.rule(run.rule).check(run.ruleOptions) }
  }

  /// Loads the library that computes, or says what sets it up.
  private static func loadLibrary() throws(EngramError) {
    do throws(EngramError) {
      try TensorLibrary.load()
    } catch {
      var worded = error
      worded.mend = "run `scripts/setup --training` in Engram's source folder, which builds it against libtorch"
      throw worded
    }
  }

  /// The runs that are asked for.
  private static func runs(_ invocation: Invocation) throws(EngramError) -> [TrainingSettings] {
    var changes = JSONObject()
    var given: Set<String> = []
    for setting in invocation[settings] {
      guard given.insert(setting.name).inserted else {
        throw invocation.usageError("--set gives \(setting.name) twice", expected: "one value for each setting")
      }
      let parts = setting.name.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2 {
        var inner = JSONObject()
        if let known = changes[parts[0]] { inner = try known.asObject() }
        inner[parts[1]] = setting.value
        changes[parts[0]] = .object(inner)
      } else {
        changes[setting.name] = setting.value
      }
    }
    if let epochs = invocation[epochs] {
      guard changes["epochs"] == nil else {
        throw invocation.usageError("--set epochs and --epochs say the same", expected: "one of them", found: "both")
      }
      changes["epochs"] = .count(epochs)
    }
    var runs: [TrainingSettings]
    if let plan = invocation[plan] {
      runs = try TrainingPlan(plan).runs
    } else {
      var one = TrainingSettings()
      one.task = invocation[task]
      one.architecture = invocation[architecture]
      one.rule = invocation[rule]
      one.batchSize = invocation[batchSize]
      one.modelSeed = invocation[modelSeed].number
      one.datasetSeed = invocation[datasetSeed].number
      runs = [one]
    }
    for index in runs.indices {
      do throws(EngramError) {
        try runs[index].apply(changes)
      } catch {
        let place = error.place.map { error.message.contains($0) ? "" : ", \($0)" } ?? ""
        throw invocation.usageError(
          "--set: \(error.message)\(place)", expected: error.expected ?? "NAME=VALUE", found: error.found)
      }
      // A plan whose settings were changed makes other runs than the plan.
      if !changes.members.isEmpty, changes["recipe"] == nil, let name = runs[index].recipe {
        let said = changes.members.map { "\($0.key)=\($0.value.description)" }.joined(separator: " ")
        runs[index].recipe = "\(name) \(said)"
      }
    }
    return runs
  }
}
