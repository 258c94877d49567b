// ColumnLook.swift -- what the first rows of a column of a table of trajectories hold.

import Formats
import TrajectoryModel

/// What the first rows of a column hold.
struct ColumnLook {
  /// Cells that are numbers, with either decimal mark, and other cells that have a value.
  private var (numbers, others) = (0, 0)
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
    case .success(let value): numbers += value == nil ? 0 : 1
    case .failure:
      if CellNumber(cell.plainText, decimal: .point) == .decimalComma { numbers += 1 } else { others += 1 }
      if firstOther == nil { firstOther = (row, cell.plainText) }
    }
  }

  /// Whether any cell has a value.
  var hasValue: Bool { numbers + others > 0 }

  /// Whether the column holds numbers, a few cells perhaps excepted, which are then mistakes.
  var isNumeric: Bool { numbers > 0 && numbers >= others }
}
