// PublishedParityTests.swift -- the published splits, held against frozen hashes of what the published algorithm gives.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite struct PublishedParityTests {
  private static let published = Result { try ToyStore(PublishedMetadata.runs) }
  private static let expected = Result { try Fixtures.json("parity/published_splits_nested.json").asObject() }

  private func splits(_ kind: SplitSpecification.Kind) throws -> [Split] {
    try SplitSpecification(kind).splits(of: try Self.published.get().store.snapshot())
  }

  private func hashes(_ value: JSONValue) throws -> [String] {
    let object = try value.asObject()
    return [try object.string("train"), try object.string("test")]
  }

  @Test func `has the published 20,736 examples of 1,056 runs`() throws {
    #expect(PublishedMetadata.runs.count == 1_056)
    #expect(try Self.published.get().store.snapshot().exampleCount == 20_736)
  }

  @Test func `the ten balanced splits are the published ones`() throws {
    let splits = try splits(.balanced(BalancedSplits(test: .perClass(1_296), train: .perClass(3_888))))
    let expected = try Self.expected.get().array("balanced").map(hashes)
    #expect(splits.map { [$0.trainSHA256, $0.testSHA256] } == expected)
    #expect(expected.count == 10)
  }

  @Test(arguments: [
    (HoldoutSplits.Preset.architecture, "architecture", 10), (.animal, "architecture", 10),
    (.curriculum, "curriculum", 6),
    (.task, "task", 4),
  ])
  func `the hold-outs are the published ones`(preset: HoldoutSplits.Preset, name: String, count: Int) throws {
    let expected = try Self.expected.get().object("holdouts")
    // With and without the published drawing of all there is of each class, which leaves everything in.
    for balanced in [nil, BalancedSplits(repeats: 1, test: .rest, train: .rest)] {
      var plan = HoldoutSplits(preset: preset)
      plan.balanced = balanced
      let splits = try splits(.holdout(plan))
      #expect(splits.count == count)
      for split in splits {
        let key = split.name.split(separator: ",").map { String($0.split(separator: "=")[1]) }.joined(separator: ",")
        #expect([split.trainSHA256, split.testSHA256] == (try hashes(expected.require("\(name)=\(key)") { $0 })))
      }
    }
  }

  @Test func `the splits of the six pairs of learning rules are the published ones`() throws {
    let splits = try splits(
      .pairs(PairSplits(balanced: BalancedSplits(test: .perClass(1_296), train: .perClass(3_888)))))
    #expect(splits.count == 60)
    let expected = try Self.expected.get().object("pairs")
    for split in splits {
      let parts = split.name.split(separator: "/")
      let index = try #require(Int(parts[1]))
      #expect([split.trainSHA256, split.testSHA256] == (try hashes(expected.array(String(parts[0]))[index])))
    }
  }

  @Test(arguments: [(KFoldSplits.Rule.before022, "folds_before_0.22"), (.since022, "folds_since_0.22")])
  func `the five stratified folds of the first train side are scikit-learn's`(
    rule: KFoldSplits.Rule, key: String
  ) throws {
    let splits = try splits(.balanced(BalancedSplits(repeats: 1, test: .perClass(1_296), train: .perClass(3_888))))
    let labels = try Self.published.get().store.snapshot().labels(of: "learning_rule", for: splits[0].train)
    let numbers = try KFoldSplits(folds: 5, rule: rule).foldNumbers(of: labels.codes)
    let expected = try Self.expected.get().array(key).map(hashes)
    for (fold, expected) in expected.enumerated() {
      let test = ExampleSet(ids: numbers.indices.filter { numbers[$0] == Int32(fold) }.map { Int64($0) })
      let train = ExampleSet(0..<Int64(numbers.count)).subtracting(test)
      #expect([Split.sha256(of: [train]), Split.sha256(of: [test])] == expected)
    }
    #expect(expected.count == 5)
  }
}
