// PiecedTable.swift -- a table of metadata, read piece by piece when asked for.

import Base
import SQLite
import TrajectoryModel

/// A table of metadata whose first column numbers its rows, ascending, read piece by piece when asked for.
///
/// Conditions on the number decide which pieces are read. The pieces that were read last are kept.
final class PiecedTable: VirtualTable {
  /// Reads the rows of some numbers, ascending by number.
  typealias Load = (_ numbers: ClosedRange<Int64>) throws(EngramError) -> [[MetadataValue]]

  let name: String
  let declaration: String
  var failure: EngramError?
  private let numbers: Range<Int64>
  private let load: Load

  /// Numbers of a piece: as many as are read in a few milliseconds.
  private static let pieceSize: Int64 = 8_192
  /// Pieces that are kept.
  private static let mostPieces = 32

  /// A part of the rows.
  struct Piece {
    let numbers: [Int64]
    let rows: [[TableValue]]
  }

  private var kept: [Int64: Piece] = [:]
  private var order: [Int64] = []
  /// Texts that were shown; two spellings that Swift takes for one text are two.
  private var texts: [MetadataValue: ConstantText] = [:]

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - columns: The columns with their SQL types; the first is the number.
  ///   - numbers: The numbers that there may be.
  ///   - load: Reads rows.
  init(
    _ name: String, columns: [(name: String, type: String)], numbers: Range<Int64>, load: @escaping Load
  ) {
    self.name = name
    self.numbers = numbers
    self.load = load
    declaration = "CREATE TABLE \(name) (\(columns.map { "\"\($0.name)\" \($0.type)" }.joined(separator: ", ")))"
  }

  func plan(_ constraints: [TableConstraint], columns: UInt64, order: [Int]) -> TablePlan {
    var plan = TablePlan()
    var rows = Double(max(1, numbers.count))
    var lookup = 0.0
    for constraint in constraints where constraint.column == 0 {
      rows = constraint.comparison == .equal ? 1 : rows / 4
      if constraint.comparison == .equal { lookup = TrajectoryCost.lookup }
      plan.used.append(constraint)
    }
    plan.rows = max(1, rows)
    plan.cost = plan.rows + lookup
    plan.isOrdered = order == [0]
    return plan
  }

  func cursor() -> any VirtualCursor { Cursor(self) }

  /// The piece of a number.
  private func piece(_ number: Int64) throws(EngramError) -> Piece {
    if let known = kept[number] { return known }
    let first = number * Self.pieceSize
    let loaded = try load(max(first, numbers.lowerBound)...min(first + Self.pieceSize, numbers.upperBound) - 1)
    var (numbers, rows): ([Int64], [[TableValue]]) = ([], [])
    for row in loaded {
      guard case .integer(let id)? = row.first else { continue }
      numbers.append(id)
      rows.append(row.map(value))
    }
    let piece = Piece(numbers: numbers, rows: rows)
    kept[number] = piece
    order.append(number)
    if order.count > Self.mostPieces { kept[order.removeFirst()] = nil }
    return piece
  }

  /// A value for SQLite; texts of metadata are few and come often.
  private func value(_ value: MetadataValue) -> TableValue {
    switch value {
    case .null: return .null
    case .integer(let number): return .integer(number)
    case .real(let number): return .real(number)
    case .text(let text):
      if let known = texts[value] { return .constant(known) }
      // Of a field whose every value differs, none is worth keeping.
      if texts.count >= 1 << 16 { return .text(text) }
      let constant = ConstantText(text)
      texts[value] = constant
      return .constant(constant)
    }
  }

  /// A place among the rows.
  final class Cursor: VirtualCursor {
    private let table: PiecedTable
    private var wanted: ClosedRange<Int64> = 0...0
    private var number: Int64 = 0
    private var piece: Piece?
    private var place = 0

    init(_ table: PiecedTable) { self.table = table }

    var isAtEnd: Bool { piece == nil }
    var row: Int64 { piece?.numbers[place] ?? 0 }

    func start(
      _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
    ) throws(EngramError) {
      var bounds = Bounds()
      for constraint in constraints { bounds.apply(constraint.comparison, constraint.value) }
      piece = nil
      guard !table.numbers.isEmpty, let ids = bounds.ids,
        ids.overlaps(table.numbers.lowerBound...(table.numbers.upperBound - 1))
      else { return }
      wanted = ids.clamped(to: table.numbers.lowerBound...(table.numbers.upperBound - 1))
      number = wanted.lowerBound / PiecedTable.pieceSize
      try enter()
    }

    /// Goes to the first wanted row of the next piece that has one.
    private func enter() throws(EngramError) {
      while number <= wanted.upperBound / PiecedTable.pieceSize {
        let next = try table.piece(number)
        place = next.numbers.partitionPoint { $0 < wanted.lowerBound }
        if place < next.numbers.count {
          piece = next.numbers[place] <= wanted.upperBound ? next : nil
          return
        }
        number += 1
      }
      piece = nil
    }

    func next() throws(EngramError) {
      guard let piece else { return }
      place += 1
      if place < piece.numbers.count {
        if piece.numbers[place] > wanted.upperBound { self.piece = nil }
        return
      }
      number += 1
      try enter()
    }

    func value(_ column: Int) -> TableValue { piece?.rows[place][column] ?? .null }
  }
}
