// TableRun.swift -- rows one after the other that lie in memory, so that SQLite reads them without a call for each.

import CSQLite
import CSQLiteTable

/// Numbers in memory that stay where they are.
@safe package final class ConstantNumbers: Sendable {
  // SAFETY of nonisolated(unsafe): filled in `init`, never changed, freed with the object.
  nonisolated(unsafe) let memory: UnsafeMutableBufferPointer<Double>

  /// Makes a copy of numbers.
  package init(_ numbers: Span<Double>) {
    unsafe memory = .allocate(capacity: max(1, numbers.count))
    count = numbers.count
    unsafe numbers.withUnsafeBufferPointer { given in
      // SAFETY: there is room for as many.
      _ = unsafe memory.initialize(fromContentsOf: given)
    }
  }

  /// How many there are.
  package let count: Int

  deinit { unsafe memory.deallocate() }

  /// One number.
  package subscript(index: Int) -> Double {
    precondition(index >= 0 && index < count, "the number is there")
    return unsafe memory[index]
  }
}

/// Rows one after the other that lie in memory: in each a column has NULL, the same text, a number
/// that grows evenly, or one of numbers that are evenly apart.
///
/// Numbers and texts that a run is made of must live until the next one begins; texts as long as the connection.
@safe package final class TableRun {
  // SAFETY: allocated in `init`, freed in `deinit`; SQLite looks at it between two calls of the cursor that owns this object.
  let pointer: UnsafeMutablePointer<engram_table_run>
  private let cells: UnsafeMutableBufferPointer<engram_table_cell>

  /// Makes a run of no rows.
  package init(columns: Int) {
    unsafe cells = .allocate(capacity: max(1, columns))
    unsafe cells.initialize(repeating: engram_table_cell())
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: engram_table_run(left: 0, place: 0, row: 0, step: 1, cells: cells.baseAddress))
  }

  deinit {
    unsafe pointer.deallocate()
    unsafe cells.deallocate()
  }

  /// Begins a run, whose columns are as they were until they are set.
  ///
  /// - Parameters:
  ///   - rows: The number of its rows; 0 where there are no more.
  ///   - row: The number of the first.
  ///   - step: By how much the number grows from row to row.
  package func begin(rows: Int, row: Int64, step: Int64 = 1) {
    unsafe (pointer.pointee.left, pointer.pointee.place) = (Int64(rows), 0)
    unsafe (pointer.pointee.row, pointer.pointee.step) = (row, step)
  }

  /// Gives a column NULL.
  package func setNull(_ column: Int) { unsafe cells[column].kind = ENGRAM_CELL_NULL }

  /// Gives a column a whole number, which grows by a step from row to row.
  package func set(_ column: Int, _ number: Int64, step: Int64 = 0) {
    unsafe cells[column].kind = ENGRAM_CELL_INTEGER
    unsafe (cells[column].integer, cells[column].step) = (number, step)
  }

  /// Gives a column a text.
  package func set(_ column: Int, _ text: ConstantText) {
    unsafe cells[column].kind = ENGRAM_CELL_TEXT
    unsafe cells[column].byte_count = text.count
    unsafe cells[column].text = UnsafePointer(text.bytes.baseAddress)
  }

  /// Gives a column numbers, one for each row.
  ///
  /// - Parameters:
  ///   - column: The column.
  ///   - numbers: Where they are.
  ///   - first: The place of the first of them.
  ///   - stride: How many places the next one is further on.
  package func set(_ column: Int, _ numbers: ConstantNumbers, from first: Int, stride: Int = 1) {
    let last = unsafe first + (Int(pointer.pointee.left) - 1) * stride
    precondition(first >= 0 && stride >= 0 && last < numbers.count, "there is a number for each row")
    unsafe cells[column].kind = ENGRAM_CELL_REALS
    // SAFETY: the numbers are there, and a buffer of at least one has an address.
    unsafe cells[column].reals = UnsafePointer(numbers.memory.baseAddress.unsafelyUnwrapped + first)
    unsafe cells[column].stride = Int64(stride)
  }
}
