// ScikitLearnParityTests.swift -- folds and draws, held against what scikit-learn answered for the same tables.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite struct ScikitLearnParityTests {
  private static let tables = Result {
    try Fixtures.json("parity/scikit_learn.json").asObject().array("cases").map { try $0.asObject() }
  }

  @Test(arguments: 0..<10)
  func `folds and draws are scikit-learn's, row for row`(index: Int) throws {
    let tables = try Self.tables.get()
    #expect(tables.count == 10)
    let table = tables[index]
    let classes = try table.integers("classes")
    let groups = try table.integers("groups")
    let toy = try ToyStore(
      zip(classes, groups).map { ToyStore.run(["rule": .integer($0), "network": .integer($1)], layers: 1) })
    let snapshot = try toy.store.snapshot()
    for answer in try table.array("answers") {
      var specification = try answer.asObject()
      let result = try specification.array("result")
      specification["result"] = nil
      specification["version"] = .integer(1)
      specification["label"] = .string("rule")
      let kind = try specification.string("kind")
      if kind.contains("group") { specification["by"] = .array([.string("network")]) }
      let splits = try SplitSpecification(json: .object(specification)).splits(of: snapshot)
      let comment = Comment(rawValue: "table \(index), \(try JSONValue.object(specification).text())")
      if kind == "random" || kind == "group-shuffle" {
        let expected = try result.map { try $0.asIntegers() }
        #expect(splits.map { sides($0, of: classes.count) } == expected, comment)
      } else {
        let expected = try result.map { try $0.asInteger() }
        #expect(folds(splits, of: classes.count) == expected, comment)
        if case .stratifiedGroupKFold(let plan) = try SplitSpecification(json: .object(specification)).kind {
          let (codes, numbers) = (ranks(classes), ranks(groups))
          #expect(try plan.foldNumbers(of: codes, groups: numbers).map(Int64.init) == expected, comment)
        }
      }
    }
  }

  /// The place of each value among the distinct ones, ascending.
  private func ranks(_ values: [Int64]) -> [Int32] {
    let distinct = Set(values).sorted()
    return values.map { value in Int32(distinct.firstIndex(of: value) ?? 0) }
  }

  /// The number of the split in which each row is tested on.
  private func folds(_ splits: [Split], of count: Int) -> [Int64] {
    var numbers = [Int64](repeating: -1, count: count)
    for (index, split) in splits.enumerated() {
      for id in split.test.ids { numbers[Int(id)] = Int64(index) }
    }
    return numbers
  }

  /// 1 for a row that is tested on, 0 for one that is trained on, -1 for others.
  private func sides(_ split: Split, of count: Int) -> [Int64] {
    (0..<Int64(count)).map { split.test.contains($0) ? 1 : split.train.contains($0) ? 0 : -1 }
  }
}
