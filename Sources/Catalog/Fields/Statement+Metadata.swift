// Statement+Metadata.swift -- values of metadata as parameters and columns of statements.

import Base
import SQLite
import TrajectoryModel

extension Statement {
  /// Binds a metadata value into a column of a type that accepts it.
  func bind(_ index: Int32, _ value: MetadataValue, as type: MetadataType) throws(EngramError) {
    switch value {
    case .null: try bind(index, nil)
    case .integer(let number): if type == .real { try bind(index, Double(number)) } else { try bind(index, number) }
    case .real(let number): try bind(index, number)
    case .text(let text): try bind(index, text)
    }
  }

  /// The value of a column of the current row; bytes are refused.
  func value(_ column: Int32) throws(EngramError) -> MetadataValue {
    switch kind(column) {
    case .integer: return .integer(integer(column))
    case .real: return .real(real(column))
    case .text: return .text(text(column))
    case .null: return .null
    case .bytes:
      let name = columnName(Int(column))
      throw EngramError(
        isUserSQL ? .usage : .corrupt, "column '\(name)' holds bytes, which a table cannot show", file: path,
        mend: "select hex(\(name)) or length(\(name))")
    }
  }
}
