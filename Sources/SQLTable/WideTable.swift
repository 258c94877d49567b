// WideTable.swift -- `trajectory_wide`: a row for each epoch of each example, a column for each statistic.

import Base
import SQLite

/// The table `trajectory_wide(example_id, epoch, STATISTIC, …)`: a row for each epoch of each example.
///
/// A statistic that an example lacks is NULL. Statistics whose names are those of other columns, but for case, and those
/// beyond the columns that SQLite allows, are in `trajectory` only.
final class WideTable: VirtualTable {
  let name = "trajectory_wide"
  let declaration: String
  var failure: EngramError?
  let blocks: TrajectoryBlocks
  /// The statistics of the columns after the second.
  let columns: [Int]

  /// SQLite's limit is 2,000.
  private static let mostColumns = 1_900

  init(_ blocks: TrajectoryBlocks) {
    self.blocks = blocks
    columns = Self.columns(blocks.statistics)
    let names = columns.map { number in
      ", \"\(blocks.statistics[number].split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\" REAL"
    }
    declaration = "CREATE TABLE trajectory_wide (example_id INTEGER, epoch REAL\(names.joined()))"
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
    var rows = Double(max(1, blocks.exampleCount)) * blocks.meanEpochs
    var isLookup = false
    for constraint in constraints {
      switch (constraint.column, constraint.comparison) {
      case (0, .equal):
        rows /= Double(max(1, blocks.exampleCount))
        isLookup = true
      case (1, .equal): rows /= blocks.meanEpochs
      case (0, _), (1, _): rows /= 4
      default: continue
      }
      plan.used.append(constraint)
    }
    plan.rows = max(1, rows)
    plan.cost = plan.rows * 2 + (isLookup ? TrajectoryCost.lookup : TrajectoryCost.scan)
    plan.isAscending = true
    plan.words = String(used, radix: 16)
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  /// A place among the rows: block by block, example by example, epoch by epoch.
  final class Cursor: VirtualCursor {
    private let table: WideTable
    private var reading: BlockReading
    private var values: TrajectoryBlocks.Values?
    private var example = 0, epoch = 0

    init(_ table: WideTable) {
      self.table = table
      reading = BlockReading(table.blocks)
    }

    var isAtEnd: Bool { values == nil }

    var row: Int64 {
      guard let values else { return 0 }
      return values.ids[example] &* Int64(table.blocks.mostEpochs) &+ Int64(values.firstEpoch + epoch)
    }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var (ids, epochs) = (Bounds(), Bounds())
      for constraint in constraints {
        if constraint.column == 0 {
          ids.apply(constraint.comparison, constraint.value)
        } else {
          epochs.apply(constraint.comparison, constraint.value)
        }
      }
      let used = UInt64(words, radix: 16) ?? .max
      let wanted = table.columns.indices.filter { index in used & (1 << UInt64(min(63, index + 2))) != 0 }
      reading.begin(ids, epochs, statistics: wanted.map { table.columns[$0] }, isNothing: false)
      try enter()
    }

    private func enter() throws(EngramError) {
      repeat {
        values = try reading.next()
      } while values.map { $0.epochs.isEmpty } ?? false
      (example, epoch) = (reading.rows.lowerBound, 0)
    }

    func next() throws(EngramError) {
      guard let values else { return }
      epoch += 1
      if epoch < values.epochs.count { return }
      (epoch, example) = (0, example + 1)
      if example < reading.rows.upperBound { return }
      try enter()
    }

    func value(_ column: Int) -> TableValue {
      guard let values else { return .null }
      switch column {
      case 0: return .integer(values.ids[example])
      case 1: return .real(values.epochs[epoch])
      default:
        let place = values.places[table.columns[column - 2]]
        if place < 0 { return .null }
        return .real(values.values[(example * values.statistics.count + place) * values.epochs.count + epoch])
      }
    }
  }
}
