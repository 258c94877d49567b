// SpecificationTests.swift -- specifications as JSON: what is written is read back, and what is wrong is said.

import Base
import Foundation
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite struct SpecificationTests {
  static let everyKind: [SplitSpecification] = [
    SplitSpecification(.balanced(BalancedSplits(repeats: 3, seed: 7, test: .perClass(5), train: .fraction(0.5)))),
    SplitSpecification(.balanced(BalancedSplits(repeats: 1, train: .fraction(0.8)))),
    SplitSpecification(.random(RandomSplits(repeats: 1, train: .fraction(0.8)))),
    SplitSpecification(.groupShuffle(GroupShuffleSplits(repeats: 1, train: .count(3)))),
    SplitSpecification(.holdout(HoldoutSplits(preset: .curriculum)), where: "task = 'cifar10'"),
    SplitSpecification(
      .holdout(
        HoldoutSplits(
          by: ["batch_size", "dataset_seed"], only: [[.integer(128), .null]],
          balanced: BalancedSplits(repeats: 2, seed: 1, test: .rest, train: .perClass(2))))),
    SplitSpecification(.holdout(HoldoutSplits(by: ["architecture"], only: [[.text("knet")], [.null]]))),
    SplitSpecification(.kFold(KFoldSplits(folds: 4, rule: .before022)), label: "task"),
    SplitSpecification(.kFold(KFoldSplits(seed: 3)), trainFilter: "batch_size = 128", testFilter: "batch_size = 256"),
    SplitSpecification(.groupKFold(GroupKFoldSplits(folds: 3, by: ["architecture", "task"], seed: 9))),
    SplitSpecification(.stratifiedGroupKFold(StratifiedGroupKFoldSplits(folds: 2))),
    SplitSpecification(
      .groupShuffle(GroupShuffleSplits(repeats: 2, counting: .examples, test: .count(9), train: .fraction(0.4)))),
    SplitSpecification(.leaveOneGroupOut(LeaveOneGroupOutSplits(by: ["task"]))),
    SplitSpecification(.pairs(PairSplits([[.text("adam"), .text("sgdm")]], balanced: BalancedSplits(repeats: 1)))),
    SplitSpecification(.random(RandomSplits(repeats: 1, seed: 4, test: .fraction(0.3), train: .count(5)))),
    SplitSpecification(
      .matched(MatchedSplits(metric: "top1", at: .epoch(90), .band(lowest: 0.5, highest: 0.75)))),
    SplitSpecification(
      .matched(
        MatchedSplits(
          metric: "loss",
          .pairs(first: .text("adam"), second: .text("sgdm"), tolerance: 0.01, same: ["task", "architecture"])))),
    SplitSpecification(.byCommit(CommitSplits(commit: 2))),
    SplitSpecification(
      .explicit(
        ExplicitSplits([
          Split(name: "mine", train: ExampleSet(0..<5), test: ExampleSet(ids: [7, 9])),
          Split(name: "other", train: ExampleSet(ids: [1]), test: ExampleSet(2..<4)),
        ]))),
  ]

  @Test(arguments: everyKind)
  func `a specification reads back from its JSON, and from any encoder`(specification: SplitSpecification) throws {
    let text = try specification.json.text()
    #expect(try SplitSpecification(json: JSONValue(parsing: text)) == specification)
    let data = try JSONEncoder().encode(specification)
    #expect(try JSONDecoder().decode(SplitSpecification.self, from: data) == specification)
  }

  @Test(arguments: [
    (#"{"kind": "random", "repeats": 1, "train_fraction": 0.8}"#, 8, 2),
    (#"{"kind": "random", "repeats": 1, "train_count": 3}"#, 3, 7),
    (#"{"kind": "random", "repeats": 1, "train_fraction": 0.4, "test_fraction": 0.25}"#, 4, 3),
    (#"{"kind": "group-shuffle", "repeats": 1, "train_fraction": 0.7}"#, 7, 3),
    (#"{"kind": "group-shuffle", "repeats": 1, "counting": "examples", "train_count": 6}"#, 6, 4),
    (#"{"kind": "balanced", "repeats": 1, "train_fraction": 0.8}"#, 8, 2),
    (#"{"kind": "balanced", "repeats": 1, "train_per_class": 2}"#, 4, 6),
    (#"{"kind": "holdout", "by": ["half"], "balanced": {"train_per_class": 1}}"#, 2, 4),
  ])
  func `where the train side alone has a size, the test side is the rest`(text: String, train: Int, test: Int) throws {
    let toy = try ToyStore(
      (0..<10).map {
        ToyStore.run(["learning_rule": .text($0 % 2 == 0 ? "a" : "b"), "half": .integer(Int64($0 / 5))], layers: 1)
      })
    var object = try JSONValue(parsing: text).asObject()
    object["version"] = 1
    let specification = try SplitSpecification(json: .object(object))
    let split = try specification.splits(of: toy.store.snapshot())[0]
    #expect(split.train.count == train && split.test.count == test)
    // scikit-learn: ShuffleSplit(1, train_size=0.8, random_state=0).
    if case .random(let plan) = specification.kind, plan.train == .fraction(0.8) { #expect(split.test.ids == [2, 8]) }
    // Stored, it says what it means, and is made again the same.
    let again = try SplitSpecification(json: specification.json)
    #expect(try again == specification && again.splits(of: toy.store.snapshot())[0] == split)
  }

  @Test func `ranges of ids whose sum no number holds are refused`() throws {
    let range = "[0, \((1 << 48) - 1)]"
    let ranges = [String](repeating: range, count: 1 << 15).joined(separator: ", ")
    let text = #"{"version": 1, "kind": "explicit", "splits": [{"train": [\#(ranges)], "test": [1]}]}"#
    let error = refusal(.usage) { _ = try SplitSpecification(json: JSONValue(parsing: text)) }
    #expect(error?.message.hasSuffix("an example is listed twice on one side") == true)
  }

  @Test(arguments: everyKind)
  func `the schema names every key that is written`(specification: SplitSpecification) throws {
    let path = Fixtures.repository + "/schema/split-specification.schema.json"
    let schema = try JSONValue(parsing: TestFiles.read(path)).asObject()
    let kind = try specification.json.asObject().string("kind")
    let form = try #require(
      try schema.array("oneOf").map { try $0.asObject() }.first {
        try $0.object("properties").object("kind").string("const") == kind
      })
    let known = Set(try schema.object("properties").keys + form.object("properties").keys)
    for key in try specification.json.asObject().keys { #expect(known.contains(key), "\(key)") }
  }

  /// JSON that is wrong, the code, and parts of the sentence.
  static let bad: [(json: String, code: EngramError.Code, parts: [String])] = [
    ("7", .usage, ["the split specification is not valid", "an object"]),
    (#"{"kind": "balanced"}"#, .usage, [#"the key "version" is missing"#]),
    (#"{"version": 2, "kind": "balanced"}"#, .unsupported, ["use a newer version of engram"]),
    (#"{"version": 1}"#, .usage, [#"the key "kind" is missing"#]),
    (#"{"version": 1, "kind": "balancd"}"#, .usage, ["no such kind of split", #"did you mean "balanced"?"#]),
    (#"{"version": 1, "kind": "balanced", "reapeats": 3}"#, .usage, [#"did you mean "repeats"?"#]),
    (#"{"version": 1, "kind": "balanced", "folds": 3}"#, .usage, [#"the key "folds" is not known"#]),
    (#"{"version": 1, "kind": "balanced", "seed": "zero"}"#, .usage, [#"key "seed""#, "a whole number"]),
    (#"{"version": 1, "kind": "balanced", "seed": -1}"#, .usage, ["the seed is out of range", "4294967295"]),
    (#"{"version": 1, "kind": "balanced", "repeats": 0}"#, .usage, ["the number of repeats is out of range"]),
    (#"{"version": 1, "kind": "balanced", "test_fraction": 1.5}"#, .usage, ["a fraction is between 0 and 1", "1.5"]),
    (#"{"version": 1, "kind": "balanced", "test_per_class": 0}"#, .usage, ["a side of a split cannot be empty"]),
    (
      #"{"version": 1, "kind": "balanced", "test_per_class": 1, "test_fraction": 0.5}"#, .usage,
      ["a size is given twice"]
    ),
    (
      #"{"version": 1, "kind": "balanced", "compatibility": "numpy"}"#, .usage,
      ["no such compatibility", "lr-identify"]
    ),
    (#"{"version": 1, "kind": "balanced", "label": ""}"#, .usage, ["the label column has no name"]),
    (#"{"version": 1, "kind": "holdout"}"#, .usage, [#"the key "by" is missing"#]),
    (#"{"version": 1, "kind": "holdout", "by": []}"#, .usage, ["groups are named by columns"]),
    (#"{"version": 1, "kind": "holdout", "by": ["task", "Task"]}"#, .usage, ["each once"]),
    (#"{"version": 1, "kind": "holdout", "by": ["task"], "preset": "task"}"#, .usage, ["the groups are given twice"]),
    (#"{"version": 1, "kind": "holdout", "preset": "animals"}"#, .usage, [#"did you mean "animal"?"#]),
    (#"{"version": 1, "kind": "holdout", "by": ["task"], "only": [[1, 2]]}"#, .usage, ["a value for each column"]),
    (#"{"version": 1, "kind": "holdout", "by": ["task"], "only": [true]}"#, .usage, ["this is no metadata value"]),
    (#"{"version": 1, "kind": "k-fold", "folds": 1}"#, .usage, ["the number of folds is out of range"]),
    (#"{"version": 1, "kind": "k-fold", "rule": "sklearn"}"#, .usage, ["no such choice", "scikit-learn-0.22"]),
    (
      #"{"version": 1, "kind": "k-fold", "rule": "scikit-learn-0.20", "seed": 1}"#, .usage,
      ["the older rule does not shuffle"]
    ),
    (#"{"version": 1, "kind": "group-shuffle", "counting": "example"}"#, .usage, [#"did you mean "examples"?"#]),
    (#"{"version": 1, "kind": "pairs", "pairs": [["adam"]]}"#, .usage, ["two class values or more"]),
    (#"{"version": 1, "kind": "by-commit"}"#, .usage, [#"the key "commit" is missing"#]),
    (#"{"version": 1, "kind": "by-commit", "commit": 0}"#, .usage, ["there is no such commit"]),
    (#"{"version": 1, "kind": "explicit", "splits": []}"#, .usage, ["the number of splits is out of range"]),
    (
      #"{"version": 1, "kind": "explicit", "splits": [{"train": [1, [0, 3]], "test": [9]}]}"#, .usage,
      ["an example is listed twice on one side", "split 0"]
    ),
    (
      #"{"version": 1, "kind": "explicit", "splits": [{"train": [[0, 3]], "test": [3]}]}"#, .usage,
      ["examples are on both sides", "such as 3"]
    ),
    (#"{"version": 1, "kind": "explicit", "splits": [{"train": [-1], "test": [3]}]}"#, .usage, ["no example id"]),
    (#"{"version": 1, "kind": "explicit", "splits": [{"train": [], "test": [3]}]}"#, .usage, ["cannot be empty"]),
    (
      #"{"version": 1, "kind": "explicit", "where": "1", "splits": [{"train": [1], "test": [3]}]}"#, .usage,
      ["explicit splits take no filter"]
    ),
  ]

  @Test(arguments: bad.indices)
  func `a bad specification is refused with what is wrong and where`(index: Int) throws {
    let (json, code, parts) = Self.bad[index]
    let error = #expect(throws: EngramError.self) { try SplitSpecification(json: JSONValue(parsing: json)) }
    #expect(error?.code == code, "\(json)")
    for part in parts { #expect("\(try #require(error))".contains(part), "\(json): \(error as Any)") }
  }

  /// Specifications that are well formed and do not fit the store, the code, and parts of the sentence.
  static let unfit: [(specification: SplitSpecification, code: EngramError.Code, parts: [String])] = [
    (SplitSpecification(.balanced(BalancedSplits()), label: "learning_rul"), .usage, ["learning_rule"]),
    (SplitSpecification(.random(RandomSplits()), label: "nothing"), .usage, ["nothing"]),
    (SplitSpecification(.holdout(HoldoutSplits(by: ["architectur"]))), .usage, ["architecture"]),
    (SplitSpecification(.holdout(HoldoutSplits(by: ["example_id"]))), .usage, ["group of its own"]),
    (
      SplitSpecification(.holdout(HoldoutSplits(by: ["architecture"], only: [[.text("knte")]]))), .notFound,
      ["no selected example is of the group", "did you mean 'knet'?"]
    ),
    (SplitSpecification(.balanced(BalancedSplits()), where: "task ="), .usage, ["not one condition"]),
    (SplitSpecification(.balanced(BalancedSplits()), where: "tusk = 'a'"), .usage, ["task"]),
    (SplitSpecification(.balanced(BalancedSplits()), where: "1); DELETE FROM run; --"), .usage, []),
    (SplitSpecification(.balanced(BalancedSplits()), where: "0"), .invalidData, ["the selection holds no examples"]),
    (
      SplitSpecification(.balanced(BalancedSplits()), testFilter: "0"), .invalidData,
      ["the filters leave nothing to test on"]
    ),
    (
      SplitSpecification(
        .balanced(BalancedSplits()),
        where: "1 < (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n)"
      ), .limit, ["time limit"]
    ),
    (
      SplitSpecification(.balanced(BalancedSplits(test: .perClass(5), train: .perClass(99)))), .invalidData,
      [
        "class 'adam' has too few examples for the train side", "expected 99 of each class",
        "found 8 of 'adam', 5 of them on the other side", "at most 3 of each class",
      ]
    ),
    (
      SplitSpecification(.balanced(BalancedSplits(test: .perClass(99)))), .invalidData,
      ["class 'adam' has too few examples for the test side", "found 8 of 'adam'", "at most 8 of each class"]
    ),
    (
      SplitSpecification(.balanced(BalancedSplits()), where: "learning_rule = 'sgdm' OR example_id = 0"), .invalidData,
      [
        "class 'adam' has too few examples for the test side", "expected 0.25 of the smallest class, at least 1",
        "found 1 of 'adam', and 0.25 of 1 is rounded to 0", "learning_rule != 'adam'",
      ]
    ),
    (
      SplitSpecification(
        .balanced(BalancedSplits(test: .perClass(1))), where: "learning_rule = 'sgdm' OR example_id = 0"), .invalidData,
      [
        "class 'adam' has too few examples for the train side", "found 1 of 'adam', 1 of them on the other side",
        "each side needs one",
      ]
    ),
    // Each class has four examples on either side, two of them on both.
    (
      SplitSpecification(
        .balanced(BalancedSplits(train: .perClass(4))), trainFilter: "layer_name IN ('conv0', 'conv1')",
        testFilter: "layer_name IN ('conv1', 'conv2')"), .invalidData,
      [
        "class 'adam' has too few examples for the test side", "expected at least 1 of each class",
        "found 4 of 'adam', 2 of them among the 4 of the other side, which asks for 4",
        "at most 3 of each class on the other side",
      ]
    ),
    (SplitSpecification(.kFold(KFoldSplits(folds: 50))), .invalidData, ["more folds than examples of any class"]),
    (SplitSpecification(.groupKFold(GroupKFoldSplits(folds: 50))), .invalidData, ["more folds than groups"]),
    (
      SplitSpecification(.groupShuffle(GroupShuffleSplits(by: ["task"]))), .invalidData,
      ["too few groups for both sides"]
    ),
    (
      SplitSpecification(.holdout(HoldoutSplits(by: ["task"]))), .invalidData,
      ["holding out task=cifar10 leaves nothing to train on"]
    ),
    (
      SplitSpecification(.pairs(PairSplits([[.text("adam"), .text("sgd")]]))), .invalidData,
      ["no selected example is of the class 'sgd'", "did you mean 'sgdm'?"]
    ),
    (SplitSpecification(.byCommit(CommitSplits(commit: 9))), .usage, ["newer than the data"]),
    (SplitSpecification(.byCommit(CommitSplits(commit: 1))), .invalidData, ["nothing to test on"]),
    (
      SplitSpecification(
        .explicit(ExplicitSplits([Split(name: "0", train: ExampleSet(0..<5), test: ExampleSet(ids: [99]))]))),
      .notFound,
      ["there is no such example", "99"]
    ),
    (SplitSpecification(.random(RandomSplits(test: .count(16)))), .invalidData, ["too few examples for both sides"]),
  ]

  private static let store = Result {
    try ToyStore(
      ["adam", "sgdm"].flatMap { rule in
        ["knet", "alexnet"].map { architecture in
          ToyStore.run(
            ["task": .text("cifar10"), "architecture": .text(architecture), "learning_rule": .text(rule)], layers: 4)
        }
      })
  }

  @Test(arguments: unfit.indices)
  func `a specification that does not fit the data is refused with what is wrong`(index: Int) throws {
    let (specification, code, parts) = Self.unfit[index]
    let snapshot = try Self.store.get().store.snapshot()
    let error = #expect(throws: EngramError.self) {
      try specification.splits(of: snapshot, limits: QueryLimits(seconds: 0.2))
    }
    #expect(error?.code == code, "\(error as Any)")
    for part in parts { #expect("\(try #require(error))".contains(part), "\(error as Any)") }
  }

  @Test func `balanced splits name every class that is too small, a few of them by name`() throws {
    let runs = [("it's", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1), ("f", 3), ("g", 9)]
    let toy = try ToyStore(runs.map { ToyStore.run(["learning_rule": .text($0.0)], layers: $0.1) })
    func message(_ plan: BalancedSplits, where filter: String? = nil) throws -> String {
      let error = #expect(throws: EngramError.self) {
        try SplitSpecification(.balanced(plan), where: filter).splits(of: toy.store.snapshot())
      }
      return "\(try #require(error))"
    }
    let text = try message(BalancedSplits(test: .fraction(0.25)))
    #expect(text.contains("; too few also of 'c', 'd', 'e' and 1 more"), "\(text)")
    #expect(text.contains("learning_rule NOT IN ('b', 'c', 'd', 'e', 'it''s')"), "\(text)")
    // The test side takes the rest of what a train side of four needs.
    let both = try message(BalancedSplits(train: .perClass(4)), where: "learning_rule IN ('b', 'f', 'g')")
    #expect(both.contains("found 1 of 'b'") && both.contains("; too few also of 'f'"), "\(both)")
    #expect(both.contains("learning_rule != 'b'") && both.contains("at most 2 of each class on the other"), "\(both)")
  }

  @Test func `where no class has two examples, another label is advised rather than fewer folds`() throws {
    let toy = try ToyStore((0..<3).map { ToyStore.run(["learning_rule": .text("rule\($0)")], layers: 1) })
    for kind: SplitSpecification.Kind in [
      .kFold(KFoldSplits(folds: 2)), .stratifiedGroupKFold(StratifiedGroupKFoldSplits(folds: 2)),
    ] {
      let error = #expect(throws: EngramError.self) {
        try SplitSpecification(kind).splits(of: toy.store.snapshot())
      }
      let text = "\(try #require(error))"
      #expect(text.contains("no class with more than 1") && text.contains("name a label that several"), "\(text)")
    }
  }
}
