// ComparisonTests.swift -- paired differences and their corrected errors, against numbers worked out by SciPy.

import Base
import Classifiers
import Splits
import Studies
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct ComparisonTests {
  // scipy.stats: 2 * t.sf(t, degrees) and t.ppf(1 - tail / 2, degrees).
  @Test(arguments: [
    (1.0, 1.0, 0.5), (2.262157162740992, 9.0, 0.0500000000046757), (0.0, 4.0, 1.0),
    (3.5, 9.0, 0.006723515763058959), (40.0, 2.0, 0.0006244146721847406), (1e-3, 30.0, 0.9992087357664851),
    (12.0, 99.0, 5.130629687897481e-21),
  ])
  func `tails of Student's t are right`(t: Double, degrees: Double, tail: Double) {
    let distribution = StudentT(degrees: degrees)
    #expect(abs(distribution.twoSidedTail(t) - tail) <= 1e-10 * tail)
    #expect(distribution.twoSidedTail(-t) == distribution.twoSidedTail(t))
    if tail < 1 { #expect(abs(distribution.magnitude(ofTwoSidedTail: tail) - t) <= 1e-8 * t) }
  }

  /// Results of two forests, of one and of many trees, on the same splits.
  private static func results(
    _ kind: SplitSpecification.Kind = .balanced(BalancedSplits(repeats: 6))
  ) throws -> (toy: ToyStore, first: Classification, second: Classification) {
    let toy = try ClassifyTests.store(kind)
    func classify(trees: Int64) throws -> Classification {
      let grid = GridSpecification(.randomForest, parameters: ["n_estimators": .integer(trees)])
      return try toy.store.classify(ClassificationPlan(splitSet: "s", grid: grid, seed: 1))
    }
    return (toy, try classify(trees: 1), try classify(trees: 50))
  }

  @Test func `the error of a difference is that of Nadeau and Bengio`() throws {
    let (_, first, second) = try Self.results()
    let comparison = try Comparison(first, with: second)
    let differences = zip(first.splits, second.splits).map { $1.test.confusion.accuracy - $0.test.confusion.accuracy }
    let mean = differences.reduce(0, +) / 6
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
    let share = Double(first.splits[0].test.count) / Double(first.splits[0].train.count)
    let error = (variance * (1.0 / 6 + share)).squareRoot()
    let found = comparison.accuracy
    #expect(found.splits == 6)
    #expect(abs(found.difference - mean) < 1e-12)
    #expect(abs(try #require(found.standardError) - error) < 1e-12)
    #expect(abs(try #require(found.halfWidth()) - 2.570581835636314 * error) < 1e-9)
    #expect(comparison.recalls.count == comparison.classes.count)
  }

  @Test func `results of pairs are compared split by split, and a class where splits have it`() throws {
    let (_, first, second) = try Self.results(.pairs(PairSplits(balanced: BalancedSplits(repeats: 2))))
    let comparison = try Comparison(first, with: second)
    #expect(comparison.accuracy.splits == 6)
    #expect(comparison.classes == ["adam", "feedback", "sgdm"])
    // Each class is in two of the three pairs.
    #expect(comparison.recalls.map(\.splits) == [4, 4, 4])
    // All but the first pair have sgdm, the second of their two classes.
    let recalls = second.splits[2...].map { $0.test.confusion.recall(of: 1) }
    #expect(abs(comparison.recalls[2].second - recalls.reduce(0, +) / 4) < 1e-12)
  }

  @Test func `results compared with themselves do not differ`() throws {
    let (_, first, _) = try Self.results()
    let same = try Comparison(first, with: first)
    #expect(same.accuracy.difference == 0)
    #expect(same.accuracy.standardError == 0)
    #expect(same.accuracy.pValue == 1)
  }

  @Test func `results of other splits are not compared`() throws {
    let (toy, first, _) = try Self.results()
    _ = try toy.store.createSplitSet("other", SplitSpecification(.balanced(BalancedSplits(repeats: 2, seed: 9))))
    let grid = GridSpecification(.randomForest, parameters: ["n_estimators": 1])
    let other = try toy.store.classify(ClassificationPlan(splitSet: "other", grid: grid))
    let error = refusal(.usage) { _ = try Comparison(first, with: other) }
    #expect(error?.message == "these results are not of the same splits")
  }

  @Test(arguments: [true, false])
  func `results that were tested on different examples are not compared`(keepsPredictions: Bool) throws {
    let toy = try ToyStore.learningRules()
    // Runs that lack all but one statistic.
    let few = (100..<106).flatMap { seed in
      ["adam", "feedback", "sgdm"].map { rule in
        Recording(
          metadata: ["learning_rule": .text(rule), "model_seed": .integer(Int64(seed))],
          layers: [Layer(name: "conv1", position: .early)], values: .float32([0, 1, 2]))
      }
    }
    _ = try toy.store.append(few, epochs: ToyStore.ruleEpochs, statistics: ["weightabs_mean"])
    _ = try toy.store.createSplitSet("s", SplitSpecification(.balanced(BalancedSplits(repeats: 2))))
    var options = ClassifyOptions()
    options.keepsPredictions = keepsPredictions
    func classify(_ statistic: String, _ missing: MissingPolicy) throws -> Classification {
      try toy.store.classify(
        ClassificationPlan(
          splitSet: "s", features: FeatureRequest(statistics: .names([statistic]), missing: missing),
          grid: GridSpecification(.randomForest, parameters: ["n_estimators": 1])), options: options)
    }
    let all = try classify("weightabs_mean", .refuse)
    let some = try classify("actraw_mean", .drop)
    let error = refusal(.usage) { _ = try Comparison(all, with: some) }
    #expect(error?.message == "these results were tested on different examples of the same splits")
    #expect(error?.found?.hasPrefix("\(all.splits[0].test.count) in results 1, ") == true)
    #expect(try Comparison(some, with: classify("gradavgabs_id", .drop)).accuracy.splits == 2)
  }

  @Test func `with one split there is no error`() throws {
    let toy = try ClassifyTests.store(.balanced(BalancedSplits(repeats: 1)))
    let grid = GridSpecification(.randomForest, parameters: ["n_estimators": 1])
    let only = try toy.store.classify(ClassificationPlan(splitSet: "s", grid: grid))
    let comparison = try Comparison(only, with: only)
    #expect(comparison.accuracy.standardError == nil && comparison.accuracy.pValue == nil)
  }
}
