// TrajectoryTable.swift -- `trajectory`, a row for each value of a store, and `trajectory_wide`, a row for each epoch of each example.

import Base
import SQLite

/// The tables `trajectory(example_id, statistic, epoch, value)` and `trajectory_wide(example_id, epoch, STATISTIC, …)`.
///
/// Both walk through the blocks of a store: example by example, in the long one statistic by statistic, epoch by epoch. In the wide one a
/// statistic that an example lacks is NULL; statistics whose names are those of other columns, but for case, and those beyond the columns
/// that SQLite allows, are in the long one only.
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
  let columns: [Int]
  private let epochColumn: Int

  /// SQLite's limit is 2,000.
  private static let mostColumns = 1_900

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
      let quoted = columns.map { ", \"\(blocks.statistics[$0].replacing("\"", with: "\"\""))\" REAL" }
      declaration = "CREATE TABLE trajectory_wide (example_id INTEGER, epoch REAL\(quoted.joined()))"
    }
  }

  private static func columns(_ statistics: [String]) -> [Int] {
    var seen: Set<String> = ["example_id", "epoch"]
    return Array(
      statistics.indices.filter { index in
        let name = statistics[index]
        return !name.utf8.contains(0) && seen.insert(name.lowercased()).inserted
      }.prefix(mostColumns))
  }

  func plan(_ constraints: [TableConstraint], columns used: UInt64) -> TablePlan {
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
    plan.isAscending = true
    plan.words = layout == .wide ? String(used, radix: 16) : ""
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  /// A place among the rows: block by block, example by example, statistic by statistic where it is long, epoch by epoch.
  final class Cursor: VirtualCursor {
    private let table: TrajectoryTable
    private let isLong: Bool
    private var reading: BlockReading
    private var values: TrajectoryBlocks.Values?
    private var example = 0, statistic = 0, epoch = 0
    /// Where the value of a long row stands in the block.
    private var element = 0

    init(_ table: TrajectoryTable) {
      self.table = table
      isLong = table.layout == .long
      reading = BlockReading(table.blocks)
    }

    var isAtEnd: Bool { values == nil }

    var row: Int64 {
      guard let values else { return 0 }
      var line = values.ids[example]
      if isLong { line = line &* Int64(table.names.count) &+ Int64(values.statistics[statistic]) }
      return line &* Int64(table.blocks.mostEpochs) &+ Int64(values.firstEpoch + epoch)
    }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var (ids, epochs) = (Bounds(), Bounds())
      // Unless a condition names one, a long table has all statistics, and a wide one those whose columns are read.
      var wanted: [Int]?
      if let used = UInt64(words, radix: 16) {
        wanted = table.columns.indices.filter { used & (1 << UInt64(min(63, $0 + 2))) != 0 }.map { table.columns[$0] }
      }
      for constraint in constraints {
        switch constraint.column {
        case 0: ids.apply(constraint.comparison, constraint.value)
        case table.epochColumn: epochs.apply(constraint.comparison, constraint.value)
        // What is no text, SQLite compares as one; NULL equals nothing.
        case _ where constraint.value == .null: wanted = []
        default:
          guard case .text(let name) = constraint.value else { continue }
          let named = table.blocks.numbers[name].map { [$0] } ?? []
          wanted = wanted == nil || wanted == named ? named : []
        }
      }
      reading.begin(ids, epochs, statistics: wanted, isNothing: isLong && wanted?.isEmpty == true)
      try enter()
    }

    /// Goes to the first row of the next block that has any.
    private func enter() throws(EngramError) {
      repeat {
        values = try reading.next()
      } while values.map { $0.epochs.isEmpty || (isLong && $0.statistics.isEmpty) } ?? false
      (example, statistic, epoch) = (reading.rows.lowerBound, 0, 0)
      if let values { element = example * values.statistics.count * values.epochs.count }
    }

    func next() throws(EngramError) {
      guard let values else { return }
      element += 1
      epoch += 1
      if epoch < values.epochs.count { return }
      epoch = 0
      if isLong {
        statistic += 1
        if statistic < values.statistics.count { return }
        statistic = 0
      }
      example += 1
      if example < reading.rows.upperBound { return }
      try enter()
    }

    func value(_ column: Int) -> TableValue {
      guard let values else { return .null }
      if column == 0 { return .integer(values.ids[example]) }
      if column == table.epochColumn { return .real(values.epochs[epoch]) }
      if isLong {
        return column == 1 ? .constant(table.names[values.statistics[statistic]]) : .real(values.values[element])
      }
      let place = values.places[table.columns[column - 2]]
      if place < 0 { return .null }
      return .real(values.values[(example * values.statistics.count + place) * values.epochs.count + epoch])
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
