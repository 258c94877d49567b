// TrajectoryBlocks.swift -- the values of a store by blocks of examples, decoded when asked for and kept while there is room.

import Base
import SQLite
import TrajectoryModel
import TrajectoryStore

/// The values of a store by blocks of neighbouring examples, decoded when asked for and kept while there is room.
///
/// Used by the cursors of one query, which is one thread.
final class TrajectoryBlocks {
  /// What is read of each block: some statistics at some epochs.
  struct Request: Hashable {
    /// The statistics, by their numbers; nil for all.
    var statistics: [Int]?
    /// The epochs, from the first to the last.
    var first = -Double.infinity, last = Double.infinity
  }

  /// Values of one block.
  final class Values {
    /// The examples, ascending.
    let ids: [Int64]
    /// The numbers of the statistics that the block has, of those asked for.
    let statistics: [Int]
    /// Where each statistic stands among them, by its number; -1 where the block lacks it.
    let places: [Int]
    let epochs: ConstantNumbers
    private let times: [Double]
    /// Where the first of the epochs stands among all epochs of the block.
    let firstEpoch: Int
    /// [example][statistic][epoch].
    let values: ConstantNumbers

    init(ids: [Int64], statistics: [Int], places: [Int], epochs: ArraySlice<Double>, values: ConstantNumbers) {
      (self.ids, self.statistics, self.places, self.values) = (ids, statistics, places, values)
      (times, firstEpoch) = (Array(epochs), epochs.startIndex)
      self.epochs = ConstantNumbers(Array(epochs).span)
    }

    /// The places of all epochs, or of one, which may be none.
    func places(of epoch: Double?) -> Range<Int> {
      guard let epoch else { return times.indices }
      let place = times.partitionPoint { $0 < epoch }
      return place < times.count && times[place] == epoch ? place..<(place + 1) : place..<place
    }

    /// Bytes that are held.
    var byteCount: Int { values.count * 8 + ids.count * 8 }
  }

  let snapshot: Snapshot
  /// Every statistic that any example has, in the order in which they come.
  let statistics: [String]
  /// The numbers of the statistics; two spellings that Swift takes for one name are two.
  let numbers: [MetadataValue: Int]
  private let blocks: [StoredBlock]
  /// The numbers of the statistics of each block.
  private let ofBlocks: [[Int]]
  /// The first and the last epoch of each block.
  private let epochBounds: [(first: Double, last: Double)]
  /// The examples there are, for estimates.
  let exampleCount: Int
  /// Epochs of a block, on the average.
  let meanEpochs: Double
  /// Rows of the long and of the wide table.
  let valueCount: Double, epochCount: Double
  /// Every epoch that any example has, ascending.
  private(set) lazy var epochs = Set(blocks.flatMap(\.epochs)).sorted()
  /// The numbers of the statistics, in the order of the bytes of their names.
  private(set) lazy var sortedStatistics = statistics.indices.sorted {
    statistics[$0].utf8.lexicographicallyPrecedes(statistics[$1].utf8)
  }
  /// The epochs of the block that has most.
  let mostEpochs: Int
  private let trust: (() throws(EngramError) -> Void) throws(EngramError) -> Void

  private struct Key: Hashable {
    let block: Int
    let request: Int
  }

  private var requests: [Request: Int] = [:]
  private var kept: [Key: Values] = [:]
  private var order: [Key] = []
  private var heldBytes = 0
  /// Bytes of values that are kept.
  private static let mostBytes = 128 << 20
  /// Values that are read together: two row groups with all statistics of the paper are more.
  private static let valuesTogether = 1 << 20

  /// Makes a reader of a snapshot.
  ///
  /// - Parameters:
  ///   - snapshot: The store.
  ///   - trust: Runs what is not the user's SQL.
  /// - Throws: ``EngramError`` when a segment cannot be opened.
  init(
    _ snapshot: Snapshot, trust: @escaping (() throws(EngramError) -> Void) throws(EngramError) -> Void
  ) throws(EngramError) {
    self.snapshot = snapshot
    self.trust = trust
    blocks = try snapshot.blocks()
    (statistics, numbers, ofBlocks) = Self.numbered(blocks)
    epochBounds = blocks.map { ($0.epochs.first ?? .infinity, $0.epochs.last ?? -.infinity) }
    exampleCount = snapshot.allExamples.count
    let sizes = blocks.map { (Double($0.examples.count * $0.epochs.count), Double($0.statistics.count)) }
    epochCount = sizes.reduce(0) { $0 + $1.0 }
    valueCount = sizes.reduce(0) { $0 + $1.0 * $1.1 }
    let epochs = blocks.reduce(0.0) { $0 + Double($1.epochs.count) }
    mostEpochs = blocks.reduce(0) { max($0, $1.epochs.count) }
    meanEpochs = blocks.isEmpty ? 1 : max(1, epochs / Double(blocks.count))
  }

  /// The names of the statistics of blocks, in the order in which they come, their numbers, and the numbers of each block.
  private static func numbered(
    _ blocks: [StoredBlock]
  ) -> (names: [String], numbers: [MetadataValue: Int], ofBlocks: [[Int]]) {
    var (names, numbers): ([String], [MetadataValue: Int]) = ([], [:])
    var (lists, last): ([[Int]], [MetadataValue]) = ([], [])
    for block in blocks {
      let own = block.statistics.map(MetadataValue.text)
      // Neighbours mostly have the same ones, and share the list.
      if let list = lists.last, own == last {
        lists.append(list)
        continue
      }
      lists.append(
        own.map { name in
          if let known = numbers[name] { return known }
          numbers[name] = names.count
          names.append(name.description)
          return names.count - 1
        })
      last = own
    }
    return (names, numbers, lists)
  }

