// ClassifyTests.swift -- results of whole split sets: kept, served again, gone on with after a stop, and refused.

import Base
import Classifiers
import Splits
import Studies
import Synchronization
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct ClassifyTests {
  /// A plan with several candidates in two batches.
  static func plan(_ splitSet: String = "s", _ kind: ClassifierKind = .randomForest) throws -> ClassificationPlan {
    let grids: [ClassifierKind: String] = [
      .randomForest: #"{"max_features": ["sqrt", "all"], "n_estimators": [5, 10]}"#,
      .linearSVM: #"{"n_components": [null, 2, 500], "C": [0.5, 50]}"#,
      .conv1D: #"{"ksize": [1, 3, 99], "num_filters": 4, "train_batch_size": 8, "max_epochs": 20}"#,
    ]
    let parameters = try JSONValue(parsing: grids[kind] ?? "{}").asObject()
    return ClassificationPlan(
      splitSet: splitSet, features: FeatureRequest(view: TrajectoryView(isStandardized: kind != .randomForest)),
      grid: GridSpecification(kind, parameters: parameters), folds: FoldPlan(count: 3), seed: 4)
  }

  /// A store with a set of splits.
  static func store(_ kind: SplitSpecification.Kind = .balanced(BalancedSplits(repeats: 3))) throws -> ToyStore {
    let toy = try ToyStore.learningRules()
    _ = try toy.store.createSplitSet("s", SplitSpecification(kind))
    return toy
  }

  /// What must be equal, whenever and however it was computed: everything but the times.
  static func outcome(_ results: Classification) -> [[String]] {
    results.splits.map { split in
      [
        "\(split.train) \(split.test)", "\(split.parameters)", "\(String(describing: split.search))",
        "\(split.model)", "\(String(describing: split.importances))", "\(String(describing: split.predictions))",
      ]
    }
  }

  @Test(arguments: ClassifierKind.allCases)
  func `every kind learns, is tested, and gives the same on any number of threads`(kind: ClassifierKind) throws {
    let (both, one) = (try Self.store(), try Self.store())
    let results = try both.store.classify(Self.plan("s", kind), options: ClassifyOptions(work: WorkContext(threads: 2)))
    #expect(results.splits.map(\.ordinal) == [0, 1, 2])
    #expect(results.summary.isComplete)
    #expect(results.classes == ["adam", "feedback", "sgdm"])
    #expect(try #require(results.test).meanAccuracy > 0.6)
    #expect(results.splits.allSatisfy { $0.predictions?.examples.count == $0.test.count })
    let alone = try one.store.classify(Self.plan("s", kind), options: ClassifyOptions(work: WorkContext(threads: 1)))
    #expect(Self.outcome(alone) == Self.outcome(results))
    if kind != .randomForest {
      // 500 components of 9 columns, a kernel of 99 samples.
      let skipped = results.splits[0].search.flatMap { $0.outcome(of: kind == .linearSVM ? 4 : 2) }
      guard case .skipped? = skipped else {
        Issue.record("\(String(describing: skipped))")
        return
      }
    }
  }

  /// What makes of values some that Float32 does not tell apart, or does not hold.
  static let wide: [@Sendable (Double) -> Double] = [{ 1.7e9 + $0 }, { $0 * 1e60 }, { $0 * 1e-60 }]

  @Test(arguments: ClassifierKind.allCases, wide.indices)
  func `values that only Float64 holds are learned from as they are`(kind: ClassifierKind, place: Int) throws {
    // The least scale of a z-score makes zeros of values so small.
    if kind != .randomForest, place == 2 { return }
    let (plain, wide) = (try Self.store(), try ToyStore.learningRules(wide: Self.wide[place]))
    _ = try wide.store.createSplitSet("s", SplitSpecification(.balanced(BalancedSplits(repeats: 3))))
    let plan = try Self.plan("s", kind)
    let (results, expected) = (try wide.store.classify(plan), try plain.store.classify(plan))
    let (accuracy, plainAccuracy) = (try #require(results.test).meanAccuracy, try #require(expected.test).meanAccuracy)
    #expect(abs(accuracy - plainAccuracy) < 0.1, "\(accuracy) and \(plainAccuracy)")
    // Results of before, which were of rounded values, are not those of this plan.
    #expect(results.summary.plan["values"] == .string("float64") && expected.summary.plan["values"] == nil)
    let model = try TrainedModel(parsing: wide.store.trainedModel(plan, split: 1).encoded())
    let split = try wide.store.splitSet("s").splits[1]
    let predictions = try #require(results.splits[1].predictions)
    #expect(try model.predict(split.test, in: try wide.store.snapshot()).codes == predictions.predicted)
  }

  @Test func `the same plan is answered from the store, and another seed is another plan`() throws {
    let toy = try Self.store()
    let results = try toy.store.classify(Self.plan())
    let commit = try toy.store.snapshot().commit
    #expect(try toy.store.classify(Self.plan()) == results)
    #expect(try toy.store.snapshot().commit == commit)
    #expect(try toy.store.finishedSplits(of: Self.plan()) == [0, 1, 2])
    var other = try Self.plan()
    other.seed = 5
    #expect(try toy.store.classify(other).summary.id == 2)
    #expect(try toy.store.classifications().map(\.finishedCount) == [3, 3])
    #expect(try toy.store.verify().problems == [])
    try toy.store.removeClassification(1)
    #expect(try toy.store.classifications().map(\.id) == [2])
  }

  @Test func `one split at a time ends as all at once`() throws {
    let (toy, plan) = (try Self.store(), try Self.plan())
    let second = try toy.store.classify(plan, options: ClassifyOptions(split: 1))
    #expect(second.splits.map(\.ordinal) == [1])
    #expect(!second.summary.isComplete)
    let whole = try Self.store()
    #expect(Self.outcome(try toy.store.classify(plan)) == Self.outcome(try whole.store.classify(plan)))
  }

  @Test(arguments: [0.05, 0.2, 0.3, 0.5, 0.75, 0.95])
  func `a classification that was stopped goes on and ends as one that was not`(share: Double) throws {
    let (toy, plan) = (try Self.store(), try Self.plan())
    let isStopped = Atomic(false)
    let options = ClassifyOptions(
      work: WorkContext(
        isCancelled: { isStopped.load(ordering: .relaxed) },
        progress: { told in if told.share > share { isStopped.store(true, ordering: .relaxed) } }))
    let error = #expect(throws: EngramError.self) { try toy.store.classify(plan, options: options) }
    #expect(error?.code == .cancelled)
    #expect(try toy.store.verify().problems == [])
    let finished = try toy.store.finishedSplits(of: plan)
    #expect(finished == Set(0..<Int(share * 3)))
    let whole = try Self.store()
    #expect(Self.outcome(try toy.store.classify(plan)) == Self.outcome(try whole.store.classify(plan)))
    var searches = 0
    try toy.store.query("SELECT 1 FROM classification_search", header: { _ in }, row: { _ in searches += 1 })
    #expect(searches == 0)
  }

  @Test func `a long search keeps what it knows on the way`() throws {
    let (toy, plan) = (try Self.store(), try Self.plan())
    var options = ClassifyOptions(split: 0)
    options.checkpointSeconds = 0
    _ = try toy.store.classify(plan, options: options)
    var messages: [String] = []
    try toy.store.query("SELECT message FROM commit_log WHERE operation = 'classify'", header: { _ in }) { row in
      messages.append(row[0].description)
    }
    // Two batches in each of three folds, then the result.
    #expect(messages.count == 7)
    #expect(messages.last == "split 0 of s by random-forest")
  }

  @Test func `inner folds keep together what the splits keep on one side`() throws {
    let toy = try Self.store(.groupKFold(GroupKFoldSplits(folds: 3)))
    let set = try toy.store.splitSet("s")
    let snapshot = try toy.store.snapshot()
    let plan = FoldPlan(count: 4, for: set.specification)
    #expect(plan.groups == ["run_id"])
    let train = set.splits[0].train
    let labels = try ExampleClasses(of: train, by: "learning_rule", in: snapshot).labels(of: train, in: snapshot)
    let runs = try snapshot.labels(of: "run_id", for: train).codes
    let folds = try plan.folds(of: train, labels: labels, in: snapshot)
    #expect(folds.count == 4)
    for fold in folds {
      let (inTrain, inValidation) = (Set(fold.train.map { runs[Int($0)] }), Set(fold.validation.map { runs[Int($0)] }))
      #expect(inTrain.isDisjoint(with: inValidation))
      #expect(fold.train.count + fold.validation.count == train.count)
    }
    #expect(FoldPlan(for: SplitSpecification(.balanced(BalancedSplits()))).groups == nil)
    #expect(try toy.store.classify(Self.plan()).summary.isComplete)
  }

  @Test func `splits of different classes have results each, and no sum`() throws {
    let toy = try Self.store(.pairs(PairSplits(balanced: BalancedSplits(repeats: 1))))
    let results = try toy.store.classify(Self.plan())
    #expect(results.splits.map(\.classes) == [["adam", "feedback"], ["adam", "sgdm"], ["feedback", "sgdm"]])
    #expect(results.test == nil)
    #expect(results.classes == nil)
  }

  @Test func `halving says in the store what it dropped`() throws {
    let toy = try Self.store()
    var plan = try Self.plan()
    plan.grid = GridSpecification(
      .randomForest, parameters: try JSONValue(parsing: #"{"n_estimators": [1, 2, 3, 5, 8, 13]}"#).asObject())
    plan.strategy = .halving(factor: 3)
    plan.folds = FoldPlan(count: 2)
    let search = try #require(try toy.store.classify(plan).splits[0].search)
    #expect(search.rungs.count == 2)
    #expect(search.rungs[1].candidates.count == 2)
  }

  // MARK: What is refused

  @Test func `one class only is refused`() throws {
    let toy = try ToyStore.learningRules(["adam"])
    _ = try toy.store.createSplitSet("s", SplitSpecification(.random(RandomSplits(repeats: 1))))
    let error = #expect(throws: EngramError.self) { try toy.store.classify(Self.plan()) }
    #expect(error?.code == .invalidData)
  }

  @Test func `a statistic that is not finite is refused, with which and where`() throws {
    let toy = try Self.store()
    var plan = try Self.plan()
    plan.features.statistics = .names(["actraw_mean", "weightraw_kurtosis"])
    let named = plan
    let error = #expect(throws: EngramError.self) { try toy.store.classify(named) }
    #expect(error?.code == .invalidData)
    #expect(error?.place == "example 47 (run 24, layer fc2), column weightraw_kurtosis@5")
  }

  @Test func `a side of which no example has what is asked for is refused by name, and the other splits are kept`()
    throws
  {
    let toy = try ToyStore.learningRules()
    let late = ["adam", "feedback", "sgdm"].map { rule in
      Recording(
        metadata: ["learning_rule": .text(rule), "model_seed": .integer(100)],
        layers: [Layer(name: "conv1", position: .early), Layer(name: "fc2", position: .deep)],
        values: .float32([Float](repeating: 1, count: 2 * 2 * ToyStore.ruleStatistics.count)))
    }
    _ = try toy.store.append(late, epochs: [5, 10], statistics: ToyStore.ruleStatistics)
    let (early, others) = (ExampleSet(0..<48), ExampleSet(48..<54))
    let splits = [
      Split(name: "late test", train: early, test: others), Split(name: "late train", train: others, test: early),
      Split(name: "early", train: ExampleSet(0..<24), test: ExampleSet(24..<54)),
    ]
    _ = try toy.store.createSplitSet("s", SplitSpecification(.explicit(ExplicitSplits(splits))))
    var plan = try Self.plan()
    plan.features.missing = .drop
    plan.features.view.epochs = .list([0, 5])
    plan.grid = GridSpecification(.randomForest, parameters: ["n_estimators": 2])
    let drops = plan
    for (split, side) in [(0, "test"), (1, "train")] {
      let error = refusal(.invalidData) { _ = try toy.store.classify(drops, options: ClassifyOptions(split: split)) }
      #expect(error?.message == "no \(side) example is left" && error?.place == "split late \(side)")
    }
    let error = refusal(.invalidData) { _ = try toy.store.classify(drops) }
    #expect(error?.message.hasPrefix("2 of 3 splits could not be classified (late test, late train)") == true)
    #expect(try toy.store.finishedSplits(of: drops) == [2])
  }

  @Test func `more folds than examples of a class, and than runs, are refused`() throws {
    let toy = try Self.store()
    var plan = try Self.plan()
    plan.folds = FoldPlan(count: 40)
    let tooMany = plan
    let error = #expect(throws: EngramError.self) { try toy.store.classify(tooMany) }
    #expect(error?.code == .invalidData)
    #expect(error?.message.contains("folds") == true)
    plan.folds = FoldPlan(count: 20, groups: ["architecture"])
    let tooFewGroups = plan
    #expect(throws: EngramError.self) { try toy.store.classify(tooFewGroups) }
  }

  @Test func `a split set that is not there is named with the nearest that is`() throws {
    let toy = try ToyStore.learningRules()
    _ = try toy.store.createSplitSet("fig2a", SplitSpecification(.balanced(BalancedSplits())))
    let error = #expect(throws: EngramError.self) { try toy.store.classify(Self.plan("fig2b")) }
    #expect(error?.code == .notFound)
    #expect(error?.mend == "did you mean 'fig2a'?")
  }

  @Test func `predictions come back from their bytes, and damaged or cut they are refused`() throws {
    let bytes = Predictions(
      examples: [3, 9], actual: [0, 1], predicted: [1, 1], probabilities: [0.25, 0.75, 0.5, 0.5], classCount: 2
    ).bytes
    #expect(try Predictions(bytes: bytes).bytes == bytes)
    for length in bytes.indices {
      let error = #expect(throws: EngramError.self) { try Predictions(bytes: Array(bytes[..<length])) }
      #expect(error?.code == .corrupt)
    }
    var wrongCode = bytes
    wrongCode[16 + 16] = 7
    let damaged = wrongCode
    #expect(throws: EngramError.self) { try Predictions(bytes: damaged) }
  }

  @Test func `results have one style of names, also those that an earlier version stored`() throws {
    let toy = try Self.store(.balanced(BalancedSplits(repeats: 1)))
    let split = try #require(try toy.store.classify(Self.plan()).splits.first)
    #expect(split.model["out_of_bag_accuracy"] != nil)
    func keys(_ value: JSONValue) -> [String] {
      switch value {
      case .object(let object): object.keys + object.members.flatMap { keys($0.value) }
      case .array(let values): values.flatMap(keys)
      default: []
      }
    }
    #expect(keys(.object(split.json)).allSatisfy { $0 == $0.lowercased() })
    var old = split.json
    var model = try old.object("model")
    model["outOfBagAccuracy"] = model["out_of_bag_accuracy"]
    model["out_of_bag_accuracy"] = nil
    old["model"] = .object(model)
    let read = try SplitResult(json: old, ordinal: 0, predictions: nil)
    #expect(read.model["out_of_bag_accuracy"] == split.model["out_of_bag_accuracy"])
    #expect(read.model["outOfBagAccuracy"] == nil)
    // A process that classifies has a megabyte at least; results of earlier versions do not say.
    #expect(try #require(split.peakMemory) > 1 << 20)
    #expect(read.peakMemory == split.peakMemory)
    old["peak_memory_bytes"] = nil
    #expect(try SplitResult(json: old, ordinal: 0, predictions: nil).peakMemory == nil)
  }
}
