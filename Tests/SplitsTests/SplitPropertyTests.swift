// SplitPropertyTests.swift -- what holds for every kind of split on random small catalogs.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct SplitPropertyTests {
  /// Runs with nulls, classes of one member, runs of one layer, and now and then a second measurement.
  static func runs(_ random: inout SeededGenerator) -> [Recording] {
    let classes = ["adam", "feedback", "information", "sgdm"].prefix(Int.random(in: 1...4, using: &random))
    func pick(_ values: [MetadataValue], _ random: inout SeededGenerator) -> MetadataValue {
      values.randomElement(using: &random) ?? .null
    }
    var runs: [Recording] = []
    for index in 0..<Int.random(in: 3...40, using: &random) {
      var labels = classes.map { MetadataValue.text($0) }
      if Int.random(in: 0..<8, using: &random) == 0 { labels.append(.null) }
      runs.append(
        ToyStore.run(
          [
            "learning_rule": index == 0 ? .text("seen once") : pick(labels, &random),
            "task": pick([.text("imagenet"), .text("cifar10"), .null], &random),
            "batch_size": pick([.integer(128), .integer(256), .null], &random),
            "dataset_seed": pick([.null, .integer(0)], &random),
            "depth": pick([.real(0.5), .integer(2), .null], &random),
          ], layers: index == 0 ? 1 : Int.random(in: 1...6, using: &random)))
    }
    return runs
  }

  static func kinds(_ random: inout SeededGenerator) -> [SplitSpecification.Kind] {
    let seed = UInt32.random(in: 0...UInt32.max, using: &random)
    let by =
      [["run_id"], ["task"], ["batch_size", "dataset_seed"], ["depth"], ["layer_name"]]
      .randomElement(using: &random) ?? ["run_id"]
    let folds = Int.random(in: 2...4, using: &random)
    let fraction = Double.random(in: 0.1...0.6, using: &random)
    return [
      .balanced(BalancedSplits(repeats: 3, seed: seed, test: .fraction(fraction))), .holdout(HoldoutSplits(by: by)),
      .holdout(HoldoutSplits(by: by, balanced: BalancedSplits(repeats: 2, seed: seed, test: .rest))),
      .kFold(KFoldSplits(folds: folds)), .kFold(KFoldSplits(folds: folds, seed: seed)),
      .kFold(KFoldSplits(folds: folds, rule: .before022)), .groupKFold(GroupKFoldSplits(folds: folds, by: by)),
      .groupKFold(GroupKFoldSplits(folds: folds, by: by, seed: seed)),
      .stratifiedGroupKFold(StratifiedGroupKFoldSplits(folds: folds, by: by)),
      .stratifiedGroupKFold(StratifiedGroupKFoldSplits(folds: folds, by: by, seed: seed)),
      .groupShuffle(GroupShuffleSplits(by: by, repeats: 3, seed: seed, test: .fraction(fraction))),
      .groupShuffle(GroupShuffleSplits(by: by, repeats: 3, seed: seed, counting: .examples, test: .fraction(fraction))),
      .leaveOneGroupOut(LeaveOneGroupOutSplits(by: by)),
      .pairs(PairSplits(balanced: BalancedSplits(repeats: 2, seed: seed))),
      .random(RandomSplits(repeats: 3, seed: seed, test: .fraction(fraction))), .byCommit(CommitSplits(commit: 1)),
    ]
  }

  @Test(arguments: 0..<40)
  func `every split is disjoint, inside its filters, complete, balanced, group-safe and the same again`(seed: UInt64)
    throws
  {
    var random = SeededGenerator(seed: seed)
    let toy = try ToyStore(Self.runs(&random), in: 2)
    let snapshot = try toy.store.snapshot()
    let filters = [nil, "batch_size = 128", "layer_ordinal < 3", "task IS NULL OR task = 'cifar10'", "0"]
    let filter = filters.randomElement(using: &random) ?? nil
    let trainFilter = [nil, nil, "layer_ordinal > 0"].randomElement(using: &random) ?? nil
    let testFilter = [nil, nil, "dataset_seed IS NULL"].randomElement(using: &random) ?? nil
    let classes = try snapshot.groups(by: ["learning_rule"])
    let labelled = classes.reduce(ExampleSet()) { $1.key == [.null] ? $0 : $0.union($1.examples) }
    // Who has no label is on no side, unless nobody has one.
    let all = try snapshot.examples(where: filter)
    let selected = all.isDisjoint(with: labelled) ? all : all.intersection(labelled)
    let trainPool = selected.intersection(try snapshot.examples(where: trainFilter))
    let testPool = selected.intersection(try snapshot.examples(where: testFilter))
    for kind in Self.kinds(&random) {
      let specification = SplitSpecification(
        kind, where: filter, trainFilter: trainFilter, testFilter: testFilter)
      let comment = Comment(rawValue: "seed \(seed), \(try specification.json.text())")
      let splits: [Split]
      do {
        splits = try specification.splits(of: snapshot)
      } catch {
        // Too few examples, classes or groups: an error that says so is the right answer, and no split is made.
        #expect(error.code == .invalidData, comment)
        continue
      }
      #expect(try specification.splits(of: snapshot) == splits, comment)
      #expect(!splits.isEmpty && Set(splits.map(\.name)).count == splits.count, comment)
      for split in splits {
        #expect(split.train.isDisjoint(with: split.test), comment)
        #expect(!split.train.isEmpty && !split.test.isEmpty, comment)
        #expect(split.train.subtracting(trainPool).isEmpty && split.test.subtracting(testPool).isEmpty, comment)
        try checkKind(kind, split, classes, snapshot, comment)
      }
      checkComplete(kind, splits, trainPool, testPool, labelled, comment)
    }
  }

  private func checkKind(
    _ kind: SplitSpecification.Kind, _ split: Split, _ classes: [ExampleGroup], _ snapshot: Snapshot, _ comment: Comment
  ) throws {
    func counts(_ side: ExampleSet) -> Set<Int> {
      Set(classes.map { $0.examples.intersection(side).count }.filter { $0 > 0 })
    }
    switch kind {
    case .balanced, .pairs: #expect(counts(split.train).count == 1 && counts(split.test).count == 1, comment)
    case .holdout(let plan) where plan.balanced != nil:
      #expect(counts(split.train).count == 1 && counts(split.test).count == 1, comment)
    default: break
    }
    let by: [String]
    switch kind {
    case .holdout(let plan): by = plan.by
    case .groupKFold(let plan): by = plan.by
    case .stratifiedGroupKFold(let plan): by = plan.by
    case .groupShuffle(let plan): by = plan.by
    case .leaveOneGroupOut(let plan): by = plan.by
    default: return
    }
    for group in try snapshot.groups(by: by) {
      #expect(group.examples.isDisjoint(with: split.train) || group.examples.isDisjoint(with: split.test), comment)
    }
  }

  private func checkComplete(
    _ kind: SplitSpecification.Kind, _ splits: [Split], _ trainPool: ExampleSet, _ testPool: ExampleSet,
    _ labelled: ExampleSet, _ comment: Comment
  ) {
    let tested = splits.reduce(ExampleSet()) { $0.union($1.test) }
    let total = splits.reduce(0) { $0 + $1.test.count }
    switch kind {
    case .kFold, .stratifiedGroupKFold:
      #expect(tested == testPool.intersection(labelled) && total == tested.count, comment)
    case .groupKFold, .leaveOneGroupOut: #expect(tested == testPool && total == tested.count, comment)
    case .holdout(let plan) where plan.balanced == nil:
      #expect(tested == testPool && total == tested.count, comment)
      for split in splits where trainPool == testPool {
        #expect(split.train == trainPool.subtracting(split.test), comment)
      }
    default: break
    }
  }
}
