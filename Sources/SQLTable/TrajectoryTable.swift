// TrajectoryTable.swift -- `trajectory`: a row for each value of a store.

import Base
import SQLite

/// The table `trajectory(example_id, statistic, epoch, value)`: a row for each value of a store.
final class TrajectoryTable: VirtualTable {
  let name = "trajectory"
  let declaration = "CREATE TABLE trajectory (example_id INTEGER, statistic TEXT, epoch REAL, value REAL)"
  var failure: EngramError?
  let blocks: TrajectoryBlocks
  let names: [ConstantText]

  init(_ blocks: TrajectoryBlocks) {
    self.blocks = blocks
    names = blocks.statistics.map { ConstantText($0) }
  }

  func plan(_ constraints: [TableConstraint], columns: UInt64) -> TablePlan {
    var plan = TablePlan()
    var rows = Double(max(1, blocks.exampleCount)) * Double(max(1, names.count)) * blocks.meanEpochs
    var isLookup = false
    for constraint in constraints {
      switch (constraint.column, constraint.comparison) {
      case (0, .equal):
        rows /= Double(max(1, blocks.exampleCount))
        isLookup = true
      case (1, .equal): rows /= Double(max(1, names.count))
      case (2, .equal): rows /= blocks.meanEpochs
      case (0, _), (2, _): rows /= 4
      default: continue
      }
      plan.used.append(constraint)
    }
    plan.rows = max(1, rows)
    // A lookup may have to decode a row group, most of which it does not use.
    plan.cost = plan.rows + (isLookup ? TrajectoryCost.lookup : TrajectoryCost.scan)
    plan.isAscending = true
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  /// A place among the values: block by block, example by example, statistic by statistic.
  final class Cursor: VirtualCursor {
    private let table: TrajectoryTable
    private var reading: BlockReading
    private var values: TrajectoryBlocks.Values?
    private var example = 0, statistic = 0, epoch = 0
    private var element = 0

    init(_ table: TrajectoryTable) {
      self.table = table
      reading = BlockReading(table.blocks)
    }

    var isAtEnd: Bool { values == nil }

    var row: Int64 {
      guard let values else { return 0 }
      let column = values.ids[example] &* Int64(table.names.count) &+ Int64(values.statistics[statistic])
      return column &* Int64(table.blocks.mostEpochs) &+ Int64(values.firstEpoch + epoch)
    }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var (ids, epochs) = (Bounds(), Bounds())
      var wanted: Int?
      var isNothing = false
      for constraint in constraints {
        switch constraint.column {
        case 0: ids.apply(constraint.comparison, constraint.value)
        case 2: epochs.apply(constraint.comparison, constraint.value)
        default:
          // What is no text, SQLite compares as one.
          guard case .text(let name) = constraint.value else {
            isNothing = isNothing || constraint.value == .null
            continue
          }
          guard let number = table.blocks.numbers[name], wanted == nil || wanted == number else {
            isNothing = true
            continue
          }
          wanted = number
        }
      }
      reading.begin(ids, epochs, statistics: isNothing ? [] : wanted.map { [$0] }, isNothing: isNothing)
      try enter()
    }

    /// Goes to the first value of the next block that has any.
    private func enter() throws(EngramError) {
      repeat {
        values = try reading.next()
      } while values.map { $0.statistics.isEmpty || $0.epochs.isEmpty } ?? false
      (example, statistic, epoch) = (reading.rows.lowerBound, 0, 0)
      place()
    }

    private func place() {
      guard let values else { return }
      element = (example * values.statistics.count + statistic) * values.epochs.count + epoch
    }

    func next() throws(EngramError) {
      guard let values else { return }
      element += 1
      epoch += 1
      if epoch < values.epochs.count { return }
      (epoch, statistic) = (0, statistic + 1)
      if statistic < values.statistics.count { return }
      (statistic, example) = (0, example + 1)
      if example < reading.rows.upperBound { return }
      try enter()
    }

    func value(_ column: Int) -> TableValue {
      guard let values else { return .null }
      switch column {
      case 0: return .integer(values.ids[example])
      case 1: return .constant(table.names[values.statistics[statistic]])
      case 2: return .real(values.epochs[epoch])
      default: return .real(values.values[element])
      }
    }
  }
}

/// What reading trajectories costs beside their rows.
enum TrajectoryCost {
  /// Finding one example, in steps of SQLite's machine.
  static let lookup = 60.0
  /// Beginning to read all.
  static let scan = 100.0
}

/// Blocks one after the other, and which of their examples are wanted.
struct BlockReading {
  private let blocks: TrajectoryBlocks
  private var ids: ClosedRange<Int64>?
  private var request = TrajectoryBlocks.Request()
  private var number = 0
  private var block = 0
  /// The wanted examples of the block that was read last, by their places.
  private(set) var rows = 0..<0

  init(_ blocks: TrajectoryBlocks) { self.blocks = blocks }

  /// Begins with the first block that conditions leave.
  mutating func begin(_ ids: Bounds, _ epochs: Bounds, statistics: [Int]?, isNothing: Bool) {
    guard !isNothing, !epochs.isEmpty, let wanted = ids.ids else {
      self.ids = nil
      return
    }
    self.ids = wanted
    let request = TrajectoryBlocks.Request(statistics: statistics, first: epochs.first, last: epochs.last)
    if request != self.request || number == 0 {
      self.request = request
      number = blocks.number(of: request) + 1
    }
    block = blocks.block(from: wanted.lowerBound)
  }

  /// The next block that has a wanted example; nil at the end.
  mutating func next() throws(EngramError) -> TrajectoryBlocks.Values? {
    guard let ids else { return nil }
    while block < blocks.count, blocks.firstExample(of: block) <= ids.upperBound {
      let values = try blocks.values(block, request, number: number)
      block += 1
      let first = Self.place(of: ids.lowerBound, in: values.ids)
      let end = ids.upperBound == .max ? values.ids.count : Self.place(of: ids.upperBound + 1, in: values.ids)
      rows = first..<max(first, end)
      if !rows.isEmpty { return values }
    }
    return nil
  }

  /// Where the first id stands that is at least a number.
  private static func place(of id: Int64, in ids: [Int64]) -> Int {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
