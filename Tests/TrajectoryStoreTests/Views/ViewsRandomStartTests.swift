// ViewsRandomStartTests.swift -- starts that examples draw for themselves.

import Base
import Testing
import TrajectoryModel
import TrajectoryStore

struct ViewsRandomStartTests {
  @Test(arguments: [0, 1, 2_654_435_761, 4_294_967_295] as [UInt32])
  func `many starts at once are those of the definition`(seed: UInt32) {
    let plan = RandomStart(period: 5, count: 2, seed: seed)
    for places in [1, 2, 3, 5, 9, 20, 21, 33, 65_535] {
      // Odd lengths and ids past 2^32 as well: lanes are filled in part, and seeds wrap.
      for examples in [0..<1, 3..<20, 0..<3_001, 4_294_967_290..<4_294_967_301] as [Range<Int64>] {
        var starts: [Int32] = [7]
        plan.starts(of: examples, among: places, into: &starts)
        #expect(starts == [7] + examples.map { Int32(plan.start(of: $0, among: places)) })
      }
    }
  }

  @Test func `starts are NumPy's for each example's own seed`() {
    // [numpy.random.RandomState(s).randint(20) for s in range(8)], and for seeds (3 * 2654435761 + e) % 2**32
    let plain = RandomStart(period: 5, count: 2)
    #expect((0..<8).map { plain.start(of: $0, among: 20) } == [12, 5, 8, 10, 14, 3, 10, 15])
    let seeded = RandomStart(period: 5, count: 2, seed: 3)
    #expect((0..<8).map { seeded.start(of: $0, among: 20) } == [18, 13, 12, 10, 8, 7, 13, 6])
  }

  @Test(arguments: [0, 1, 2, 12_345] as [UInt32])
  func `starts are uniform over the places`(seed: UInt32) {
    // Chi-square at 6 standard deviations of its own: mean n - 1, variance 2(n - 1).
    for places in [2, 5, 6, 13, 19, 20] {
      let plan = RandomStart(period: 5, count: 2, seed: seed)
      var starts: [Int32] = []
      plan.starts(of: 0..<20_736, among: places, into: &starts)
      var counts = [Int](repeating: 0, count: places)
      for start in starts { counts[Int(start)] += 1 }
      let expected = Double(starts.count) / Double(places)
      let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
      let freedom = Double(places - 1)
      #expect(chiSquare < freedom + 6 * (2 * freedom).squareRoot(), "\(places) places, seed \(seed): \(counts)")
    }
  }

  @Test func `a start depends on the example alone, not on the others that are selected`() throws {
    let made = try ViewsStore.numbered(examples: 3_000)
    let snapshot = try made.store.snapshot()
    let view = try TrajectoryView(parsing: "random-start:15x4:9")
    let all = try snapshot.select(snapshot.allExamples, statistics: .all, view: view)
    var whole = Matrix()
    try snapshot.materialize(snapshot.allExamples, all.columns, into: &whole)
    let seed: UInt32 = 7
    var random = RandomState(seed: seed)
    for layout in MatrixLayout.allCases {
      for rate in [2, 7, 400] as [UInt64] {
        let some = ExampleSet(ids: (0..<3_000).filter { _ in random.interval(rate) == 0 })
        let others = snapshot.allExamples.subtracting(some)
        var train = Matrix(elementType: .float64, layout: layout)
        var test = Matrix(elementType: .float64, layout: layout)
        try snapshot.materialize(train: some, into: &train, test: others, into: &test, all.columns)
        for (row, id) in some.ids.enumerated() {
          for column in 0..<train.columns where train[row, column] != whole[Int(id), column] {
            Issue.record("example \(id), column \(column), seed \(seed)")
          }
        }
        for (row, id) in others.ids.enumerated() {
          for column in 0..<test.columns where test[row, column] != whole[Int(id), column] {
            Issue.record("example \(id), column \(column), seed \(seed)")
          }
        }
      }
    }
  }

  @Test(arguments: ["random-start:1e20x1", "random-start:1e300x1"])
  func `one sample alone may have a period of any length`(text: String) throws {
    let view = try TrajectoryView(parsing: text)
    let columns = try FeatureColumns(statistics: ["a"], epochs: ViewsStore.epochs, view: view)
    #expect(columns.names == ["a@+0"])
  }

  @Test func `the plans of Fig. 4a all fit 21 epochs, and the longest leaves one place to start`() throws {
    #expect(TrajectoryView.figure4a.count == 14)
    for view in TrajectoryView.figure4a {
      let columns = try FeatureColumns(statistics: ["a"], epochs: ViewsStore.epochs, view: view)
      guard case .randomStart(let plan) = view.samples else {
        Issue.record("\(view.name) has no random start")
        continue
      }
      #expect(columns.count == plan.count)
    }
    let longest = try FeatureColumns(
      statistics: ["a"], epochs: ViewsStore.epochs, view: TrajectoryView(parsing: "random-start:5x21"))
    #expect(longest.names.first == "a@+0")
    #expect(longest.names.last == "a@+100")
  }

  @Test(arguments: [
    ("random-start:5x22", "at most 21 samples from 0 to 100"), ("random-start:105x2", "at most 1 sample from 0 to 100"),
    ("random-start:15x8", "at most 7 samples from 0 to 100"), ("random-start:7x2", "a multiple of 5 epochs"),
    ("epochs:0,5,15+random-start:5x2", "one distance from each epoch to the next"),
    ("portion:1/4", "one of 1, 3, 7, 21 portions"), ("epochs:50:50+random-start:5x2", "at most 1"),
  ])
  func `samples that do not fit the axis are refused with what would`(text: String, expected: String) throws {
    let view = try TrajectoryView(parsing: text)
    let error = #expect(throws: EngramError.self) {
      try FeatureColumns(statistics: ["a"], epochs: ViewsStore.epochs, view: view)
    }
    #expect(error?.code == .usage)
    #expect(error?.expected == expected)
    #expect(error?.mend != nil)
  }
}