  var count: Int { blocks.count }

  /// How many epochs of some examples and statistics are kept from one walk to the next, at least 1.
  func epochsKept(of ids: Bounds, statistics count: Int) -> Int {
    guard let wanted = ids.ids else { return 1 }
    let examples = blocks[block(from: wanted.lowerBound)...].prefix { $0.range.lowerBound <= wanted.upperBound }
      .reduce(0) { $0 + $1.examples.count }
    // Ids take as much as an epoch, and what is read of one statistic alone has its own.
    let perEpoch = max(1, examples * max(1, count) * 8)
    return max(1, Self.mostBytes / perEpoch - 1)
  }

  /// The first block that holds an example of at least an id.
  func block(from id: Int64) -> Int { blocks.partitionPoint { $0.range.upperBound <= id } }

  /// The lowest id of a block.
  func firstExample(of block: Int) -> Int64 { blocks[block].range.lowerBound }

  /// Whether an epoch is not before the first and not after the last one of a block.
  func mayHave(_ epoch: Double, in block: Int) -> Bool {
    let bounds = epochBounds[block]
    return epoch >= bounds.first && epoch <= bounds.last
  }

  /// The number of a request, which stands for it from then on.
  func number(of request: Request) -> Int {
    if let known = requests[request] { return known }
    requests[request] = requests.count
    return requests.count - 1
  }

  /// The values of a block.
  ///
  /// Where little is read of each block, some behind it are read with it, because a reading costs more than a few values.
  ///
  /// - Parameters:
  ///   - block: The block.
  ///   - request: What is read of it.
  ///   - number: The number of the request.
  ///   - last: The last example that is wanted.
  ///   - most: How many blocks may be read at once.
  /// - Returns: The values.
  /// - Throws: ``EngramError`` when a segment is damaged.
  func values(
    _ block: Int, _ request: Request, number: Int, through last: Int64, together most: Int
  ) throws(EngramError) -> Values {
    if let known = kept[Key(block: block, request: number)] { return known }
    let columns = columns(of: block, request)
    var end = block + 1
    var count = columns.perExample * blocks[block].examples.count
    while end < blocks.count, end - block < most, blocks[end].range.lowerBound <= last,
      kept[Key(block: end, request: number)] == nil,
      ofBlocks[end] == ofBlocks[block], blocks[end].epochs == blocks[block].epochs
    {
      count += columns.perExample * blocks[end].examples.count
      if count > Self.valuesTogether { break }
      end += 1
    }
    let values = try read(blocks[block..<end], columns)
    for (place, values) in values.enumerated() { keep(values, Key(block: block + place, request: number)) }
    return values[0]
  }

  private func keep(_ values: Values, _ key: Key) {
    heldBytes += values.byteCount
    kept[key] = values
    order.append(key)
    while heldBytes > Self.mostBytes, order.count > 1 {
      heldBytes -= kept.removeValue(forKey: order.removeFirst())?.byteCount ?? 0
    }
  }

  /// What a request reads of a block.
  private struct Columns {
    /// The numbers of the statistics that the block has.
    var statistics: [Int]
    /// The epochs, as a part of those of the block.
    var epochs: ArraySlice<Double>

    /// Values of each example.
    var perExample: Int { statistics.count * epochs.count }
  }

  private func columns(of block: Int, _ request: Request) -> Columns {
    var wanted = ofBlocks[block]
    if let asked = request.statistics {
      let known = Set(wanted)
      wanted = asked.filter(known.contains)
    }
    let block = blocks[block]
    // Epochs ascend.
    let first = block.epochs.firstIndex { $0 >= request.first } ?? block.epochs.endIndex
    let end = block.epochs[first...].firstIndex { $0 > request.last } ?? block.epochs.endIndex
    return Columns(statistics: wanted, epochs: block.epochs[first..<end])
  }

  /// Reads blocks that have the same columns.
  private func read(_ blocks: ArraySlice<StoredBlock>, _ columns: Columns) throws(EngramError) -> [Values] {
    var places = [Int](repeating: -1, count: statistics.count)
    for (place, number) in columns.statistics.enumerated() { places[number] = place }
    var matrix = Matrix(elementType: .float64)
    if columns.perExample > 0 {
      let features = FeatureColumns(
        statistics: columns.statistics.map { statistics[$0] }, epochs: Array(columns.epochs))
      let examples =
        blocks.count == 1 ? blocks[blocks.startIndex].examples : ExampleSet(blocks.flatMap(\.examples.ranges))
      let snapshot = snapshot
      try trust { () throws(EngramError) in
        try ForkGate.outside { () throws(EngramError) in
          try snapshot.materialize(examples, features, into: &matrix, work: WorkContext(threads: 1))
        }
      }
    }
    var first = 0
    return blocks.map { block in
      let count = columns.perExample * block.examples.count
      defer { first += count }
      return Values(
        ids: block.examples.ids, statistics: columns.statistics, places: places, epochs: columns.epochs,
        values: ConstantNumbers(matrix.float64.extracting(first..<(first + count))))
    }
  }
}
