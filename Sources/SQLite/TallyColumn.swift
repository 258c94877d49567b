// TallyColumn.swift -- a column of a query in which each different value is a small number.

package import Base
import CSQLite
import CTally

/// A column of a query in which each different value is a small number.
package struct TallyColumn: Sendable {
  /// The different values, in the order in which rows have them first.
  package var values: [TableValue]
  /// The number of each row's value.
  package var numbers: [UInt16]

  /// Makes a column.
  package init(values: [TableValue] = [], numbers: [UInt16] = []) {
    (self.values, self.numbers) = (values, numbers)
  }

  /// How often each combination of values comes in rows of some columns.
  ///
  /// - Parameters:
  ///   - columns: The columns, of as many rows each; at least one.
  ///   - most: Combinations that there may be.
  /// - Returns: The number of each combination's value in each column, and its rows, in the order of first rows; nil where
  ///   there may be more of them than that.
  package static func tally(_ columns: [TallyColumn], most: Int) -> (numbers: [[UInt16]], counts: [Int64])? {
    guard let (sizes, places) = sizes(of: columns, most: most), let rows = columns.first?.numbers.count else {
      return nil
    }
    if places == 1 { return rows == 0 ? (columns.map { _ in [] }, []) : (columns.map { _ in [0] }, [Int64(rows)]) }
    var (counts, found) = ([UInt32](repeating: 0, count: places), [UInt32](repeating: 0, count: places))
    // SAFETY: every column has `rows` numbers below its size, so every place is below the product of the sizes.
    let count = unsafe withPointers(to: columns.map(\.numbers)) { numbers in
      unsafe engram_tally_count(numbers, sizes, columns.count, rows, &counts, &found)
    }
    return (digits(of: found.prefix(count), sizes), found.prefix(count).map { Int64(counts[Int($0)]) })
  }

  /// Which combination of values each row has.
  ///
  /// - Parameters:
  ///   - columns: As in ``tally(_:most:)``.
  ///   - most: As there.
  /// - Returns: The number of each combination's value in each column, in the order of first rows, and the number of each row's
  ///   combination; nil where there may be more of them than that.
  package static func kinds(
    of columns: [TallyColumn], most: Int
  ) -> (numbers: [[UInt16]], kinds: [UInt32])? {
    guard let (sizes, places) = sizes(of: columns, most: most), let rows = columns.first?.numbers.count else {
      return nil
    }
    var (known, found) = ([UInt32](repeating: 0, count: places), [UInt32](repeating: 0, count: places))
    var kinds = [UInt32](repeating: 0, count: rows)
    // SAFETY: as in `tally`; there is a kind for each row.
    let count = unsafe withPointers(to: columns.map(\.numbers)) { numbers in
      unsafe engram_tally_kinds(numbers, sizes, columns.count, rows, &known, &found, &kinds)
    }
    return (digits(of: found.prefix(count), sizes), kinds)
  }

  /// The different values of each column, and how many combinations they have; nil for more than there may be.
  private static func sizes(of columns: [TallyColumn], most: Int) -> (sizes: [UInt32], places: Int)? {
    guard let rows = columns.first?.numbers.count, rows < Int(UInt32.max) else { return nil }
    let sizes = columns.map { UInt32(max(1, $0.values.count)) }
    var places = 1
    for size in sizes {
      places *= Int(size)
      guard places <= most else { return nil }
    }
    return (sizes, places)
  }

  /// The number of each combination's value in each column.
  private static func digits(of places: ArraySlice<UInt32>, _ sizes: [UInt32]) -> [[UInt16]] {
    var digits = sizes.map { _ in [UInt16]() }
    var below: UInt32 = 1
    for column in sizes.indices.reversed() {
      digits[column] = places.map { UInt16($0 / below % sizes[column]) }
      below *= sizes[column]
    }
    return digits
  }

  /// Lends the addresses of arrays.
  private static func withPointers<R>(
    to arrays: [[UInt16]], _ body: (UnsafePointer<UnsafePointer<UInt16>?>?) -> R
  ) -> R {
    func lend(_ index: Int, _ lent: [UnsafePointer<UInt16>?]) -> R {
      // SAFETY: each array lends its memory until the body is over.
      if index == arrays.count { return unsafe lent.withUnsafeBufferPointer { unsafe body($0.baseAddress) } }
      return unsafe arrays[index].withUnsafeBufferPointer { unsafe lend(index + 1, lent + [$0.baseAddress]) }
    }
    return unsafe lend(0, [])
  }
}

