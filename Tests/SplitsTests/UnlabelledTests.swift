// UnlabelledTests.swift -- who has no label is on no side; every field is audited.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct UnlabelledTests {
  /// Runs of two animals a rule, and of rules that say nothing.
  private static func toy() throws -> ToyStore {
    let rules: [MetadataValue] = [.text("a"), .text("b"), .text("unknown"), .null, .text("Unknown"), .text("")]
    let runs = (0..<24).map { index in
      ToyStore.run(
        [
          "learning_rule": rules[index % 6], "animal": .text("M\(index / 12)"), "trial": .integer(Int64(index)),
          "level": .integer(Int64(index % 6)), "empty": .null,
        ], layers: 1, value: Float(index))
    }
    return try ToyStore(runs, in: 2)
  }

  static let kinds: [SplitSpecification.Kind] = [
    .balanced(BalancedSplits(repeats: 2)), .kFold(KFoldSplits(folds: 2)), .random(RandomSplits(repeats: 2)),
    .groupKFold(GroupKFoldSplits(folds: 2)), .groupShuffle(GroupShuffleSplits(repeats: 2)),
    .stratifiedGroupKFold(StratifiedGroupKFoldSplits(folds: 2)), .holdout(HoldoutSplits(by: ["animal"])),
    .leaveOneGroupOut(LeaveOneGroupOutSplits(by: ["animal"])),
    .explicit(ExplicitSplits([Split(name: "0", train: ExampleSet(0..<12), test: ExampleSet(12..<24))])),
  ]

  @Test(arguments: kinds)
  func `null, empty and unknown labels are on neither side, and that is said`(kind: SplitSpecification.Kind) throws {
    let toy = try Self.toy()
    let snapshot = try toy.store.snapshot()
    let labelled = try snapshot.examples(where: "learning_rule IN ('a', 'b')")
    let specification = SplitSpecification(kind)
    for split in try specification.splits(of: snapshot) {
      #expect(split.train.union(split.test).subtracting(labelled).isEmpty && !split.train.isEmpty)
    }
    #expect(
      try specification.remarks(of: snapshot).first?.hasPrefix("16 of 24 selected examples have no learning_rule")
        == true)
    #expect(try snapshot.unlabelled(by: "learning_rule").count == 16)
  }

  @Test(
    arguments: [
      ([0, 1], []),
      (
        [0, 1, 2], ["1 of 5 selected examples have no learning_rule (NULL, empty or 'unknown') and are on neither side"]
      ),
    ] as [([Int64], [String])])
  func `of listed examples those without a label are counted among the listed`(train: [Int64], said: [String]) throws {
    let toy = try Self.toy()
    let split = Split(name: "0", train: ExampleSet(ids: train), test: ExampleSet(ids: [6, 7]))
    let specification = SplitSpecification(.explicit(ExplicitSplits([split])))
    #expect(try specification.remarks(of: toy.store.snapshot()) == said)
  }

  @Test func `where nobody has a label, nobody is left out, and whole numbers are labels`() throws {
    let toy = try Self.toy()
    let snapshot = try toy.store.snapshot()
    let none = SplitSpecification(.random(RandomSplits(repeats: 1)), where: "learning_rule = 'unknown'")
    #expect(try none.splits(of: snapshot)[0].train.count == 3 && none.remarks(of: snapshot).isEmpty)
    let level = SplitSpecification(.balanced(BalancedSplits(repeats: 1)), label: "level")
    #expect(try level.splits(of: snapshot)[0].test.count == 6 && level.remarks(of: snapshot).isEmpty)
  }

  @Test func `a class with fewer examples than folds is named`() throws {
    let toy = try Self.toy()
    let specification = SplitSpecification(
      .kFold(KFoldSplits(folds: 5)), label: "animal", where: "animal = 'M0' OR trial IN (12, 13)")
    #expect(
      try specification.remarks(of: toy.store.snapshot())
        == ["the class 'M1' has 2 examples, fewer than the 5 folds, so some folds test none of it"])
  }

  @Test(
    arguments: [
      (
        .random(RandomSplits(repeats: 2, test: .count(6), train: .count(6))),
        "12 of 24 selected examples are on neither side of a split"
      ),
      (.random(RandomSplits(repeats: 2, train: .count(6))), nil),
      (
        .balanced(BalancedSplits(repeats: 1, test: .perClass(2), train: .perClass(9))),
        "2 of 24 selected examples are on neither side of a split"
      ),
      (
        .groupShuffle(GroupShuffleSplits(by: ["level"], repeats: 2, test: .count(1), train: .count(4))),
        "4 of 24 selected examples are on neither side of a split"
      ),
    ] as [(SplitSpecification.Kind, String?)])
  func `what is on neither side of a draw is counted`(kind: SplitSpecification.Kind, said: String?) throws {
    let toy = try Self.toy()
    let set = try toy.store.createSplitSet("s", SplitSpecification(kind, label: "animal"))
    #expect(try set.specification.remark(onLeftOutOf: set.splits, of: toy.store.snapshot()) == said)
  }

  @Test func `what the filters of the sides leave out is not counted, and what a draw leaves out beside them is`()
    throws
  {
    let toy = try Self.toy()
    // Of each of the six levels one may train and two may test.
    let specification = SplitSpecification(
      .balanced(BalancedSplits(repeats: 1, test: .perClass(1), train: .perClass(1))), label: "level",
      trainFilter: "trial < 6", testFilter: "trial >= 6 AND trial < 18")
    let set = try toy.store.createSplitSet("s", specification)
    #expect(
      try specification.remark(onLeftOutOf: set.splits, of: toy.store.snapshot())
        == "6 of 18 examples that the filters of the sides allow are on neither side of a split")
  }

  @Test func `groups without a value are counted`() throws {
    let toy = try Self.toy()
    let specification = SplitSpecification(
      .groupKFold(GroupKFoldSplits(folds: 2, by: ["learning_rule"])), label: "level")
    #expect(
      try specification.remarks(of: toy.store.snapshot())
        == ["4 of 24 examples have no learning_rule; they are one group, as NULL equals NULL"])
  }

  @Test func `an audit looks at every field that has values, and warns of individuals`() throws {
    let toy = try Self.toy()
    _ = try toy.store.createSplitSet("b", SplitSpecification(.balanced(BalancedSplits(repeats: 1))))
    let audit = try toy.store.auditSplits("b", comparesValues: false)[0]
    #expect(audit.overlaps.map(\.name) == ["run", "animal", "level", "trial"])
    #expect(audit.overlap("animal")?.testExamples == 2 && audit.leaks.map(\.check) == ["animal"])
    #expect(audit.overlap("level")?.namesIndividuals == false && audit.overlap("trial")?.sharedValues == 0)
    _ = try toy.store.createSplitSet(
      "g", SplitSpecification(.groupShuffle(GroupShuffleSplits(by: ["animal"], repeats: 1, test: .fraction(0.5)))))
    #expect(try toy.store.auditSplits("g", comparesValues: false)[0].leaks.isEmpty)
  }

  @Test func `a field is called as individuals are by its whole name, with a number or not, and by no part of it`()
    throws
  {
    let named = ["mouse", "Subjects", "animal_id", "session_2", "recording_session", "cell_name"]
    let others = ["cell_type", "network_depth", "sessions_before", "animal_house", "id"]
    let runs = (0..<24).map { index in
      var fields: [String: MetadataValue] = ["learning_rule": .text(index % 2 == 0 ? "a" : "b")]
      for field in named + others { fields[field] = .text(index % 4 < 2 ? "x" : "y") }
      return ToyStore.run(fields, layers: 1, value: Float(index))
    }
    let toy = try ToyStore(runs, in: 1)
    _ = try toy.store.createSplitSet("b", SplitSpecification(.balanced(BalancedSplits(repeats: 1))))
    let audit = try toy.store.auditSplits("b", comparesValues: false)[0]
    #expect(audit.overlaps.count == 1 + named.count + others.count)
    #expect(Set(audit.overlaps.filter(\.namesIndividuals).map(\.name)) == Set(named))
  }

  @Test func `a field whose values are each of one class is a leak, whatever it is called`() throws {
    let runs = (0..<24).map { index in
      ToyStore.run(
        [
          "learning_rule": .text(index % 2 == 0 ? "a" : "b"), "culture": .text("c\(index % 6)"),
          "site": .text("s\(index % 3)"),
        ],
        layers: 1, value: Float(index))
    }
    let toy = try ToyStore(runs, in: 1)
    _ = try toy.store.createSplitSet("b", SplitSpecification(.balanced(BalancedSplits(repeats: 1))))
    let audit = try toy.store.auditSplits("b", comparesValues: false)[0]
    #expect(audit.overlap("culture")?.namesIndividuals == true && audit.overlap("site")?.namesIndividuals == false)
  }
}
