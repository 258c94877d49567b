// TallyTable.swift -- `run_tally`: a row for each combination of values, with how many rows have it.

import Base
import SQLite
import TrajectoryModel

/// The table of a ``TallyQuery``: a row for each combination of values, in the order in which rows have them first.
final class TallyTable: VirtualTable {
  let name = TallyQuery.tableName
  let declaration: String
  var failure: EngramError?
  fileprivate let columns: [TallyColumn]
  fileprivate let counts: [Int64]

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - names: The columns with their types in SQL, which say how values are compared.
  ///   - columns: Their values, of as many rows each.
  ///   - counts: How many rows each row stands for.
  init(_ names: [(name: String, type: String)], _ columns: [TallyColumn], counts: [Int64]) {
    let terms = names.map { "\(Columns.quoted($0.name)) \($0.type)" }
    declaration =
      "CREATE TABLE \(TallyQuery.tableName) (\((terms + ["\"\(TallyQuery.countColumn)\" INTEGER"]).joined(separator: ", ")))"
    self.columns = columns
    self.counts = counts
  }

  func plan(_ constraints: [TableConstraint], columns: UInt64, order: [Int]) -> TablePlan {
    var plan = TablePlan()
    (plan.rows, plan.cost) = (Double(counts.count), Double(counts.count))
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  private final class Cursor: VirtualCursor {
    private let table: TallyTable
    private var place = 0
    var row: Int64 { Int64(place) }
    var isAtEnd: Bool { place == table.counts.count }

    init(_ table: TallyTable) { self.table = table }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) { place = 0 }

    func next() throws(EngramError) { place += 1 }

    func value(_ column: Int) -> TableValue {
      guard column < table.columns.count else { return .integer(table.counts[place]) }
      let of = table.columns[column]
      return of.values[Int(of.numbers[place])]
    }
  }
}
