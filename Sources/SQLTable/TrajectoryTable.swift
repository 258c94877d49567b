// TrajectoryTable.swift -- `trajectory`, a row for each value of a store, and `trajectory_wide`, a row for each epoch of each example.

import Base
import SQLite
import TrajectoryModel

/// The tables `trajectory(example_id, statistic, epoch, value)` and `trajectory_wide(example_id, epoch, STATISTIC, …)`.
///
/// Both walk through the blocks of a store: example by example, in the long one statistic by statistic, epoch by epoch. Where a query groups
/// or orders by statistic or epoch, they walk through the store for each of them, so that SQLite sorts nothing, unless these are so many
/// that sorting is quicker and the rows have room in memory. In the wide one a
/// statistic that an example lacks is NULL; one whose name another column has, but for case, gets a number behind it, such as `M_2`. Statistics
/// beyond the columns that SQLite allows are in the long one only.
final class TrajectoryTable: VirtualTable {
  /// What a row is.
  enum Layout {
    /// A value.
    case long
    /// An epoch of an example.
    case wide
  }

  let name: String
  let declaration: String
  var failure: EngramError?
  let blocks: TrajectoryBlocks
  private let layout: Layout
  /// The names of all statistics.
  private let names: [ConstantText]
  /// The statistics that are columns of the wide table, behind the first two.
  let columns: [(statistic: Int, name: String)]
  private let epochColumn: Int

  /// The most statistics in the wide table; SQLite's limit on columns is 2,000.
  static let mostColumns = 1_900

