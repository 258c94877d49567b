// ArrowTables.swift -- tables, and rows of them, as columns of Arrow.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import Base
public import CEngram
import TrajectoryModel

/// A column of a table in Arrow's form: a bitmap of what is there, and the dictionary of texts.
@safe final class ArrowTableColumn {
  /// The field.
  let field: ArrowField
  private let column: TableColumn
  private let kind: TableColumn.Kind
  private let bitmap: CNumbers<UInt8>?
  private let texts = CNumbers<UInt8>(repeating: 0, count: 0)
  private let offsets = CNumbers<Int32>(repeating: 0, count: 1)
  /// Numbers where a column of reals holds whole numbers, too.
  private var converted: CNumbers<Double>?

  /// Takes a column as values of a type; without one its values say which.
  init(_ column: TableColumn, type: MetadataType? = nil) throws(EngramError) {
    self.column = column
    switch (type, column.kind) {
    case (.integer?, .integer), (.integer?, .null), (nil, .integer): kind = .integer
    case (.real?, .integer), (.real?, .real), (.real?, .null), (nil, .real): kind = .real
    case (_, .mixed) where column.codes == nil: kind = .real
    case (_, .mixed):
      throw EngramError(
        .invalidData, "a column has numbers and texts, which Arrow cannot hold", place: "column '\(column.name)'",
        mend: "cast it to one type in SQL")
    case (nil, .null): kind = .null
    default: kind = .text
    }
    switch kind {
    case .integer: field = .integers(column.name)
    case .real: field = .reals(column.name)
    case .null: field = ArrowField(name: column.name, format: "n")
    default: field = .texts(column.name)
    }
    let count = column.kinds.count
    if column.nullCount > 0 {
      let bits = CNumbers<UInt8>(repeating: 0, count: 0)
      for start in stride(from: 0, to: count, by: 8) {
        var byte: UInt8 = 0
        for bit in 0..<min(8, count - start) where column.kinds[start + bit] != 0 { byte |= 1 << bit }
        bits.append(byte)
      }
      bitmap = bits
    } else {
      bitmap = nil
    }
    if kind == .real, column.integers != nil {
      let numbers = CNumbers<Double>(repeating: 0, count: 0)
      for row in 0..<count {
        guard column.kinds[row] == TableColumn.Kind.integer.rawValue, let whole = column.integers?[row] else {
          numbers.append(column.reals?[row] ?? 0)
          continue
        }
        let number = Double(whole)
        guard Int64(exactly: number) == whole else {
          throw EngramError(
            .invalidData, "a column has reals, and a whole number that would be rounded beside them",
            place: "column '\(column.name)'", found: "\(whole)", mend: "cast it to one type in SQL")
        }
        numbers.append(number)
      }
      converted = numbers
    }
    if kind == .text {
      for text in column.texts {
        for byte in text.utf8 { texts.append(byte) }
        guard let end = Int32(exactly: texts.count) else {
          throw EngramError(.limit, "the texts of a column are too long for Arrow", place: "column '\(column.name)'")
        }
        offsets.append(end)
      }
    }
  }

  /// The type of its values.
  var type: MetadataType {
    switch kind {
    case .integer: .integer
    case .real: .real
    default: .text
    }
  }

  /// Some rows; `start` is a multiple of 8.
  func rows(_ start: Int, _ count: Int) -> ArrowColumn {
    let nulls = column.nullCount == 0 ? 0 : (start..<(start + count)).reduce(0) { $0 + (column.kinds[$1] == 0 ? 1 : 0) }
    let there = unsafe nulls == 0 ? nil : bitmap?.first.map { unsafe UnsafeRawPointer($0 + start / 8) }
    func numbers<Number>(_ numbers: CNumbers<Number>?) -> UnsafeRawPointer? {
      // A column of nulls alone has no numbers: any memory will do, and what the codes are of is long enough.
      unsafe numbers?.first.map { unsafe UnsafeRawPointer($0 + start) } ?? UnsafeRawPointer(blank(count))
    }
    switch kind {
    case .null: return unsafe ArrowColumn(length: count, nullCount: count, buffers: [], owner: self)
    case .integer:
      return unsafe ArrowColumn(
        length: count, nullCount: nulls, buffers: [there, numbers(column.integers)], owner: self)
    case .real:
      return unsafe ArrowColumn(
        length: count, nullCount: nulls, buffers: [there, numbers(converted ?? column.reals)], owner: self)
    default:
      let dictionary = unsafe ArrowColumn(
        length: column.texts.count, buffers: [nil, UnsafeRawPointer(offsets.first), UnsafeRawPointer(texts.first)],
        owner: self)
      return unsafe ArrowColumn(
        length: count, nullCount: nulls, buffers: [there, numbers(column.codes)], dictionary: [dictionary],
        owner: self)
    }
  }

  private var zeros: CNumbers<Int64>?

  private func blank(_ count: Int) -> UnsafePointer<Int64>? {
    if zeros == nil { zeros = CNumbers(repeating: 0, count: column.kinds.count) }
    return unsafe zeros?.first
  }
}

/// A table as a stream of one batch.
private func source(of table: TableHandle) throws(EngramError) -> ArrowSource {
  var columns: [ArrowTableColumn] = []
  for column in table.columns { columns.append(try ArrowTableColumn(column)) }
  let known = columns
  var rows: Int? = table.rowCount
  return ArrowSource(schema: known.map(\.field)) { () throws(EngramError) in
    guard let count = rows else { return nil }
    rows = nil
    return unsafe ArrowColumn(length: count, buffers: [nil], children: known.map { $0.rows(0, count) })
  }
}

@c @implementation
public func engram_table_arrow(
  _ table: Handle, _ stream: UnsafeMutablePointer<ArrowArrayStream>?, _ error: HandlePlace
) -> Int32 {
  unsafe call(error) { () throws(EngramError) in
    let place = try unsafe place(stream, "stream")
    try unsafe source(of: object(table, TableHandle.self)).fill(place)
  }
}
