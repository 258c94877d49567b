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
  /// The numbers of the statistics.
  let numbers: [String: Int]
  private let blocks: [StoredBlock]
  /// The examples there are, for estimates.
  let exampleCount: Int
  /// Epochs of a block, on the average.
  let meanEpochs: Double
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
    var names: [String] = []
    var seen: Set<String> = []
    for block in blocks { for name in block.statistics where seen.insert(name).inserted { names.append(name) } }
    statistics = names
    numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    exampleCount = snapshot.allExamples.count
    let epochs = blocks.reduce(0.0) { $0 + Double($1.epochs.count) }
    mostEpochs = blocks.reduce(0) { max($0, $1.epochs.count) }
    meanEpochs = blocks.isEmpty ? 1 : max(1, epochs / Double(blocks.count))
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

  /// The number of a request, which stands for it from then on.
  func number(of request: Request) -> Int {
    if let known = requests[request] { return known }
    requests[request] = requests.count
    return requests.count - 1
  }

  /// The values of a block.
  func values(_ block: Int, _ request: Request, number: Int) throws(EngramError) -> Values {
    let key = Key(block: block, request: number)
    if let known = kept[key] { return known }
    let values = try read(blocks[block], request)
    heldBytes += values.byteCount
    kept[key] = values
    order.append(key)
    while heldBytes > Self.mostBytes, order.count > 1 {
      heldBytes -= kept.removeValue(forKey: order.removeFirst())?.byteCount ?? 0
    }
    return values
  }

  private func read(_ block: StoredBlock, _ request: Request) throws(EngramError) -> Values {
    var wanted: [Int] = []
    if let asked = request.statistics {
      let known = Set(block.statistics)
      wanted = asked.filter { known.contains(statistics[$0]) }
    } else {
      wanted = block.statistics.compactMap { numbers[$0] }
    }
    // Epochs ascend.
    let first = block.epochs.firstIndex { $0 >= request.first } ?? block.epochs.endIndex
    let end = block.epochs[first...].firstIndex { $0 > request.last } ?? block.epochs.endIndex
    let epochs = block.epochs[first..<end]
    var places = [Int](repeating: -1, count: statistics.count)
    for (place, number) in wanted.enumerated() { places[number] = place }
    let ids = block.examples.ids
    var values = ConstantNumbers([Double]().span)
    if !wanted.isEmpty, !epochs.isEmpty {
      let columns = FeatureColumns(statistics: wanted.map { statistics[$0] }, epochs: Array(epochs))
      let (snapshot, examples) = (snapshot, block.examples)
      try trust { () throws(EngramError) in
        var matrix = Matrix(elementType: .float64)
        try ForkGate.outside { () throws(EngramError) in
          try snapshot.materialize(examples, columns, into: &matrix, work: WorkContext(threads: 1))
        }
        values = ConstantNumbers(matrix.float64)
      }
    }
    return Values(ids: ids, statistics: wanted, places: places, epochs: epochs, values: values)
  }
}
