// KeptRowGroupsTests.swift -- row groups that are read again and again in small parts are kept, within bounds.

import Base
import ColumnCodec
import SegmentFile
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct KeptRowGroupsTests {
  /// A store of three row groups, the last of 64 examples.
  private static func store(
    _ folder: TemporaryFolder, _ type: ElementType = .float32
  ) throws -> TrajectoryStore {
    let store = try TrajectoryStore.create(at: folder["k.engram"])
    try Made.append(1_600, to: store, Axes(), type, special: true, seed: 7)
    return store
  }

  /// Bytes of the values of a row group of 768 examples: all that ``Axes`` has, or one statistic.
  private static let rowGroupByteCount = 768 * Axes().count * 4
  private static let chunkByteCount = 768 * Axes().epochs.count * 4

  /// The segment of a store, and its file.
  private static func segment(of store: TrajectoryStore) throws -> (reader: SegmentReader, path: String) {
    let folder = store.path + "/segments"
    let path = "\(folder)/\(try #require(TestFiles.names(in: folder).first))"
    return (try SegmentReader(InputFile(opening: path)), path)
  }

  @Test(arguments: [ElementType.float32, .float64])
  func `small reads give what the whole gives, before a row group is kept and after`(_ type: ElementType) throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder, type)
    let snapshot = try store.snapshot()
    var generator = SeededGenerator(seed: 11)
    for view in ["whole", "mean", "random-start:5x2", "last"] {
      let columns = try FeatureColumns(
        statistics: ["mine", "weightabs_mean"], epochs: Axes().epochs, view: TrajectoryView(parsing: view))
      var whole = Matrix(elementType: .float64)
      try snapshot.materialize(snapshot.allExamples, columns, into: &whole)
      for read in 0..<12 {
        let first = Int64(generator.next() % 1_400)
        let examples = ExampleSet(
          read % 2 == 0 ? [first..<(first + 20)] : [first..<(first + 2), (first + 70)..<(first + 73)])
        var found = Matrix(elementType: .float64)
        try snapshot.materialize(examples, columns, into: &found)
        for (row, id) in examples.ids.enumerated() {
          for column in 0..<whole.columns {
            #expect(found[row, column].bitPattern == whole[Int(id), column].bitPattern, "\(view), example \(id)")
          }
        }
      }
    }
    // Of both row groups the two statistics that were read.
    #expect(store.keptRowGroups.heldBytes == 2 * 768 * Axes().epochs.count * 2 * type.byteCount)
  }

  @Test func `a row group is kept at its fifth small read, and a large read keeps nothing`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    let snapshot = try store.snapshot()
    for _ in 0..<10 { _ = try snapshot.recorded(0..<200) }
    #expect(store.keptRowGroups.heldBytes == 0)
    let expected = try snapshot.recorded(0..<200)
    let rowByteCount = Axes().count * 4
    for read in 1...8 {
      let bytes = try snapshot.recorded(20..<40)
      #expect(bytes == Array(expected[(20 * rowByteCount)..<(40 * rowByteCount)]))
      #expect(store.keptRowGroups.heldBytes == (read > KeptRowGroups.readsBefore ? Self.rowGroupByteCount : 0))
    }
  }

  @Test func `few statistics of whole row groups are kept at the fifth read of the same ones`() throws {
    let folder = TemporaryFolder()
    // Of eight statistics one is few.
    let statistics = [
      "weightabs_norm", "weightraw_mean", "weightraw_norm", "weightraw_var", "weightsq_mean", "a", "b", "c",
    ]
    let axes = Axes(statistics: statistics)
    let store = try TrajectoryStore.create(at: folder["f.engram"])
    try Made.append(1_600, to: store, axes, .float32, special: true, seed: 7)
    let snapshot = try store.snapshot()
    func read(_ names: [String], _ type: ElementType = .float32, times: Int) throws -> [[UInt8]] {
      let columns = FeatureColumns(statistics: names, epochs: axes.epochs)
      return try (0..<times).map { _ in
        var matrix = Matrix(elementType: type)
        try snapshot.materialize(snapshot.allExamples, columns, into: &matrix)
        return matrix.copied()
      }
    }
    let chunkBytes = 1_600 * axes.epochs.count * 4
    for (number, name) in statistics.enumerated() {
      let found = try read([name], times: 4)
      #expect(store.keptRowGroups.heldBytes == number * chunkBytes, "the reads of another do not count")
      let again = try read([name], times: 2)
      #expect(store.keptRowGroups.heldBytes == (number + 1) * chunkBytes)
      for values in found + again { #expect(values == found[0]) }
      let widened = try read([name], .float64, times: 1)[0]
      store.keptRowGroups.letGo()
      #expect(store.keptRowGroups.heldBytes == 0)
      #expect(try read([name], .float64, times: 1)[0] == widened)
      for kept in statistics[...number] { _ = try read([kept], times: 5) }
    }
    store.keptRowGroups.letGo()
    _ = try read(["a", "b"], times: 20)
    #expect(store.keptRowGroups.heldBytes == 0, "two of eight are not few")
  }

  @Test func `a read of more than half of what may be kept keeps nothing`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["m.engram"])
    try Made.append(
      1_600, to: store, Axes(statistics: (0..<8).map { "statistic\($0)" }), .float32, special: true, seed: 7)
    let (segment, _) = try Self.segment(of: store)
    let kept = KeptRowGroups(mostBytes: 1_000)
    #expect(kept.hasFew([0, nil], of: segment, valueCount: 125))
    #expect(!kept.hasFew([0, nil], of: segment, valueCount: 126))
    #expect(!kept.hasFew([0, 1], of: segment, valueCount: 1))
  }

  @Test func `what is kept stays within its bound, and makes room only when it is not read any more`() throws {
    let folder = TemporaryFolder()
    let (segment, _) = try Self.segment(of: Self.store(folder))
    // Room for four chunks; one row group is read by one statistic after the other.
    let kept = KeptRowGroups(mostBytes: 4 * Self.chunkByteCount)
    let decoder = RowGroupDecoder()
    let window = ChunkWindow(examples: 100..<110, epochEnd: Axes().epochs.count)
    func read(_ rowGroup: Int, _ statistic: Int, times: Int) throws {
      for _ in 0..<times {
        try kept.read(segment, rowGroup: rowGroup, statistics: [statistic], window: window, with: decoder) {
          (_, block) throws(EngramError) in #expect(block.exampleCount == 10)
        }
      }
    }
    for statistic in 0..<4 { try read(0, statistic, times: 5) }
    #expect(kept.heldBytes == 4 * Self.chunkByteCount)
    try read(1, 0, times: 10)
    #expect(kept.heldBytes == 4 * Self.chunkByteCount, "what was read a moment ago is not given up")
    try read(1, 0, times: KeptRowGroups.patience + 5)
    #expect(kept.heldBytes == Self.chunkByteCount, "the row group that was passed by has made room")
    try read(1, 0, times: 3)
    // What is larger than a quarter of the bound is never kept.
    let little = KeptRowGroups(mostBytes: 4 * Self.chunkByteCount - 1)
    for _ in 0..<100 {
      try little.read(segment, rowGroup: 0, statistics: [0], window: window, with: decoder) { _, _ in }
    }
    #expect(little.heldBytes == 0)
  }

  @Test func `stores share a bound, and one that is closed gives its part back`() throws {
    let folder = TemporaryFolder()
    let (segment, _) = try Self.segment(of: Self.store(folder))
    let bound = KeptRowGroups.Bound(mostBytes: 5 * Self.chunkByteCount)
    func keeper() -> KeptRowGroups { KeptRowGroups(mostBytes: 4 * Self.chunkByteCount, within: bound) }
    func read(_ kept: KeptRowGroups, _ statistics: Range<Int>) throws {
      let decoder = RowGroupDecoder()
      let window = ChunkWindow(examples: 100..<110, epochEnd: Axes().epochs.count)
      for statistic in statistics {
        for _ in 0...KeptRowGroups.readsBefore {
          try kept.read(segment, rowGroup: 0, statistics: [statistic], window: window, with: decoder) { _, _ in }
        }
      }
    }
    let second = keeper()
    do {
      let first = keeper()
      try read(first, 0..<4)
      try read(second, 0..<3)
      #expect(first.heldBytes == 4 * Self.chunkByteCount && second.heldBytes == Self.chunkByteCount)
    }
    try read(second, 1..<4)
    #expect(second.heldBytes == 4 * Self.chunkByteCount)
  }

  @Test func `a damaged chunk is refused at every small read, and never kept`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    let (_, path) = try Self.segment(of: store)
    var bytes = TestFiles.read(path)
    bytes[1_000] ^= 4
    TestFiles.write(bytes, to: path)
    let snapshot = try TrajectoryStore(opening: store.path).snapshot()
    for _ in 0..<12 { refusal(.corrupt) { _ = try snapshot.recorded(5..<25) } }
    #expect(snapshot.store.keptRowGroups.heldBytes == 0)
    // The other row groups are read and kept all the same.
    for _ in 0..<12 { _ = try snapshot.recorded(800..<820) }
    #expect(snapshot.store.keptRowGroups.heldBytes == Self.rowGroupByteCount)
  }

  @Test func `threads that read small parts at once find the same values`() throws {
    let folder = TemporaryFolder()
    let store = try Self.store(folder)
    let snapshot = try store.snapshot()
    let whole = try snapshot.recorded(0..<1_600)
    let rowByteCount = Axes().count * 4
    try parallelFor(count: 400, work: WorkContext(threads: 4)) { (index, _) throws(EngramError) in
      let first = index * 3_989 % 1_580
      var matrix = Matrix()
      try snapshot.materialize(
        ExampleSet(Int64(first)..<Int64(first + 20)), Axes().columns.recorded, into: &matrix,
        work: WorkContext(threads: 1))
      #expect(matrix.copied() == Array(whole[(first * rowByteCount)..<((first + 20) * rowByteCount)]))
    }
    #expect(store.keptRowGroups.heldBytes == 1_600 * rowByteCount)
  }
}
