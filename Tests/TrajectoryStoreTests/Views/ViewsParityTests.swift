// ViewsParityTests.swift -- views held against NumPy's own results, bit by bit.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

struct ViewsParityTests {
  /// What NumPy computed; see fixtures/make/views.py.
  struct Reference {
    var train = ExampleSet()
    var test = ExampleSet()
    var cases: [(view: String, type: ElementType, names: [String], train: String, test: String)] = []

    init() throws {
      let json = try Fixtures.json("parity/views.json").asObject()
      train = ExampleSet(ids: try json.integers("train"))
      test = ExampleSet(ids: try json.integers("test"))
      for element in try json.array("cases") {
        let object = try element.asObject()
        cases.append(
          (
            try object.string("view"), try object.string("type") == "float64" ? .float64 : .float32,
            try object.strings("names"), try object.string("train"), try object.string("test")
          ))
      }
    }
  }

  static let statistics = ["weightabs_mean", "actabs_mean"]

  /// The inputs of the script.
  static let values: [Double] = {
    var random = RandomState(seed: 7)
    var values: [Double] = []
    for example in 0..<9 {
      for epoch in ViewsStore.epochs.indices {
        for statistic in 0..<2 {
          let value = (Double(random.nextUInt32() >> 8) - 8_388_608) / 4_096
          values.append(epoch == 0 && statistic == 1 ? 3.25 : value)
        }
      }
      _ = example
    }
    return values
  }()

  /// How the examples lie in the store.
  enum Place: CaseIterable { case staged, segment, both }

  @Test(arguments: Place.allCases, MatrixLayout.allCases)
  func `every view has NumPy's bits and column names`(place: Place, layout: MatrixLayout) throws {
    let reference = try Reference()
    #expect(reference.cases.count == 62)
    for type in [ElementType.float64, .float32] {
      let made = try ViewsStore()
      let size = 3 * ViewsStore.epochs.count * 2
      let cut = place == .both ? 2 * size : Self.values.count
      try made.append(Array(Self.values[..<cut]), statistics: Self.statistics, as: type)
      if place != .staged { _ = try made.store.compact() }
      if place == .both { try made.append(Array(Self.values[cut...]), statistics: Self.statistics, as: type) }
      let snapshot = try made.store.snapshot()
      #expect(try snapshot.summary().stagedBatches == (place == .segment ? 0 : 1))
      for known in reference.cases where known.type == type {
        let view = try TrajectoryView(parsing: known.view)
        let selection = try snapshot.select(snapshot.allExamples, statistics: .all, view: view)
        #expect(selection.columns.names == known.names, "\(known.view)")
        for threads in [1, 3] {
          var train = Matrix(elementType: type, layout: layout)
          var test = Matrix(elementType: type, layout: layout)
          try snapshot.materialize(
            train: reference.train, into: &train, test: reference.test, into: &test, selection.columns,
            work: WorkContext(threads: threads))
          #expect(bits(of: train) == known.train, "\(known.view) \(type), train")
          #expect(bits(of: test) == known.test, "\(known.view) \(type), test")
        }
      }
    }
  }

  @Test func `a Float32 recording gives Float64 matrices their exact values under every view without arithmetic`()
    throws
  {
    let reference = try Reference()
    let made = try ViewsStore()
    try made.append(Self.values, statistics: Self.statistics, as: .float32)
    let snapshot = try made.store.snapshot()
    for known in reference.cases where known.type == .float64 && !known.view.contains("mean") {
      let view = try TrajectoryView(parsing: known.view)
      let selection = try snapshot.select(snapshot.allExamples, statistics: .all, view: view)
      var train = Matrix(elementType: .float64)
      var test = Matrix(elementType: .float64)
      try snapshot.materialize(
        train: reference.train, into: &train, test: reference.test, into: &test, selection.columns)
      #expect(bits(of: train) == known.train, "\(known.view)")
    }
  }
}
