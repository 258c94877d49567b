// SplitFileTests.swift -- sides of splits and specifications from files.

import Base
import Splits
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite struct `Files of splits` {
  let scratch = TemporaryFolder()

  @Test(arguments: [
    ("a.csv", "example_id,side\n3,train\n1,train\n2,test\n"),
    ("a.tsv", "Side\texample_id\ntrain\t1\ntest\t2\ntrain\t3\n"),
    ("a.json", #"{"splits": [{"train": [1, 3], "test": [2], "more": 0}], "other": 1}"#),
    ("b.csv", "split,example_id,side\n0,3,train\n0,1,train\n0,2,test\n"),
  ])
  func `give the ids of both sides`(name: String, text: String) throws {
    let path = scratch.write(text.utf8, to: name)
    let splits = try ExplicitSplits(reading: path).splits
    #expect(splits.map(\.name) == ["0"])
    #expect(splits[0].train.ids == [1, 3] && splits[0].test.ids == [2])
  }

  @Test(arguments: [
    ("c.csv", "example_id\n1\n"), ("d.csv", "example_id,side\n1,both\n"),
    ("e.csv", "example_id,side\n1,train\n1,train\n"),
    ("f.csv", "example_id,side\n-1,train\n"),
  ])
  func `that hold no sides say so and name the file`(name: String, text: String) {
    let path = scratch.write(text.utf8, to: name)
    let error = #expect(throws: EngramError.self) { try ExplicitSplits(reading: path) }
    #expect(error?.code == .invalidData)
    #expect(error?.file == path)
  }

  @Test func `give a specification, alone or in what split show writes`() throws {
    let specification = SplitSpecification(.balanced(BalancedSplits(repeats: 3)))
    let alone = scratch.write(try specification.json.text().utf8, to: "alone.json")
    #expect(try SplitSpecification(reading: alone) == specification)
    let shown: JSONValue = ["name": "s", "specification": specification.json, "splits": []]
    let whole = scratch.write(try shown.text().utf8, to: "shown.json")
    #expect(try SplitSpecification(reading: whole) == specification)
  }
}