  init(_ blocks: TrajectoryBlocks, _ layout: Layout) {
    self.blocks = blocks
    self.layout = layout
    names = blocks.statistics.map { ConstantText($0) }
    columns = layout == .wide ? Self.columns(blocks.statistics) : []
    switch layout {
    case .long:
      (name, epochColumn) = ("trajectory", 2)
      declaration = "CREATE TABLE trajectory (example_id INTEGER, statistic TEXT, epoch REAL, value REAL)"
    case .wide:
      (name, epochColumn) = ("trajectory_wide", 1)
      let quoted = columns.map { ", \"\($0.name.replacing("\"", with: "\"\""))\" REAL" }
      declaration = "CREATE TABLE trajectory_wide (example_id INTEGER, epoch REAL\(quoted.joined()))"
    }
  }

  /// The statistics that are columns, with names that differ by more than case.
  private static func columns(_ statistics: [String]) -> [(statistic: Int, name: String)] {
    var columns: [(statistic: Int, name: String)] = []
    var taken: Set<String> = ["example_id", "epoch"]
    let own = Set(statistics.map { $0.lowercased() })
    for (index, statistic) in statistics.enumerated() where !statistic.utf8.contains(0) && columns.count < mostColumns {
      var (name, number) = (statistic, 1)
      while taken.contains(name.lowercased()) || number > 1 && own.contains(name.lowercased()) {
        number += 1
        name = "\(statistic)_\(number)"
      }
      taken.insert(name.lowercased())
      columns.append((index, name))
    }
    return columns
  }

  func plan(_ constraints: [TableConstraint], columns used: UInt64, order: [Int]) -> TablePlan {
    var plan = TablePlan()
    let examples = Double(max(1, blocks.exampleCount)), statistics = Double(layout == .long ? max(1, names.count) : 1)
    var rows = examples * statistics * blocks.meanEpochs
    var isLookup = false
    for constraint in constraints {
      switch (constraint.column, constraint.comparison) {
      case (0, .equal):
        rows /= examples
        isLookup = true
      case (epochColumn, .equal): rows /= blocks.meanEpochs
      case (0, _), (epochColumn, _): rows /= 4
      case (1, .equal) where layout == .long: rows /= statistics
      default: continue
      }
      plan.used.append(constraint)
    }
    plan.rows = max(1, rows)
    // A lookup may have to decode a row group, most of which it does not use; a wide row has several values.
    plan.cost = plan.rows * (layout == .wide ? 2 : 1) + (isLookup ? TrajectoryCost.lookup : TrajectoryCost.scan)
    // The last bit stands for all columns from there on.
    let usedCount = used.nonzeroBitCount + (used >> 63 == 1 ? columns.count : 0)
    let keys = isLookup ? nil : keys(order, rows: plan.rows, columns: usedCount)
    plan.isOrdered = keys != nil || order == [0]
    plan.words = String((keys ?? []).map(\.rawValue)) + " " + String(used, radix: 16)
    return plan
  }

  /// What rows are to be put in the order of by walks.
  ///
  /// Nil where that is neither statistics nor epochs, and where SQLite had better sort.
  private func keys(_ order: [Int], rows asked: Double, columns count: Int) -> [TrajectoryKey]? {
    let keys = order.compactMap { column -> TrajectoryKey? in
      column == epochColumn ? .epoch : column == 1 && layout == .long ? .statistic : nil
    }
    guard keys.count == order.count, !keys.isEmpty, Set(keys).count == keys.count else { return nil }
    // Each walk looks at every block, and runs may have epochs or statistics that no other has.
    let walks = keys.reduce(1.0) {
      $0 * Double($1 == .epoch ? self.blocks.epochs.count : self.blocks.statistics.count)
    }
    let rows = layout == .long ? blocks.valueCount : blocks.epochCount
    let bytes = asked * (TrajectoryCost.bytesPerRow + TrajectoryCost.bytesPerColumn * Double(count))
    let isQuicker = walks * Double(blocks.count) <= TrajectoryCost.visitsPerRow * rows
    return isQuicker || bytes > TrajectoryCost.sortedBytes ? keys : nil
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  /// A place among the rows: block by block, example by example, where it is long statistic by statistic, in runs of rows.
  final class Cursor: VirtualCursor {
    private let table: TrajectoryTable
    private let isLong: Bool
    private var reading: BlockReading
    private var ids = Bounds()
    /// What is still to be walked through.
    private var walks: TrajectoryWalks?
    /// The epoch of which rows are, and the epochs of the block that are shown.
    private var epoch: Double?
    private var shownEpochs = 0..<0
    private var values: TrajectoryBlocks.Values?
    private var example = 0, statistic = 0
    /// How many examples the present run is of.
    private var examples = 1
    /// The columns of statistics that are read, of the wide table.
    private var shown: [(column: Int, statistic: Int)] = []
    let run: TableRun?
    private let rows: TableRun

    init(_ table: TrajectoryTable) {
      self.table = table
      isLong = table.layout == .long
      reading = BlockReading(table.blocks)
      rows = TableRun(columns: isLong ? 4 : 2 + table.columns.count)
      run = rows
    }

    var isAtEnd: Bool { values == nil }
    // Neither is asked for: rows come in runs.
    var row: Int64 { 0 }
    func value(_ column: Int) -> TableValue { .null }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var (ids, epochs) = (Bounds(), Bounds())
      // Unless a condition names one, a long table has all statistics, and a wide one those whose columns are read.
      var wanted: [Int]?
      let parts = words.split(separator: " ", omittingEmptySubsequences: false)
      if !isLong, let used = UInt64(parts[1], radix: 16) {
        shown = table.columns.enumerated().map { ($0 + 2, $1.statistic) }.filter {
          used & (1 << UInt64(min(63, $0.column))) != 0
        }
        wanted = shown.map(\.statistic)
      }
      for constraint in constraints {
        switch constraint.column {
        case 0: ids.apply(constraint.comparison, constraint.value)
        case table.epochColumn: epochs.apply(constraint.comparison, constraint.value)
        // What is no text, SQLite compares as one; NULL equals nothing.
        case _ where constraint.value == .null: wanted = []
        default:
          guard case .text(let name) = constraint.value else { continue }
          let named = table.blocks.numbers[.text(name)].map { [$0] } ?? []
          wanted = wanted == nil || wanted == named ? named : []
        }
      }
      self.ids = ids
      let whole = TrajectoryWalk(statistics: wanted, epochs: epochs)
      walks = TrajectoryWalks(table.blocks, whole, by: parts[0].compactMap(TrajectoryKey.init), of: ids)
      begin(walks?.next() ?? TrajectoryWalk(statistics: [], epochs: epochs))
      try enter()
    }

    private func begin(_ walk: TrajectoryWalk) {
      epoch = walk.epoch
      reading.begin(
        ids, walk.epochs, only: epoch, statistics: walk.statistics,
        isNothing: isLong && walk.statistics?.isEmpty == true)
    }

    /// Goes to the first row of the next block that has any.
    private func enter() throws(EngramError) {
      repeat {
        values = try reading.next()
        while values == nil, let walk = walks?.next() {
          begin(walk)
          values = try reading.next()
        }
        shownEpochs = values?.places(of: epoch) ?? 0..<0
      } while values.map { shownEpochs.isEmpty || (isLong && $0.statistics.isEmpty) } ?? false
      (example, statistic) = (reading.rows.lowerBound, 0)
      begin()
    }

    func next() throws(EngramError) {
      guard let values else { return }
      if isLong {
        statistic += 1
        if statistic < values.statistics.count { return begin() }
        statistic = 0
      }
      example += examples
      if example < reading.rows.upperBound { return begin() }
      try enter()
    }

    /// Shows SQLite the next run: the epochs of one example and, where it is long, statistic; or with one epoch all examples.
    private func begin() {
      guard let values else { return rows.begin(rows: 0, row: 0) }
      let id = values.ids[example], epochs = values.epochs.count, count = values.statistics.count
      let numbers = isLong ? table.names.count : 1
      let rest = reading.rows.upperBound - example
      let isAcross =
        shownEpochs.count == 1 && (!isLong || count == 1) && values.ids[example + rest - 1] - id == Int64(rest - 1)
      examples = isAcross ? rest : 1
      let line = id &* Int64(numbers) &+ (isLong ? Int64(values.statistics[statistic]) : 0)
      let row = line &* Int64(table.blocks.mostEpochs) &+ Int64(values.firstEpoch + shownEpochs.lowerBound)
      let (length, stride, step) =
        isAcross
        ? (rest, count * epochs, Int64(numbers) &* Int64(table.blocks.mostEpochs)) : (shownEpochs.count, 1, 1)
      rows.begin(rows: length, row: row, step: step)
      rows.set(0, id, step: isAcross ? 1 : 0)
      rows.set(table.epochColumn, values.epochs, from: shownEpochs.lowerBound, stride: isAcross ? 0 : 1)
      let first = example * count
      if isLong {
        rows.set(1, table.names[values.statistics[statistic]])
        rows.set(3, values.values, from: (first + statistic) * epochs + shownEpochs.lowerBound, stride: stride)
        return
      }
      for (column, number) in shown {
        let place = values.places[number]
        if place < 0 {
          rows.setNull(column)
        } else {
          rows.set(column, values.values, from: (first + place) * epochs + shownEpochs.lowerBound, stride: stride)
        }
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
  /// Looks at blocks that take as long as sorting a row.
  static let visitsPerRow = 4.0
  /// Bytes of a row that SQLite sorts, which it does in memory, and of each of its columns: about 80 for an epoch and a value.
  static let bytesPerRow = 80.0, bytesPerColumn = 8.0
  /// Bytes of rows that are sorted at most, a part of what a query may hold.
  static let sortedBytes = Double(192 << 20)
}
