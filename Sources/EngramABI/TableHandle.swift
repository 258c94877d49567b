// TableHandle.swift -- rows of values, column by column, in memory that C may look at.

import Base
import TrajectoryModel

/// The values of one column; of the three kinds of value only those have memory that occur.
final class TableColumn: @unchecked Sendable {
  // SAFETY of @unchecked: filled by one thread before anybody else sees it.
  let name: String
  let kinds = CNumbers<UInt8>(repeating: 0, count: 0)
  private(set) var integers: CNumbers<Int64>?
  private(set) var reals: CNumbers<Double>?
  private(set) var codes: CNumbers<Int32>?
  private(set) var texts: [String] = []
  private(set) var nullCount = 0
  /// The codes of texts; two spellings that Swift takes for one text are two.
  private var places: [MetadataValue: Int32] = [:]

  init(_ name: String) { self.name = name }

  /// A column of some rows of another, each so many times.
  init(_ other: TableColumn, rows: Range<Int>, times: Int) {
    name = other.name
    texts = other.texts
    if other.integers != nil { integers = CNumbers(repeating: 0, count: 0) }
    if other.reals != nil { reals = CNumbers(repeating: 0, count: 0) }
    if other.codes != nil { codes = CNumbers(repeating: 0, count: 0) }
    for row in rows {
      kinds.append(other.kinds[row], times: times)
      if other.kinds[row] == Kind.null.rawValue { nullCount += times }
      integers?.append(other.integers?[row] ?? 0, times: times)
      reals?.append(other.reals?[row] ?? 0, times: times)
      codes?.append(other.codes?[row] ?? -1, times: times)
    }
  }

  /// A column of texts, each so many times in a row, and all of them so many times.
  init(_ name: String, _ texts: [String], each: Int, times: Int) {
    self.name = name
    self.texts = texts
    let codes = CNumbers<Int32>(repeating: 0, count: 0)
    for _ in 0..<times { for code in texts.indices { codes.append(Int32(code), times: each) } }
    kinds.append(Kind.text.rawValue, times: codes.count)
    self.codes = codes
  }

  /// A column of numbers, all of them so many times.
  init(_ name: String, _ numbers: [Double], times: Int) {
    self.name = name
    let reals = CNumbers<Double>(repeating: 0, count: 0)
    for _ in 0..<times { reals.append(contentsOf: numbers) }
    kinds.append(Kind.real.rawValue, times: reals.count)
    self.reals = reals
  }

  /// The kinds of values in the numbers of `engram_kind`.
  enum Kind: UInt8 { case null, integer, real, text, mixed }

  /// Adds the value of the next row.
  func append(_ value: MetadataValue) {
    let row = kinds.count
    var (integer, real, code) = (Int64(0), 0.0, Int32(-1))
    switch value {
    case .null:
      nullCount += 1
      kinds.append(Kind.null.rawValue)
    case .integer(let number):
      integer = number
      if integers == nil { integers = CNumbers(repeating: 0, count: row) }
      kinds.append(Kind.integer.rawValue)
    case .real(let number):
      real = number
      if reals == nil { reals = CNumbers(repeating: 0, count: row) }
      kinds.append(Kind.real.rawValue)
    case .text(let text):
      if codes == nil { codes = CNumbers(repeating: -1, count: row) }
      if let known = places[value] {
        code = known
      } else {
        code = Int32(texts.count)
        places[value] = code
        texts.append(text)
      }
      kinds.append(Kind.text.rawValue)
    }
    integers?.append(integer)
    reals?.append(real)
    codes?.append(code)
  }

  /// The value of a row.
  func value(_ row: Int) -> MetadataValue {
    switch Kind(rawValue: kinds[row]) {
    case .integer?: .integer(integers?[row] ?? 0)
    case .real?: .real(reals?[row] ?? 0)
    case .text?: .text(texts[Int(codes?[row] ?? 0)])
    default: .null
    }
  }

  /// The kind of all values but nulls.
  var kind: Kind {
    switch (integers != nil, reals != nil, codes != nil) {
    case (false, false, false): .null
    case (true, false, false): .integer
    case (false, true, false): .real
    case (false, false, true): .text
    default: .mixed
    }
  }
}

/// A table, which is filled row by row and then never changed.
final class TableHandle: @unchecked Sendable {
  // SAFETY of @unchecked: filled by one thread before anybody else sees it.
  private(set) var columns: [TableColumn] = []
  private(set) var rowCount = 0
  private(set) var names = CTexts([])
  private(set) var texts: [CTexts] = []

  /// Names the columns.
  func begin(_ names: [String]) { columns = names.map { TableColumn($0) } }

  /// Adds a row.
  func append(_ values: some Collection<MetadataValue>) {
    for (column, value) in zip(columns, values) { column.append(value) }
    rowCount += 1
  }

  /// Ends the filling.
  func finish() -> TableHandle {
    names = CTexts(columns.map(\.name))
    texts = columns.map { CTexts($0.texts) }
    return self
  }
}
