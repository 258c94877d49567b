// ColumnLook.swift -- what a column of a table of trajectories holds, by its first rows.

import Formats
import TrajectoryModel

/// What a column holds, by the first rows of the table, or by the first value where that comes later.
struct ColumnLook {
  /// Cells that are numbers, with either decimal mark, and other cells that have a value.
  private var (numbers, others) = (0, 0)
  /// Whether a number has a fraction.
  private(set) var hasFractions = false
  /// The first row that has a value, from 1; nil where none has.
  private(set) var firstRow: Int?
  /// The first cell that is no number as the rules have it: its row, from 1, and its text.
  private(set) var firstOther: (row: Int, text: String)?

  /// Looks at a cell.
  ///
  /// - Parameters:
  ///   - cell: The cell.
  ///   - number: What the rules make of it: a number, nothing, or a failure.
  ///   - row: Its row, from 1.
  mutating func add(_ cell: TextTable.Cell, _ number: Result<Double?, TextTable.Cell.NoNumber>, row: Int) {
    switch number {
    case .success(nil): return
    case .success(let value?):
      numbers += 1
      if value.isFinite, value != value.rounded() { hasFractions = true }
    case .failure:
      switch CellNumber(cell.plainText, decimal: .point) {
      case .decimalComma, .real: numbers += 1
      case .whole, .beyondInt64, .code, .other: others += 1
      }
      if firstOther == nil { firstOther = (row, cell.plainText) }
    }
    if firstRow == nil { firstRow = row }
  }

  /// Whether any cell has a value.
  var hasValue: Bool { firstRow != nil }

  /// Whether the column holds numbers, a few cells perhaps excepted, which are then mistakes.
  var isNumeric: Bool { numbers > 0 && numbers >= others }
}
