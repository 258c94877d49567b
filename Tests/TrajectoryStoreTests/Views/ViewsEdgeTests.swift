// ViewsEdgeTests.swift -- views at the edges of what is stored: missing epochs, special values, unknown positions.

import Base
import Testing
import TrajectoryModel
import TrajectoryStore

struct ViewsEdgeTests {
  @Test(arguments: [false, true])
  func `values that are only moved keep every bit`(isSegment: Bool) throws {
    let special: [UInt64] = [
      0x7ff8_dead_beef_0001, 0xfff0_0000_0000_0001, 0x8000_0000_0000_0000, 0x7ff0_0000_0000_0000, 0x0000_0000_0000_0001,
    ]
    let made = try ViewsStore()
    let count = 3 * 21
    try made.append((0..<count).map { Double(bitPattern: special[$0 % 5]) }, statistics: ["a"], as: .float64)
    if isSegment { _ = try made.store.compact() }
    let snapshot = try made.store.snapshot()
    for text in ["whole", "random-start:5x3", "random-start:10x6:5", "portion:3/7", "positions"] {
      let view = try TrajectoryView(parsing: text)
      let columns = try snapshot.select(snapshot.allExamples, statistics: .all, view: view).columns
      var matrix = Matrix(elementType: .float64)
      try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
      for row in 0..<3 {
        var places = Array(0..<21)
        switch view.samples {
        case .all, .choice: break
        case .portion(let portion): places = Array(places[(3 * portion.index)..<(3 * portion.index + 3)])
        case .randomStart(let plan):
          let step = Int(plan.period) / 5
          let start = plan.start(of: Int64(row), among: 21 - (plan.count - 1) * step)
          places = (0..<plan.count).map { start + $0 * step }
        }
        let expected = places.map { special[(row * 21 + $0) % 5] }
        let found = (columns.positionCount..<matrix.columns).map { matrix[row, $0].bitPattern }
        #expect(found == expected, "\(text), row \(row)")
      }
    }
  }

