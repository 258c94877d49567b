// ColumnReader.swift -- what type a column of a table has, and the values that its cells are.

import Base
import Formats
import TrajectoryModel

/// Reads the cells of a column.
struct ColumnReader {
  /// The name of the column, for errors.
  let name: String
  /// What the column is declared to hold.
  let declared: TableRules.DeclaredType?
  let decimal: TableRules.Decimal
  /// Words that stand for no value wherever they stand.
  let missing: Set<String>
  /// Whether cells say their type, as those of JSON do.
  let isTyped: Bool
  /// The number of the row that each cell is of, where it is not its place.
  var rowNumbers: [Int]?

  /// Cells of other kinds that are shown.
  private static let shownCells = 3
  /// The bytes of the longest word that usually stands for no value.
  private static let longestMissing = TableRules.usualMissing.map(\.utf8.count).max() ?? 0

  /// The values of cells, and why they have their type.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a cell that does not fit a declared type, and for text beside
  ///   numbers where cells say their type.
  func read(_ cells: [TextTable.Cell]) throws(EngramError) -> (values: [MetadataValue], evidence: ColumnEvidence) {
    var evidence = look(at: cells)
    if let declared {
      evidence.isDeclared = true
      evidence.type =
        switch declared {
        case .integer, .boolean: .integer
        case .real: .real
        case .text: .text
        }
      evidence.deciding = nil
    }
    var values: [MetadataValue] = []
    values.reserveCapacity(cells.count)
    for (row, cell) in cells.enumerated() { values.append(try value(cell, row, evidence.type)) }
    return (values, evidence)
  }

  private func rowNumber(_ row: Int) -> Int { rowNumbers.map { $0[row] } ?? row + 1 }

  /// Whether a cell has no value.
  private func isMissing(_ cell: TextTable.Cell) -> Bool {
    switch cell {
    case .empty: return true
    case .real(let value): return value.isNaN
    case .integer: return false
    case .text(let text): return missing.contains(text)
    case .field(let text, let isQuoted):
      if missing.contains(text) { return true }
      // Nothing in quotes is empty text where texts are, and no value where numbers are.
      return !isQuoted && text.utf8.count <= Self.longestMissing && TableRules.usualMissing.contains(text)
    }
  }

  /// Looks at every cell and finds the narrowest type that holds all.
  private func look(at cells: [TextTable.Cell]) -> ColumnEvidence {
    var evidence = ColumnEvidence()
    var (firstReal, firstText): (ColumnEvidence.Cell?, ColumnEvidence.Cell?)
    var hasInexact = false
    for (row, cell) in cells.enumerated() {
      if isMissing(cell) || cell == .field("", isQuoted: true) && !isTyped {
        evidence.missing += 1
        continue
      }
      let number = number(cell)
      var shown: ColumnEvidence.Cell { ColumnEvidence.Cell(row: rowNumber(row), text: cell.plainText) }
      switch number {
      case .whole(let whole):
        evidence.numbers += 1
        if Double(exactly: whole) == nil { hasInexact = true }
      case .real:
        evidence.numbers += 1
        if firstReal == nil { firstReal = shown }
      case .beyondInt64: evidence.beyondInt64 += 1
      case .code: evidence.codes += 1
      case .decimalComma: evidence.decimalCommas += 1
      case .other:
        evidence.others += 1
        if evidence.firstOthers.count < Self.shownCells { evidence.firstOthers.append(shown) }
      }
      if number == .decimalComma || number == .other, CellNumber.hasThousands(cell.plainText) {
        evidence.thousands += 1
        if number == .other { evidence.severalCommas += 1 }
      }
      switch number {
      case .whole, .real: break
      case .beyondInt64, .code, .decimalComma, .other: if firstText == nil { firstText = shown }
      }
    }
    if firstText != nil || evidence.numbers == 0 || hasInexact && firstReal != nil {
      (evidence.type, evidence.deciding) = (.text, firstText ?? firstReal)
      // Nothing in quotes is text then, and counts as a value.
      if !isTyped { evidence.missing -= cells.count { $0 == .field("", isQuoted: true) && !isMissing($0) } }
    } else if let firstReal {
      (evidence.type, evidence.deciding) = (.real, firstReal)
    } else {
      evidence.type = .integer
    }
    return evidence
  }

  private func number(_ cell: TextTable.Cell) -> CellNumber {
    switch cell {
    case .empty: .other
    case .integer(let value): .whole(value)
    case .real(let value): .real(value)
    case .text(let text): declared == nil ? .other : CellNumber(text, decimal: decimal)
    case .field(let text, _): CellNumber(text, decimal: decimal)
    }
  }

  /// A cell as a value of a type.
  private func value(_ cell: TextTable.Cell, _ row: Int, _ type: MetadataType) throws(EngramError) -> MetadataValue {
    if isMissing(cell) { return .null }
    if declared == .boolean { return try truth(cell, row) }
    switch type {
    case .text:
      if isTyped, declared == nil, cell.text == nil { throw mixed(row) }
      return .text(cell.plainText)
    case .integer, .real:
      if cell == .field("", isQuoted: true) { return .null }
      switch number(cell) {
      case .whole(let whole) where type == .integer: return .integer(whole)
      case .whole(let whole):
        guard let real = Double(exactly: whole) else {
          throw misfit(cell, row, "a number that a real holds exactly", "read the column as text")
        }
        return .real(real)
      case .real(let value) where type == .real: return .real(value)
      case .real(let value):
        guard let whole = Int64(exactly: value) else { throw misfit(cell, row, "a whole number", nil) }
        return .integer(whole)
      case .beyondInt64:
        throw misfit(
          cell, row, "a whole number from -2^63 to 2^63 - 1",
          "such numbers are text: \(set: .types, to: "\(name)=text")")
      case .code, .decimalComma, .other: throw misfit(cell, row, type == .integer ? "a whole number" : "a number", nil)
      }
    }
  }

  private func truth(_ cell: TextTable.Cell, _ row: Int) throws(EngramError) -> MetadataValue {
    switch cell.plainText.lowercased() {
    case "true", "t", "yes", "y", "1", "1.0": return .integer(1)
    case "false", "f", "no", "n", "0", "0.0": return .integer(0)
    case "": return .null
    default: throw misfit(cell, row, "true or false, yes or no, 1 or 0", nil)
    }
  }

  private func misfit(
    _ cell: TextTable.Cell, _ row: Int, _ expected: String, _ mend: Mend?
  ) -> EngramError {
    EngramError(
      .invalidData, "a cell does not fit the type of its column", place: "row \(rowNumber(row)), column \(name)",
      expected: expected, found: "'\(cell.plainText.prefix(80))'",
      mend: mend ?? """
        correct the cell; or read it as no value with \(set: .missingWords, to: String(cell.plainText.prefix(20))); \
        or the column as text with \(set: .types, to: "\(name)=text")
        """)
  }

  /// The error for values of different types in one column.
  private func mixed(_ row: Int) -> EngramError {
    EngramError(
      .invalidData, "the values of a column are of different types",
      place: "row \(rowNumber(row)), key \"\(name)\"",
      expected: "the type of the column's other values", found: "a number",
      mend: "write all of them as text or as numbers, or say \(set: .types, to: "\(name)=text")")
  }
}

extension TextTable.Cell {
  /// Whether nothing stands in the cell, not even quotes.
  var isNothing: Bool { self == .empty || self == .field("", isQuoted: false) }

  /// What stands in the cell, as text.
  var plainText: String {
    switch self {
    case .empty: ""
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .text(let text), .field(let text, _): text
    }
  }
}
