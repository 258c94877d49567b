// SelectionRemarkTests.swift -- what a selection leaves out is said, and what it rounds is rounded last.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct SelectionRemarkTests {
  @Test(arguments: ["0:2", "0:7", "all"])
  func `epochs that only some examples have are left out with a remark, also of a range`(epochs: String) throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    try Made.append(1, to: store, Axes(epochs: [0, 1, 2], statistics: ["m"]), seed: 1)
    try Made.append(2, to: store, Axes(epochs: [0, 1], statistics: ["m"]), seed: 2)
    let snapshot = try store.snapshot()
    func select(_ text: String) throws -> FeatureSelection {
      try snapshot.select(snapshot.allExamples, statistics: .all, view: TrajectoryView(parsing: "epochs:\(text)"))
    }
    let selection = try select(epochs)
    #expect(selection.columns.count == 2)
    #expect(selection.remarks == ["2 of 3 epochs are shared; 1 dropped, recorded by 1 of 3 examples"])
    #expect(try select("0:1").remarks.isEmpty && select("0,1").remarks.isEmpty)
  }

  @Test func `a z-score of Float64 recordings is taken before they are rounded to Float32`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let count = 6
    // Far from zero and close together; beyond Float32.
    let columns: [(Int) -> Double] = [{ 1.7e9 + Double($0) / 8 }, { 1e100 * Double($0 * $0) }]
    _ = try store.append(
      [
        Recording(
          metadata: [:], layers: (0..<count).map { Layer(name: "layer\($0)", position: nil) },
          values: .float64((0..<count).flatMap { row in columns.map { $0(row) } }))
      ], epochs: [0], statistics: ["a", "b"])
    let snapshot = try store.snapshot()
    let view = try snapshot.select(snapshot.allExamples, statistics: .all, view: TrajectoryView(parsing: "zscore"))
      .columns
    var (exact, rounded) = ([Double](), [Float]())
    do {
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(snapshot.allExamples, view, into: &matrix)
      for row in 0..<count { for column in 0..<2 { exact.append(matrix[row, column]) } }
    }
    var matrix = Matrix(elementType: .float32)
    try snapshot.materialize(snapshot.allExamples, view, into: &matrix)
    for row in 0..<count { for column in 0..<2 { rounded.append(Float(matrix[row, column])) } }
    #expect(rounded == exact.map { Float($0) } && Set(rounded).count == 2 * count)
    let (train, test) = (ExampleSet(0..<4), ExampleSet(4..<6))
    var sides: [[Float]] = [[], []]
    for (place, type) in [ElementType.float64, .float32].enumerated() {
      var trainMatrix = Matrix(elementType: type)
      var testMatrix = Matrix(elementType: type)
      try snapshot.materialize(train: train, into: &trainMatrix, test: test, into: &testMatrix, view)
      for row in 0..<2 { for column in 0..<2 { sides[place].append(Float(testMatrix[row, column])) } }
    }
    #expect(sides[0] == sides[1] && sides[1].allSatisfy(\.isFinite))
  }

  @Test func `few examples of many values become a segment, also as one recorded run`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let axes = Axes(epochs: (0..<100).map(Double.init), statistics: (0..<8_400).map { "s\($0)" })
    let values = (0..<(20 * axes.count)).map { Float($0 % 1_000) }
    let recording = Recording(
      metadata: [:], layers: (0..<20).map { Layer(name: "\($0)", position: nil) }, values: .float32(values))
    _ = try store.append([recording], epochs: axes.epochs, statistics: axes.statistics)
    let extents = try store.snapshot().extents
    #expect(extents.count == 1 && extents.allSatisfy { $0.identifier != nil })
    #expect(try store.verify().problems.isEmpty)
  }
}
