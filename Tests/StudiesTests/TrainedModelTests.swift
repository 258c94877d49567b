// TrainedModelTests.swift -- saved models: read again they predict the same, damaged they are refused.

import Base
import Classifiers
import Splits
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct TrainedModelTests {
  @Test(arguments: ClassifierKind.allCases)
  func `a saved model predicts what the result of its split says`(kind: ClassifierKind) throws {
    let (toy, plan) = (try ClassifyTests.store(), try ClassifyTests.plan("s", kind))
    let bytes = try toy.store.trainedModel(plan, split: 1).encoded()
    let result = try #require(try toy.store.classify(plan).splits.first { $0.ordinal == 1 })
    let model = try TrainedModel(parsing: bytes)
    #expect(model.classes.names == result.classes)
    #expect(model.statistics == ["weightabs_mean", "actraw_mean", "gradavgabs_id"])
    let split = try toy.store.splitSet("s").splits[1]
    let answer = try model.predict(split.test, in: try toy.store.snapshot())
    let predictions = try #require(result.predictions)
    #expect(answer.examples.ids == predictions.examples)
    #expect(answer.codes == predictions.predicted)
    #expect(answer.probabilities == predictions.probabilities)
    // Another store with other examples; what it recorded is enough.
    let other = try ToyStore.learningRules(runsOfEach: 3)
    let snapshot = try other.store.snapshot()
    #expect(try model.predict(snapshot.allExamples, in: snapshot).codes.count == 18)
  }

  @Test func `what a model leaves out of examples that lack a statistic is said`() throws {
    let (toy, plan) = (try ClassifyTests.store(), try ClassifyTests.plan())
    let model = try toy.store.trainedModel(plan, split: 0)
    let run = Recording(
      metadata: ["learning_rule": .text("adam"), "model_seed": .integer(99)],
      layers: [Layer(name: "conv1", position: .early)],
      values: .float32([0, 1, 2]))
    _ = try toy.store.append([run], epochs: ToyStore.ruleEpochs, statistics: ["weightabs_mean"])
    let snapshot = try toy.store.snapshot()
    let answer = try model.predict(snapshot.allExamples, in: snapshot, missing: .drop)
    #expect(answer.remarks == ["1 of 49 examples are left out, as they lack what is asked for"])
    #expect(try model.predict(answer.examples, in: snapshot, missing: .drop).remarks.isEmpty)
  }

  @Test func `a model that was just tested is not learned again`() throws {
    let (toy, plan) = (try ClassifyTests.store(), try ClassifyTests.plan())
    let store = toy.store
    // Whoever learns after the result is kept is stopped.
    let isKept: @Sendable () -> Bool = { (try? store.finishedSplits(of: plan).contains(1)) ?? false }
    let model = try store.trainedModel(plan, split: 1, options: ClassifyOptions(work: WorkContext(isCancelled: isKept)))
    #expect(try store.finishedSplits(of: plan) == [1])
    #expect(try store.trainedModel(plan, split: 1).encoded() == model.encoded())
    refusal(.cancelled) {
      _ = try store.trainedModel(plan, split: 1, options: ClassifyOptions(work: WorkContext(isCancelled: isKept)))
    }
  }

  @Test func `a damaged or cut model file is refused`() throws {
    let toy = try ClassifyTests.store()
    let bytes = try toy.store.trainedModel(ClassifyTests.plan(), split: 0).encoded()
    for offset in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 200)) {
      var flipped = bytes
      flipped[offset] ^= 0x10
      let damaged = flipped
      let error = #expect(throws: EngramError.self) { try TrainedModel(parsing: damaged, file: "m") }
      #expect([.corrupt, .truncated, .unsupported].contains(error?.code))
      let cut = Array(bytes[..<offset])
      #expect(throws: EngramError.self) { try TrainedModel(parsing: cut) }
    }
  }

  @Test(arguments: [
    ("statistics", #"["actraw_mean", "actraw_mean", "gradavgabs_id"]"#),
    ("standardization", #"{"means": [0], "scales": [1], "first_column": 9223372036854775807}"#),
    ("standardization", #"{"means": [0], "scales": [1], "first_column": -9223372036854775808}"#),
  ])
  func `a header with a right checksum and impossible contents is refused`(key: String, text: String) throws {
    let toy = try ClassifyTests.store()
    var file = try ModelFile(parsing: toy.store.trainedModel(ClassifyTests.plan(), split: 0).encoded())
    var object = try file.header.object("features")
    object[key] = try JSONValue(parsing: Array(text.utf8))
    file.header["features"] = .object(object)
    let bytes = try file.bytes()
    refusal(.corrupt) { _ = try TrainedModel(parsing: bytes, file: "m") }
  }

  @Test func `examples without what the model needs are refused by name`() throws {
    let toy = try ClassifyTests.store()
    let model = try toy.store.trainedModel(ClassifyTests.plan(), split: 0)
    let other = try ToyStore.learningRules(runsOfEach: 1)
    _ = try other.store.append(
      [
        Recording(
          metadata: ["task": .text("other")], layers: [Layer(name: "conv1", position: .early)],
          values: .float32([1, 2, 3]))
      ], epochs: ToyStore.ruleEpochs, statistics: ["weightabs_mean"])
    let snapshot = try other.store.snapshot()
    let error = #expect(throws: EngramError.self) { try model.predict(snapshot.allExamples, in: snapshot) }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("actraw_mean") == true)
    #expect(try model.predict(snapshot.allExamples, in: snapshot, missing: .drop).codes.count == 6)
  }
}
