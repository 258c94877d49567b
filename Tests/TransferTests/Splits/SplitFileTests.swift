// SplitFileTests.swift -- sides of splits and specifications from files.

import Base
import Formats
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
    // As they are exported with fields of such names.
    ("o.csv", "side,example_id,chosen_side\ntrain,3,left\ntrain,1,right\ntest,2,left\n"),
    ("p.csv", "chosen_side,example_id,side\ntrain,3,left\ntrain,1,right\ntest,2,left\n"),
    ("q.csv", "chosen_chosen_side,example_id,chosen_side,side\ntrain,3,a,b\ntrain,1,c,d\ntest,2,a,b\n"),
  ])
  func `give the ids of both sides`(name: String, text: String) throws {
    let path = scratch.write(text.utf8, to: name)
    let splits = try ExplicitSplits(reading: path).splits
    #expect(splits.map(\.name) == ["0"])
    #expect(splits[0].train.ids == [1, 3] && splits[0].test.ids == [2])
  }

  @Test func `keep apart splits whose names Unicode has equal`() throws {
    let (one, other) = ("caf\u{E9}", "cafe\u{301}")
    let rows = "1,train,\(one)\n2,test,\(one)\n3,train,\(other)\n4,test,\(other)\n"
    let path = scratch.write("example_id,side,split\n\(rows)".utf8, to: "names.csv")
    let splits = try ExplicitSplits(reading: path).splits
    try #require(splits.count == 2)
    #expect(splits[0].train.ids == [1] && splits[1].train.ids == [3])
  }

  @Test func `that a store wrote of one split may have a field called split, which is said`() throws {
    let rows = "side,example_id,network,split,m@0\ntrain,1,a,x,0.5\ntrain,3,a,y,0.5\ntest,2,b,x,0.5\n"
    var notes: [String] = []
    let splits = try ExplicitSplits.read(from: scratch.write(rows.utf8, to: "export.csv"), &notes).splits.splits
    #expect(splits.map(\.name) == ["0"] && splits[0].train.ids == [1, 3] && splits[0].test.ids == [2])
    #expect(notes.count == 1)
    let own = "side,example_id,network,split\ntrain,1,a,x\ntest,2,b,x\ntrain,2,b,y\ntest,1,a,y\n"
    #expect(try ExplicitSplits(reading: scratch.write(own.utf8, to: "own.csv")).splits.map(\.name) == ["x", "y"])
  }

  @Test func `of a user's own may have a field called side, and say which column has the sides`() throws {
    var notes: [String] = []
    let rows = "example_id,side,chosen_side,split\n1,left,train,x\n2,right,test,x\n2,left,train,y\n1,left,test,y\n"
    let splits = try ExplicitSplits.read(from: scratch.write(rows.utf8, to: "own.csv"), &notes).splits.splits
    #expect(splits.map(\.name) == ["x", "y"] && splits[0].train.ids == [1] && splits[1].train.ids == [2])
    #expect(notes == ["of the columns side and chosen_side, chosen_side has the sides; rename it where that is wrong"])
    let both = "side,example_id,chosen_side\ntrain,1,test\ntest,2,train\n"
    let first = try ExplicitSplits.read(from: scratch.write(both.utf8, to: "both.csv"), &notes).splits.splits
    #expect(first[0].train.ids == [1] && notes.count == 2 && notes[1].contains(", side has the sides"))
    // The column that is wrong is named.
    let wrong = scratch.write("example_id,Chosen_Side\n1,left\n".utf8, to: "wrong.csv")
    let error = refusal(.invalidData) { _ = try ExplicitSplits(reading: wrong) }
    #expect("\(error as Any)".contains("row 1, column Chosen_Side"))
  }

  @Test func `give the label of a split set that was shown`() throws {
    let sides = #""splits": [{"train": [1, 3], "test": [2]}]"#
    let shown = scratch.write(#"{"specification": {"label": "genotype"}, \#(sides)}"#.utf8, to: "shown.json")
    #expect(try ExplicitSplits.read(from: shown).label == "genotype")
    let bare = scratch.write("{\(sides)}".utf8, to: "bare.json")
    #expect(try ExplicitSplits.read(from: bare).label == nil)
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

  @Test(arguments: [
    ("0-1.npz", ["train_0", "test_0", "train_1", "test_1"], nil as String?),
    ("ids.npz", ["train_ids", "test_ids", "test_epochs"], nil),
    ("gap.npz", ["train_0", "test_0", "train_2", "test_2"], "no train_1, and test_2, train_2"),
    ("half.npz", ["train_0", "test_0", "train_1"], "no test_1, and "),
    ("from one.npz", ["train_1", "test_1"], "no train_0, and test_1, train_1"),
    ("zeros.npz", ["train_0", "test_0", "train_01", "test_01"], "no train_1, and test_01, train_01"),
    ("two ways.npz", ["train_ids", "test_ids", "train_0", "test_0"], "train_ids, and test_0, train_0"),
  ])
  func `of arrays give every pair of sides, or say which is missing`(
    name: String, arrays: [String], found: String?
  ) throws {
    let path = scratch[name]
    let writer = try NpzWriter(creating: path)
    for (index, array) in arrays.enumerated() { try writer.add(array, integers: [Int64(index)]) }
    try writer.finish()
    guard let found else {
      let splits = try ExplicitSplits(reading: path).splits
      #expect(splits.map(\.test.ids) == (arrays.count == 4 ? [[1], [3]] : [[1]]))
      return
    }
    let error = refusal(.invalidData) { _ = try ExplicitSplits(reading: path) }
    #expect(error?.file == path && error?.found == found, "\(String(describing: error))")
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
