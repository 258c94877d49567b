// TableChoices.swift -- `--type FIELD=TYPE` and `--delimiter`: what the cells of a table mean.

package import Transfer

/// What a column of a table is declared to hold.
package struct ColumnType: Sendable, Hashable {
  /// The field, or the column of the table.
  package let name: String
  /// What it holds.
  package let type: TableRules.DeclaredType
}

extension ValueType where Value == ColumnType {
  /// `FIELD=TYPE`; the last `=` parts the two.
  package static var columnType: Self {
    let words = TableRules.DeclaredType.allCases.map(\.rawValue).joined(separator: ", ")
    return Self("FIELD=TYPE") { (word: String) throws(ConversionFailure) in
      guard let equals = word.lastIndex(of: "="), equals > word.startIndex,
        let type = TableRules.DeclaredType(rawValue: String(word[word.index(after: equals)...]))
      else { throw ConversionFailure(expected: "FIELD=TYPE, the type being \(words)", found: word) }
      return ColumnType(name: String(word[..<equals]), type: type)
    }
  }
}

extension ValueType where Value == TableRules.Delimiter {
  /// The character itself, or `tab`.
  package static var delimiter: Self {
    Self("CHARACTER") { (word: String) throws(ConversionFailure) in
      guard let delimiter = TableRules.Delimiter(word: word) else {
        throw ConversionFailure(expected: "one of , ; tab |", found: word)
      }
      return delimiter
    }
  }
}

extension ValueType where Value == TableRules.Decimal {
  /// `.` or `,`.
  package static var decimalMark: Self {
    Self("MARK") { (word: String) throws(ConversionFailure) in
      guard let decimal = TableRules.Decimal(rawValue: word) else {
        throw ConversionFailure(expected: "one of . ,", found: word)
      }
      return decimal
    }
  }
}