  @Test func `an epoch that an extent lacks is refused, or its examples dropped by choosing others`() throws {
    let made = try ViewsStore.numbered(examples: 6)
    let few = [0.0, 50, 100]
    try made.append(
      [Double](repeating: 1, count: 3 * few.count * 2), statistics: ["a", "b"], as: .float32, epochs: few)
    let snapshot = try made.store.snapshot()
    let view = try TrajectoryView(parsing: "epochs:0:100:5+random-start:5x4")
    let error = #expect(throws: EngramError.self) {
      try snapshot.select(snapshot.allExamples, statistics: .all, view: view)
    }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("epoch 5") == true)
    // Of the epochs that all have, a view chooses as ever.
    let shared = try snapshot.select(
      snapshot.allExamples, statistics: .all, view: TrajectoryView(parsing: "random-start:50x2"))
    #expect(shared.columns.names == ["a@+0", "a@+50", "b@+0", "b@+50"])
  }

  @Test func `missing epochs are filled with NaN when that is asked for, and make a mean NaN`() throws {
    let made = try ViewsStore.numbered(examples: 3)
    let few = Array(ViewsStore.epochs.prefix(20))
    try made.append(
      [Double](repeating: 1, count: 3 * few.count * 2), statistics: ["a", "b"], as: .float32, epochs: few)
    for isSegment in [false, true] {
      if isSegment { _ = try made.store.compact(everything: true) }
      let snapshot = try made.store.snapshot()
      for text in ["random-start:5x4", "random-start:5x4+mean", "mean", "random-start:5x20"] {
        let view = try TrajectoryView(parsing: text)
        let columns = try snapshot.select(snapshot.allExamples, statistics: .all, view: view, missing: .fill).columns
        for layout in MatrixLayout.allCases {
          var matrix = Matrix(layout: layout)
          try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
          for id in 3..<6 {
            var isMissing = [false, false, false, false]
            switch view.samples {
            case .randomStart(let plan):
              let start = plan.start(of: Int64(id), among: 21 - (plan.count - 1))
              isMissing = (0..<plan.count).map { start + $0 == 20 }
            default: isMissing[3] = true
            }
            if view.isMean { isMissing = [isMissing.contains(true)] }
            let expected = (isMissing + isMissing).map { $0 ? "nan" : "1.0" }
            #expect((0..<matrix.columns).map { "\(matrix[id, $0])" } == expected, "\(text), example \(id)")
          }
          for id in 0..<3 { #expect((0..<matrix.columns).allSatisfy { matrix[id, $0].isFinite }) }
        }
      }
    }
  }

  @Test func `positions that nobody gave are refused`() throws {
    let made = try ViewsStore()
    try made.append(
      [Double](repeating: 0, count: 42), statistics: ["a"], as: .float32,
      layers: [Layer(name: "x", position: .deep), Layer(name: "y", position: nil)])
    let snapshot = try made.store.snapshot()
    let view = try TrajectoryView(parsing: "positions")
    let columns = try snapshot.select(snapshot.allExamples, statistics: .all, view: view).columns
    var matrix = Matrix()
    let error = #expect(throws: EngramError.self) {
      try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
    }
    #expect(error?.code == .invalidData)
    #expect(error?.message == "the positions of the layers of 1 examples are unknown")
    let known = try snapshot.examples(where: "layer_position IS NOT NULL")
    try snapshot.materialize(known, columns, into: &matrix)
    #expect((0..<3).map { matrix[0, $0] } == [0, 0, 1])
  }

  @Test func `a z-score is of the train side alone`() throws {
    let made = try ViewsStore.numbered(examples: 30)
    let snapshot = try made.store.snapshot()
    let columns = try snapshot.select(
      snapshot.allExamples, statistics: .all, view: TrajectoryView(parsing: "zscore")
    ).columns
    var train = Matrix(elementType: .float64)
    var test = Matrix(elementType: .float64)
    var other = Matrix(elementType: .float64)
    let trainSide = ExampleSet(0..<20)
    try snapshot.materialize(train: trainSide, into: &train, test: ExampleSet(20..<30), into: &test, columns)
    let mean = (0..<20).reduce(0.0) { $0 + train[$1, 5] } / 20
    #expect(abs(mean) < 1e-12)
    #expect(test[0, 5] > 1)
    try snapshot.materialize(train: trainSide, into: &other, test: ExampleSet(20..<21), into: &test, columns)
    #expect(bits(of: other) == bits(of: train))
    // Nothing to test on, or to train on, is no error.
    try snapshot.materialize(train: trainSide, into: &other, test: ExampleSet(), into: &test, columns)
    #expect(test.rows == 0)
    try snapshot.materialize(train: ExampleSet(), into: &other, test: trainSide, into: &test, columns)
    #expect(test[0, 0].isNaN)
  }

  @Test func `columns of names and epochs under a view are those of a selection, positions first`() throws {
    let made = try ViewsStore.numbered(examples: 9)
    let snapshot = try made.store.snapshot()
    let view = try TrajectoryView(parsing: "epochs:0:100:50+positions")
    let columns = try FeatureColumns(statistics: ["a", "b"], epochs: ViewsStore.epochs, view: view)
    #expect(columns == (try snapshot.select(snapshot.allExamples, statistics: .all, view: view).columns))
    var train = Matrix()
    var test = Matrix()
    try snapshot.materialize(train: ExampleSet(0..<3), into: &train, test: ExampleSet(3..<4), into: &test, columns)
    #expect(train.columns == 9)
    #expect((0..<9).map { train[1, $0] } == [0, 1, 0, 1_000, 1_100, 1_200, 1_001, 1_101, 1_201])
    // In the order of recordings the epochs come first, and no positions.
    try snapshot.materialize(ExampleSet(0..<3), columns.recorded, into: &train)
    #expect(columns.recorded.names == ["a@0", "b@0", "a@50", "b@50", "a@100", "b@100"])
    #expect((0..<train.columns).map { train[1, $0] } == [1_000, 1_001, 1_100, 1_101, 1_200, 1_201])
  }
}