extension Connection {
  /// A statement that reads columns of a table for ``Statement/tallyColumns(_:)``.
  ///
  /// - Parameters:
  ///   - names: The columns, as terms of SQL.
  ///   - table: The table.
  ///   - order: The column that numbers its rows, by which they are read.
  /// - Returns: The statement.
  /// - Throws: What ``prepare(_:)`` throws.
  package func tallying(_ names: [String], of table: String, by order: String) throws(EngramError) -> Statement {
    if !hasTallyFunction {
      // SAFETY: the handle is open.
      let code = ForkGate.inside { unsafe engram_tally_add_function(handle.pointer) }
      if code != SQLITE_OK { throw handle.error(code, sql: "engram_tally") }
      hasTallyFunction = true
    }
    let columns = ([order] + names).joined(separator: ", ")
    return try prepare("SELECT engram_tally(?1, \(columns)) FROM (SELECT \(columns) FROM \(table) ORDER BY \(order))")
  }
}

extension Statement {
  /// Reads all rows of a statement that ``Connection/tallying(_:of:)`` made.
  ///
  /// - Parameter count: The number of columns.
  /// - Returns: The columns; nil where one has more than 65,536 different values, or one that is neither number nor text.
  /// - Throws: What ``step()`` throws.
  package func tallyColumns(_ count: Int) throws(EngramError) -> [TallyColumn]? {
    // SAFETY (whole method): the reader is freed at the end, when no call looks at it any more; it has as many columns as it
    // was made for, and each has a number for each row, below the count of its values.
    guard let reader = unsafe engram_tally_reader_make(count) else {
      throw EngramError(.limit, "there is not enough memory", file: path)
    }
    defer { unsafe engram_tally_reader_free(reader) }
    try unsafe check { unsafe engram_tally_bind($0, 1, reader) }
    do throws(EngramError) {
      try run()
    } catch {
      if unsafe reader.pointee.code == ENGRAM_TALLY_UNFIT { return nil }
      throw error
    }
    var columns: [TallyColumn] = []
    for column in 0..<count {
      guard let known = unsafe reader.pointee.values[column], let values = unsafe Self.values(known) else { return nil }
      let numbers = unsafe UnsafeBufferPointer(start: reader.pointee.numbers[column], count: reader.pointee.rows)
      columns.append(TallyColumn(values: values, numbers: unsafe Array(numbers)))
    }
    return columns
  }

  /// The different values of a column; nil where a text is not UTF-8.
  @unsafe private static func values(_ known: OpaquePointer) -> [TableValue]? {
    var values: [TableValue] = []
    // SAFETY: numbers are below the count, and a text is copied while the column is there.
    for number in 0..<(unsafe engram_tally_value_count(known)) {
      let value = unsafe engram_tally_value_at(known, number)
      switch unsafe value.kind {
      case SQLITE_INTEGER: values.append(.integer(unsafe value.integer))
      case SQLITE_FLOAT: values.append(.real(unsafe value.real))
      case SQLITE_TEXT:
        let bytes = unsafe UnsafeRawBufferPointer(start: value.text, count: value.byte_count)
        guard let text = unsafe String(validating: bytes, as: UTF8.self) else { return nil }
        values.append(.text(text))
      default: values.append(.null)
      }
    }
    return values
  }
}
