// StoredSplitTests.swift -- split sets as they are stored, audited and compared.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite struct StoredSplitTests {
  @Test func `hashes ids as NumPy's int64 bytes`() {
    // python3: hashlib.sha256(numpy.array([4, 9, 12], '<i8')).hexdigest()
    #expect(
      Split.sha256(of: [ExampleSet(ids: [4, 9, 12])])
        == "63fc9bd754702ec69f43ea45bd9c8d5c3cdc68bef4e7f33be4ad8b3a08af258a")
    #expect(
      Split.sha256(of: [ExampleSet(0..<10_000)])
        == "9e1c19b3fdc185411bd1a987deb6a9fda2531116aac060a84c4d878854d1c099")
  }

  /// Four runs of four layers; the last run is a copy of the first, bit for bit, under another seed.
  private func toy() throws -> ToyStore {
    var runs: [Recording] = []
    for index in 0..<4 {
      let first = index == 3 ? 0 : 10 * index
      runs.append(
        Recording(
          metadata: [
            "learning_rule": .text(index % 2 == 0 ? "adam" : "sgdm"), "model_seed": .integer(Int64(index)),
            "architecture": .text(index < 2 ? "knet" : "alexnet"),
          ], layers: (0..<4).map { Layer(name: "conv\($0)", position: nil) },
          values: .float32((first..<(first + 4)).map { Float($0) })))
    }
    return try ToyStore(runs)
  }

  @Test func `the text NULL and no value are held out apart, each under a name of its own`() throws {
    let toy = try ToyStore(
      [MetadataValue.text("NULL"), .null, .text("cat")].enumerated().map { index, animal in
        Recording(
          metadata: ["model_seed": .integer(Int64(index)), "animal": animal],
          layers: [Layer(name: "fc", position: nil)],
          values: .float32([Float(index)]))
      })
    let set = try toy.store.createSplitSet("h", SplitSpecification(.holdout(HoldoutSplits(by: ["animal"]))))
    #expect(set.splits.map(\.name) == ["animal=NULL", "animal='NULL'", "animal=cat"])
    #expect(try set.split("NULL").test.ids == [1] && set.split("'NULL'").test.ids == [0])
    #expect(try set.split("animal=NULL").test.ids == [1] && set.split("cat").test.ids == [2])
  }

  @Test func `a name that several splits have is refused, and their numbers are said`() throws {
    let toy = try toy()
    let sides = (ExampleSet(0..<8), ExampleSet(8..<12))
    let set = try toy.store.createSplitSet(
      "twice",
      SplitSpecification(
        .explicit(
          ExplicitSplits(["x=a", "b", "y=a"].map { Split(name: $0, train: sides.0, test: sides.1) }))))
    #expect(try set.index(of: "x=a") == 0 && set.index(of: "b") == 1)
    #expect(refusal(.usage) { _ = try set.index(of: "a") }?.expected == "one of 0, 2")
  }

  @Test func `a number that is the name of a split, or the value it holds out, means that split, which is said`() throws
  {
    let toy = try toy()
    func set(_ name: String, _ names: [String]) throws -> SplitSet {
      let splits = names.enumerated().map { index, name in
        Split(name: name, train: ExampleSet(0..<4), test: ExampleSet(Int64(4 + index)..<Int64(5 + index)))
      }
      return try toy.store.createSplitSet(name, SplitSpecification(.explicit(ExplicitSplits(splits))))
    }
    let folds = try set("folds", ["1", "2", "3"])
    #expect(try ["0", "1", "2", "3"].map { try folds.index(of: $0) } == [0, 0, 1, 2])
    #expect(folds.remark(onKey: "1") == "folds/1 is the split called '1', which is number 0; number 1 is called '2'")
    #expect(folds.remark(onKey: "0") == nil && folds.remark(onKey: "3") == nil)
    refusal(.notFound) { _ = try folds.index(of: "4") }
    refusal(.notFound) { try folds.check(index: 3) }
    let seeds = try set("seeds", ["seed=2", "seed=0", "seed=1"])
    #expect(try ["0", "1", "2", "seed=2"].map { try seeds.index(of: $0) } == [1, 2, 0, 0])
    #expect(seeds.remark(onKey: "0") != nil && seeds.remark(onKey: "seed=2") == nil)
    let plain = try set("plain", ["0", "1"])
    #expect(plain.remark(onKey: "1") == nil)
    #expect(try toy.store.auditFirstSplit("seeds")?.split == "seed=2")
    #expect(try toy.store.auditSplits("folds", split: "2", comparesValues: false).map(\.split) == ["2"])
  }

  @Test func `names of splits that Unicode has equal are two names`() throws {
    let toy = try toy()
    let names = ["caf\u{E9}", "cafe\u{301}"]
    let splits = names.enumerated().map { index, name in
      Split(name: name, train: ExampleSet(0..<4), test: ExampleSet(Int64(4 + index)..<Int64(5 + index)))
    }
    let set = try toy.store.createSplitSet("two", SplitSpecification(.explicit(ExplicitSplits(splits))))
    #expect(try names.map { try set.index(of: $0) } == [0, 1])
  }

  @Test func `a specification follows fields that were renamed, in columns and conditions`() throws {
    let toy = try ToyStore(
      (0..<4).map { index in
        Recording(
          metadata: ["model_seed": .integer(Int64(index)), "age": .integer(Int64(20 + index)), "lab": .text("age")],
          layers: [Layer(name: "fc", position: nil)], values: .float32([Float(index)]))
      })
    var specification = SplitSpecification(.holdout(HoldoutSplits(by: ["Age"])), label: "lab")
    specification.filter = "lab = 'age' AND (example.age > 20 OR \"age\" IS NULL) AND [age] < 99"
    let set = try toy.store.createSplitSet("h", specification)
    #expect(try toy.store.specification(of: set).renamed.isEmpty)
    _ = try toy.store.renameField("age", to: "order")
    let (now, renamed) = try toy.store.specification(of: set)
    #expect(renamed.map { [$0.old, $0.new] } == [["age", "order"]])
    #expect(
      now.filter
        == #"lab = 'age' AND (example."order" > 20 OR "order" IS NULL) AND "order" < 99"#)
    let again = try toy.store.createSplitSet("again", now)
    #expect(again.splits.map(\.test) == set.splits.map(\.test))
    #expect(try toy.store.specification(of: set, asOf: set.commit).specification == specification)
  }

  @Test func `verifying beside somebody who makes and removes sets finds no damage`() throws {
    let toy = try toy()
    let store = toy.store
    let possible = SpecificationTests.everyKind.first { specification in
      (try? store.createSplitSet("s", specification)) != nil
    }
    let specification = try #require(possible)
    try store.removeSplitSet("s")
    try parallelFor(count: 2, work: WorkContext(threads: 2)) { (index, _) throws(EngramError) in
      for round in 0..<30 {
        if index == 0 {
          _ = try store.createSplitSet("s", specification)
          try store.removeSplitSet("s")
        } else {
          let found = try store.verifySplitSets()
          guard found.problems.isEmpty, found.count <= 1 else {
            throw EngramError(.corrupt, "round \(round)", found: "\(found.problems)")
          }
        }
      }
    }
  }

  @Test func `a stored set is read back as it was made, and stays as it is when data come`() throws {
    let toy = try toy()
    for (index, specification) in SpecificationTests.everyKind.enumerated() {
      let error = Result { try toy.store.createSplitSet("set\(index)", specification) }
      guard case .success(let made) = error else { continue }
      #expect(try toy.store.splitSet("set\(index)") == made)
    }
    let made = try toy.store.createSplitSet("cv", SplitSpecification(.kFold(KFoldSplits(folds: 2))))
    let commit = made.commit
    _ = try toy.store.append(
      [ToyStore.run(["learning_rule": .text("adam")], layers: 3)], epochs: [0], statistics: ["weightabs_mean"])
    #expect(try toy.store.splitSet("cv") == made)
    let again = try toy.store.createSplitSet("again", made.specification, asOf: commit)
    #expect(again.sha256 == made.sha256)
    #expect(SplitSetDifference(made, again).hasEqualSplits)
    let newer = try toy.store.createSplitSet("newer", made.specification)
    let difference = SplitSetDifference(made, newer)
    #expect(!difference.hasEqualSplits && difference.choices.isEmpty && difference.commits == [commit, newer.commit])
    let byCommit = try toy.store.createSplitSet("late", SplitSpecification(.byCommit(CommitSplits(commit: commit))))
    #expect(byCommit.splits[0].train == ExampleSet(0..<16) && byCommit.splits[0].test == ExampleSet(16..<19))
  }

  @Test func `groups are chosen by the bytes of their names, and a name of two groups is refused`() throws {
    let rows: [(String, String)] = [("caf\u{e9}", "x"), ("cafe\u{301}", "x"), ("K", "x"), ("1,2", "3"), ("1", "2,3")]
    let toy = try ToyStore(
      rows.map { ToyStore.run(["learning_rule": .text($0), "task": .text($1)], layers: 1) })
    let snapshot = try toy.store.snapshot()
    let groups = try snapshot.groups(by: ["learning_rule"])
    for name in ["caf\u{e9}", "cafe\u{301}"] {
      let keys = try HoldoutSplits.keys(named: [name], by: ["learning_rule"], among: groups)
      let named = try #require(keys.first?.first).description
      #expect(keys.count == 1 && named.utf8.elementsEqual(name.utf8))
    }
    refusal(.notFound) { _ = try HoldoutSplits.keys(named: ["\u{212a}"], by: ["learning_rule"], among: groups) }
    let pairs = try snapshot.groups(by: ["learning_rule", "task"])
    let columns = ["learning_rule", "task"]
    let error = refusal(.usage) { _ = try HoldoutSplits.keys(named: ["1,2,3"], by: columns, among: pairs) }
    #expect(error?.mend?.description.contains("learning_rule=1") == true)
    let full = try HoldoutSplits.keys(named: ["learning_rule=1,task=2,3"], by: columns, among: pairs)
    #expect(full == [[.text("1"), .text("2,3")]])
  }

  @Test func `an audit counts what the sides share, and finds equal trajectories`() throws {
    let toy = try toy()
    // Layers 0 and 1 of every run against layers 2 and 3; then the first run against its copy.
    let sides = [
      Split(name: "layers", train: ExampleSet(ids: [0, 1, 4, 5, 8, 9, 12, 13]), test: ExampleSet(ids: [2, 3, 6, 7])),
      Split(name: "copy", train: ExampleSet(0..<8), test: ExampleSet(12..<16)),
      Split(name: "apart", train: ExampleSet(4..<8), test: ExampleSet(8..<12)),
    ]
    _ = try toy.store.createSplitSet("mine", SplitSpecification(.explicit(ExplicitSplits(sides))))
    let audits = try toy.store.auditSplits("mine")
    #expect(audits.map(\.duplicates) == [0, 4, 0])
    #expect(audits.map { $0.overlap("run")?.testExamples } == [4, 0, 0])
    #expect(audits.map { $0.overlap("run")?.sharedValues } == [2, 0, 0])
    #expect(audits.map { $0.overlap("architecture")?.testExamples } == [4, 0, 0])
    #expect(audits[0].classes.map(\.train) == [4, 4] && audits[0].classes.map(\.test) == [2, 2])
    let warnings = audits.map { $0.findings.filter { $0.level == .warning }.map(\.check) }
    #expect(warnings == [["run"], ["duplicates"], ["missing classes"]])
    #expect(try toy.store.auditSplits("mine", split: "copy", comparesValues: false)[0].duplicates == nil)
    let error = #expect(throws: EngramError.self) { try toy.store.auditSplits("mine", split: "9") }
    #expect(error?.code == .notFound)
  }

  @Test func `an audit of tens of thousands of values takes no time in their square`() throws {
    let count = 20_000
    let fields = ["alpha", "beta", "gamma", "delta"]
    let toy = try ToyStore(
      (0..<count).map { index in
        var metadata: [String: MetadataValue] = [
          "learning_rule": .text(index % 2 == 0 ? "adam" : "sgdm"), "pair": .integer(Int64(index / 2)),
        ]
        for field in fields { metadata[field] = .integer(Int64(index)) }
        return ToyStore.run(metadata, layers: 2)
      })
    // The first layer of every run against the second.
    let (train, test) = (
      ExampleSet(ids: (0..<count).map { Int64(2 * $0) }), ExampleSet(ids: (0..<count).map { Int64(2 * $0 + 1) })
    )
    let sides = ExplicitSplits([Split(name: "layers", train: train, test: test)])
    _ = try toy.store.createSplitSet("layers", SplitSpecification(.explicit(sides)))
    let start = ContinuousClock.now
    let audit = try toy.store.auditSplits("layers", comparesValues: false)[0]
    // A pass over all classes for each value took 5 s.
    #expect(ContinuousClock.now - start < .seconds(3))
    for field in fields {
      let overlap = try #require(audit.overlap(field))
      // Each value is of one class: to recognise it is to know its class.
      #expect(overlap.sharedValues == count && overlap.testExamples == count && overlap.namesIndividuals)
    }
    // Each of these is of both classes.
    let pairs = try #require(audit.overlap("pair"))
    #expect(pairs.sharedValues == count / 2 && !pairs.namesIndividuals)
  }

  @Test func `group shuffle reaches a size in examples as nearly as groups allow`() throws {
    let toy = try ToyStore((1...6).map { ToyStore.run(["learning_rule": .text("adam")], layers: $0) })
    let plan = GroupShuffleSplits(repeats: 20, counting: .examples, test: .count(7), train: .count(10))
    for split in try SplitSpecification(.groupShuffle(plan)).splits(of: toy.store.snapshot()) {
      #expect((4...10).contains(split.test.count) && (5...15).contains(split.train.count))
    }
  }

  @Test func `runs whose decimals differ by the tolerance are a pair, and those that differ by more are none`() throws {
    let table = [("adam", 0.61), ("adam", 0.7), ("sgdm", 0.62), ("sgdm", 0.7100001)]
    let toy = try ToyStore(table.map { ToyStore.run(["learning_rule": .text($0.0)], layers: 2) })
    _ = try toy.store.addMetrics(
      table.enumerated().map { index, run in
        RunMetric(run: Int64(index + 1), MetricValue("top1", epoch: 0, run.1))
      })
    let plan = MatchedSplits(
      metric: "top1", .pairs(first: .text("adam"), second: .text("sgdm"), tolerance: 0.01, same: []),
      balanced: BalancedSplits(repeats: 1, test: .perClass(1), train: .perClass(1)))
    let split = try SplitSpecification(.matched(plan)).splits(of: toy.store.snapshot())[0]
    // Layers of the first and of the third run.
    #expect(split.train.union(split.test).ids == [0, 1, 4, 5])
  }

  @Test func `matched splits keep runs of a band, or pairs of runs of two rules that are close`() throws {
    // Runs of one layer each; their accuracy, and after it how they may pair at a tolerance of 0.05.
    let table: [(rule: String, accuracy: Double)] = [
      ("adam", 0.50), ("adam", 0.60), ("adam", 0.70), ("adam", .nan), ("sgdm", 0.54), ("sgdm", 0.56), ("sgdm", 0.90),
      ("feedback", 0.60),
    ]
    let toy = try ToyStore(table.map { ToyStore.run(["learning_rule": .text($0.rule)], layers: 1) })
    _ = try toy.store.addMetrics(
      table.enumerated().flatMap { index, run in
        [0.0, 10.0].map { epoch in
          RunMetric(run: Int64(index + 1), MetricValue("top1", epoch: epoch, epoch == 0 ? 0.1 : run.accuracy))
        }
      })
    let snapshot = try toy.store.snapshot()
    let balanced = BalancedSplits(repeats: 1, test: .perClass(1), train: .perClass(1))
    func all(_ plan: MatchedSplits) throws -> ExampleSet {
      let split = try SplitSpecification(.matched(plan)).splits(of: snapshot)[0]
      return split.train.union(split.test)
    }
    let pairs = MatchedSplits.Matching.pairs(
      first: .text("adam"), second: .text("sgdm"), tolerance: 0.05, same: [])
    #expect(try all(MatchedSplits(metric: "top1", pairs, balanced: balanced)).ids == [0, 1, 4, 5])
    let band = MatchedSplits.Matching.band(lowest: 0.5, highest: 0.6)
    let two = SplitSpecification(
      .matched(MatchedSplits(metric: "top1", band, balanced: balanced)), where: "learning_rule <> 'feedback'")
    #expect(try two.splits(of: snapshot)[0].train.union(two.splits(of: snapshot)[0].test).ids == [0, 1, 4, 5])
    for (metric, matching, part) in [
      ("top-1", band, "did you mean 'top1'?"), ("top1", .band(lowest: 0.89, highest: 1), "fewer than two classes"),
    ] {
      let error = #expect(throws: EngramError.self) { try all(MatchedSplits(metric: metric, matching)) }
      #expect("\(error as Any)".contains(part))
    }
  }
}
