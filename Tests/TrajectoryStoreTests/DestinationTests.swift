// DestinationTests.swift -- the store fills memory of the caller's, wherever its elements lie, as it fills a matrix.

import Base
import Testing
import TrajectoryModel
import TrajectoryStore

struct DestinationTests {
  /// Where a destination's elements lie: gaps between them, and which axes run backwards.
  struct Placing: Sendable {
    var layout = MatrixLayout.rowMajor
    var gap = 0
    var step = 1
    var isReversed = (rows: false, columns: false)
  }

  static let placings = [
    Placing(), Placing(layout: .columnMajor), Placing(gap: 3), Placing(step: 2),
    Placing(layout: .columnMajor, gap: 5, step: 3),
    Placing(isReversed: (true, false)), Placing(gap: 1, isReversed: (false, true)),
    Placing(layout: .columnMajor, step: 2, isReversed: (true, true)),
  ]

  @Test(arguments: placings, ElementType.allCases)
  func `holds what a matrix holds, and nothing beside it is touched`(placing: Placing, type: ElementType) throws {
    let made = try ViewsStore.numbered(examples: 1_500)
    try made.append((0..<126).map { Double($0) }, statistics: ["a", "b"], as: .float64)
    let snapshot = try made.store.snapshot()
    for text in ["whole", "epochs:0:100:25+zscore+positions", "random-start:15x4", "mean"] {
      let view = try TrajectoryView(parsing: text)
      let columns = try snapshot.select(snapshot.allExamples, statistics: .all, view: view).columns
      let (train, test) = (ExampleSet([0..<700, 1_490..<1_501]), ExampleSet([650..<900, 1_501..<1_503]))
      var trainMatrix = Matrix(elementType: type)
      var testMatrix = Matrix(elementType: type)
      try snapshot.materialize(train: train, into: &trainMatrix, test: test, into: &testMatrix, columns)

      // Row r and column c of the test side lie at strides of the placing; the rest is marked.
      let (rows, count) = (test.count, columns.count)
      let inner = (placing.layout == .rowMajor ? count : rows) * placing.step + placing.gap
      let (rowStep, columnStep) = placing.layout == .rowMajor ? (inner, placing.step) : (placing.step, inner)
      let size = type.byteCount
      var memory = [UInt64](repeating: .max, count: (placing.layout == .rowMajor ? rows : count) * inner)
      let first =
        (placing.isReversed.rows ? (rows - 1) * rowStep : 0)
        + (placing.isReversed.columns ? (count - 1) * columnStep : 0)
      let strides = (
        row: (placing.isReversed.rows ? -rowStep : rowStep) * size,
        column: (placing.isReversed.columns ? -columnStep : columnStep) * size
      )
      do {
        var words = memory.mutableSpan
        var bytes = unsafe words.mutableBytes
        var destination = try MutableMatrixSpan(
          &bytes, rows: rows, columns: count, elementType: type, byteStrides: strides, byteOffset: first * size)
        try snapshot.materialize(train: train, into: &trainMatrix, test: test, into: &destination, columns)
        for row in 0..<rows {
          for column in 0..<count where destination[row, column].bitPattern != testMatrix[row, column].bitPattern {
            Issue.record("\(text), row \(row), column \(column)")
          }
        }
      }
      let elements = unsafe memory.withUnsafeBytes { bytes in
        (0..<(bytes.count / size)).count { element in
          !(0..<size).allSatisfy { unsafe bytes[element * size + $0] == 0xFF }
        }
      }
      #expect(elements == rows * count, "\(text)")
    }
  }

  @Test func `a destination of another shape is refused`() throws {
    let made = try ViewsStore.numbered(examples: 6)
    let snapshot = try made.store.snapshot()
    let columns = FeatureColumns(statistics: ["a"], epochs: [0, 5])
    var numbers = [Float](repeating: 7, count: 8)
    do {
      var elements = numbers.mutableSpan
      var bytes = unsafe elements.mutableBytes
      var destination = try MutableMatrixSpan(&bytes, rows: 2, columns: 4, elementType: .float32)
      do throws(EngramError) {
        try snapshot.materialize(snapshot.allExamples, columns, into: &destination)
        Issue.record("filled")
      } catch {
        #expect(error.code == .usage && error.expected == "6 x 2" && error.found == "2 x 4")
      }
    }
    #expect(numbers.allSatisfy { $0 == 7 })
  }
}
