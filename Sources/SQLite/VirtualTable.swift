// VirtualTable.swift -- a table whose rows a program makes while a query runs.

package import Base

/// A value of a row or of a condition.
package enum TableValue: Sendable, Hashable {
  /// NULL.
  case null
  /// A whole number of 64 bits.
  case integer(Int64)
  /// A real number; NaN becomes NULL.
  case real(Double)
  /// A text.
  case text(String)
  /// A text that outlives the connection, which is not copied.
  case constant(ConstantText)
}

/// A text in memory that stays where it is, for columns that have few different ones.
@safe package final class ConstantText: Sendable, Hashable {
  /// The text.
  package let text: String
  // SAFETY: allocated once, never changed, freed with the object.
  nonisolated(unsafe) let bytes: UnsafeMutableBufferPointer<CChar>

  /// Makes a copy of a text.
  package init(_ text: String) {
    self.text = text
    let utf8 = Array(text.utf8)
    unsafe bytes = .allocate(capacity: max(1, utf8.count))
    for (index, byte) in utf8.enumerated() { unsafe bytes[index] = CChar(bitPattern: byte) }
    count = Int32(utf8.count)
  }

  let count: Int32

  deinit { unsafe bytes.deallocate() }

  package static func == (one: ConstantText, other: ConstantText) -> Bool { one.text == other.text }

  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// What a query asks of a column, and what the table answers.
package struct TableConstraint: Sendable {
  /// How a value is compared.
  package enum Comparison: Sendable { case equal, above, atLeast, below, atMost }

  /// The column, from 0.
  package let column: Int
  /// How it is compared with a value that is known when the rows are asked for.
  package let comparison: Comparison
  /// The place among the constraints of SQLite.
  let place: Int
}

/// How a table is going to be read.
package struct TablePlan: Sendable {
  /// The constraints whose values the cursor is to get, in this order.
  ///
  /// Rows that do not satisfy them may come, for SQLite looks at each again: values of other types compare by its rules.
  package var used: [TableConstraint] = []
  /// What the cursor is told beside the values.
  package var words = ""
  /// What reading costs, in steps of SQLite's machine, and how many rows are expected.
  package var cost = 1e9, rows = 1e6
  /// Whether rows come in the order that was asked for.
  package var isOrdered = false

  /// Makes a plan.
  package init() {}
}

/// A table whose rows a program makes while a query runs; used by one thread at a time.
package protocol VirtualTable: AnyObject {
  /// The name, which no other table of the connection has.
  var name: String { get }
  /// A CREATE TABLE statement with the columns.
  var declaration: String { get }

  /// Decides how to read rows.
  ///
  /// - Parameters:
  ///   - constraints: What can be asked of the rows.
  ///   - columns: The columns that are read, a bit for each; the last bit stands for all from the 64th on.
  ///   - order: The columns by which rows are wanted, ascending, the first first; texts by their bytes. Empty where none is.
  /// - Returns: The plan.
  func plan(_ constraints: [TableConstraint], columns: UInt64, order: [Int]) -> TablePlan

  /// A cursor before its first row.
  func cursor() -> any VirtualCursor

  /// What went wrong in a cursor, once.
  var failure: EngramError? { get set }
}

/// A place among the rows of a table.
package protocol VirtualCursor: AnyObject {
  /// Whether there is no row at the cursor.
  var isAtEnd: Bool { get }
  /// A number of the row that no other row of the table has, the same in every reading: SQLite tells by it which rows two sides of
  /// an OR share.
  var row: Int64 { get }

  /// Goes to the first row that a plan means.
  ///
  /// - Parameters:
  ///   - words: What the plan says.
  ///   - constraints: The comparisons of the plan with their values.
  /// - Throws: ``EngramError`` for whoever runs the query.
  func start(
    _ words: String, _ constraints: [(column: Int, comparison: TableConstraint.Comparison, value: TableValue)]
  ) throws(EngramError)

  /// Goes to the next row.
  func next() throws(EngramError)

  /// The value of a column.
  func value(_ column: Int) -> TableValue

  /// The rows at the cursor where they lie in memory, the same object as long as the cursor lives; nil where each row is asked for.
  ///
  /// With one, `next` goes from the last row of a run to the next run, and `isAtEnd`, `row` and `value` are not asked.
  var run: TableRun? { get }
}

extension VirtualCursor {
  package var run: TableRun? { nil }
}
