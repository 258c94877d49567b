// MaterializeTests.swift -- matrices hold the recorded values, whatever the layout, the type and the number of threads.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct MaterializeTests {
  /// A store of segments and staged batches of two types, and its values as [example][epoch][statistic].
  private static func mixed(_ folder: TemporaryFolder) throws -> (snapshot: Snapshot, made: [Recording]) {
    let store = try TrajectoryStore.create(at: folder["m.engram"])
    var made: [Recording] = []
    for (step, (layers, type)) in [(1_100, ElementType.float32), (9, .float32), (1_030, .float64), (6, .float64)]
      .enumerated()
    {
      made.append(try Made.append(layers, to: store, Axes(), type, special: true, seed: UInt64(step)))
    }
    return (try store.snapshot(), made)
  }

  /// What an element must be: the value of an example, rounded to the type of the matrix.
  private static func value(_ made: [Recording], _ id: Int, epoch: Int, statistic: Int, _ type: ElementType) -> Double {
    var row = id
    for recording in made {
      if row < recording.layers.count {
        let value = recording.values[(row * Axes().epochs.count + epoch) * Axes().statistics.count + statistic]
        return type == .float32 ? Double(Float(value)) : value
      }
      row -= recording.layers.count
    }
    return .nan
  }

  @Test(arguments: [ElementType.float32, .float64], MatrixLayout.allCases)
  func `rows are examples and columns are statistics by epoch, in either layout and type`(
    type: ElementType, layout: MatrixLayout
  ) throws {
    let folder = TemporaryFolder()
    let (snapshot, made) = try Self.mixed(folder)
    let examples = ExampleSet([0..<3, 1_020..<1_030, 1_098..<1_112, 2_130..<2_145])
    let columns = FeatureColumns(statistics: ["gradavgabs_id", "weightabs_mean"], epochs: [0, 10])
    var matrix = Matrix(elementType: type, layout: layout)
    try snapshot.materialize(examples, columns, into: &matrix, work: WorkContext(threads: 2))
    #expect(matrix.rows == 42 && matrix.columns == 4 && matrix.elementType == type && matrix.layout == layout)
    #expect(columns.names == ["gradavgabs_id@0", "gradavgabs_id@10", "weightabs_mean@0", "weightabs_mean@10"])
    for (row, id) in examples.ids.enumerated() {
      for (column, (statistic, epoch)) in [(2, 0), (2, 2), (0, 0), (0, 2)].enumerated() {
        let expected = Self.value(made, Int(id), epoch: epoch, statistic: statistic, type)
        let found = matrix[row, column]
        #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN, "example \(id)")
      }
    }
  }

  @Test func `train and test are filled at once with what each alone would hold`() throws {
    let folder = TemporaryFolder()
    let (snapshot, _) = try Self.mixed(folder)
    let columns = Axes().columns
    let train = ExampleSet([0..<1_050, 1_105..<1_500])
    let test = ExampleSet([1_040..<1_108, 2_000..<2_145])
    for layout in MatrixLayout.allCases {
      let work = WorkContext(threads: 3)
      var left = Matrix(elementType: .float64, layout: layout)
      var right = Matrix(elementType: .float64, layout: layout)
      var alone = Matrix(elementType: .float64, layout: layout)
      try snapshot.materialize(train: train, into: &left, test: test, into: &right, columns, work: work)
      try snapshot.materialize(train, columns, into: &alone, work: work)
      #expect(left.copied() == alone.copied())
      try snapshot.materialize(test, columns, into: &alone, work: work)
      #expect(right.copied() == alone.copied())
      // A side may be empty.
      try snapshot.materialize(train: ExampleSet(), into: &left, test: test, into: &right, columns, work: work)
      #expect(left.rows == 0 && right.copied() == alone.copied())
    }
  }

  @Test func `a few scattered examples hold what the whole matrix holds, in every view`() throws {
    let folder = TemporaryFolder()
    let (snapshot, _) = try Self.mixed(folder)
    let train = ExampleSet([3..<4, 200..<202, 700..<701, 1_099..<1_104, 1_900..<1_901])
    let test = ExampleSet([4..<5, 201..<202, 690..<691, 2_144..<2_145])
    for view in ["whole", "mean", "random-start:5x2", "last"] {
      let columns = try FeatureColumns(
        statistics: Axes().statistics, epochs: Axes().epochs, view: TrajectoryView(parsing: view))
      var whole = Matrix(elementType: .float64)
      var left = Matrix(elementType: .float64)
      var right = Matrix(elementType: .float64)
      try snapshot.materialize(ExampleSet([0..<2_145]), columns, into: &whole, work: WorkContext(threads: 2))
      try snapshot.materialize(
        train: train, into: &left, test: test, into: &right, columns, work: WorkContext(threads: 2))
      for (number, id) in (train.ids + test.ids).enumerated() {
        let row = number - train.count
        for column in 0..<whole.columns {
          let found = row < 0 ? left[number, column] : right[row, column]
          let expected = whole[Int(id), column]
          #expect(found.bitPattern == expected.bitPattern || found.isNaN && expected.isNaN, "\(view), example \(id)")
        }
      }
    }
  }

  @Test func `any number of threads gives the same bytes, in memory and on disk`() throws {
    let folder = TemporaryFolder()
    let (snapshot, _) = try Self.mixed(folder)
    var reference: [UInt8] = []
    for threads in [1, 2, 3, 8, 64, 0, -1] {
      var matrix = Matrix()
      try snapshot.materialize(
        snapshot.allExamples, Axes().columns, into: &matrix, work: WorkContext(threads: threads))
      if reference.isEmpty { reference = matrix.copied() }
      #expect(matrix.copied() == reference, "\(threads) threads")
    }
    var hashes: Set<String> = []
    var sizes: Set<Int> = []
    for threads in [1, 2, 7] {
      var generator = SeededGenerator(seed: 5)
      let store = try TrajectoryStore.create(at: folder["t\(threads).engram"])
      _ = try store.append(
        [Made.recording(3_000, special: true, using: &generator)], epochs: Axes().epochs,
        statistics: Axes().statistics, options: WriteOptions(work: WorkContext(threads: threads)))
      let extent = try store.snapshot().extents[0]
      hashes.insert(extent.valuesHash)
      sizes.insert(try store.verify().byteCount)
    }
    #expect(hashes.count == 1 && sizes.count == 1)
  }

  @Test func `a matrix is used again for a smaller selection`() throws {
    let folder = TemporaryFolder()
    let (snapshot, _) = try Self.mixed(folder)
    var used = Matrix()
    var fresh = Matrix()
    try snapshot.materialize(snapshot.allExamples, Axes().columns, into: &used)
    let columns = FeatureColumns(statistics: ["mine"], epochs: [5])
    try snapshot.materialize(ExampleSet(1_099..<1_105), columns, into: &used)
    try snapshot.materialize(ExampleSet(1_099..<1_105), columns, into: &fresh)
    #expect(used.rows == 6 && used.columns == 1 && used.copied() == fresh.copied())
  }

  @Test func `NaN payloads and signed zeros keep their bits through append, flush, compaction and merge`() throws {
    let folder = TemporaryFolder()
    for type in ElementType.allCases {
      let store = try TrajectoryStore.create(at: folder["\(type.name).engram"])
      let first = try Made.append(500, to: store, Axes(), type, special: true, seed: 8).values.bytes
      let second = try Made.append(1_500, to: store, Axes(), type, special: true, seed: 9).values.bytes
      func check(_ store: TrajectoryStore) throws {
        #expect(try store.snapshot().recorded(0..<2_000, Axes(), type) == first + second)
      }
      try check(store)
      _ = try store.flush()
      try check(store)
      _ = try store.compact(everything: true)
      try check(store)
      let other = try TrajectoryStore.create(at: folder["\(type.name)-2.engram"])
      _ = try other.merge([store.path])
      try check(other)
      // The same bits come out in the canonical order and in a matrix.
      var matrix = Matrix(elementType: type)
      let columns = FeatureColumns(statistics: ["mine"], epochs: [10])
      try store.snapshot().materialize(ExampleSet(0..<2_000), columns, into: &matrix)
      let size = type.byteCount
      let bytes = matrix.copied()
      for id in 0..<2_000 {
        let place = (id * Axes().count + Axes().count - 1) * size
        #expect(Array(bytes[(id * size)..<((id + 1) * size)]) == Array((first + second)[place..<(place + size)]))
        if id > 40 { break }
      }
    }
  }

  @Test func `ids that a store does not have are refused, and reading can be stopped`() throws {
    let folder = TemporaryFolder()
    let (snapshot, _) = try Self.mixed(folder)
    var matrix = Matrix()
    let beyond = refusal(.notFound) {
      try snapshot.materialize(ExampleSet(2_140..<2_146), Axes().columns, into: &matrix)
    }
    #expect(beyond?.found == "2145" && beyond?.expected == "ids from 0 to 2144")
    refusal(.notFound) { try snapshot.materialize(ExampleSet(-1..<2), Axes().columns, into: &matrix) }
    refusal(.cancelled) {
      try snapshot.materialize(
        snapshot.allExamples, Axes().columns, into: &matrix, work: WorkContext(isCancelled: { true }))
    }
  }
}
