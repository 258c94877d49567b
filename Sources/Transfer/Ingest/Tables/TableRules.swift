// TableRules.swift -- what the cells of a user's tables mean, where the usual guesses are wrong.

import Formats

/// What the cells of a user's tables mean, where the usual guesses are wrong.
///
/// ```swift
/// var rules = TableRules()
/// rules.types["age"] = .real        // a cell that is no number is refused with its row
/// rules.missing = ["-99", "?"]      // beside the usual words
/// rules.decimal = .comma            // 0,01 is a hundredth
/// ```
public struct TableRules: Sendable, Hashable {
  /// What a column is declared to hold.
  public enum DeclaredType: String, Sendable, Hashable, CaseIterable {
    /// Whole numbers of 64 bits.
    case integer
    /// Numbers.
    case real
    /// Text, whatever it looks like.
    case text
    /// Truth values, stored as 1 and 0: true, false, yes, no, 1, 0.
    case boolean
  }

  /// What parts the whole of a number from its fraction.
  public enum Decimal: String, Sendable, Hashable, CaseIterable {
    /// `0.01`.
    case point = "."
    /// `0,01`, as German and French spreadsheets write it.
    case comma = ","
  }

  /// The types of columns, by the name of the field or that of the column in the file.
  public var types: [String: DeclaredType]
  /// Names among ``types`` that need not be there: the fields of a store, which a table may lack.
  var optionalTypes: Set<String> = []
  /// Names of fields of runs in lower case, which name no layers whatever they are called; nil where no column names layers.
  var fieldsOfRuns: Set<String>?
  /// Words that stand for no value, beside ``usualMissing``; they count in quotes, too.
  ///
  /// `-99` is also `-99.0`, as a column with gaps has it.
  public var missing: [String]
  /// What parts the whole of a number from its fraction.
  public var decimal: Decimal
  /// What parts the fields of a row, or nil for what the header has most of.
  public var delimiter: Delimiter?

  /// What parts the fields of a row.
  public enum Delimiter: String, Sendable, Hashable, CaseIterable {
    /// A comma.
    case comma = ","
    /// A semicolon.
    case semicolon = ";"
    /// A tab.
    case tab = "\t"
    /// A vertical bar.
    case bar = "|"

    /// The byte.
    package var byte: UInt8 { rawValue.utf8.first ?? UInt8(ascii: ",") }

    /// The delimiter that a person means: the character itself, or `tab`.
    public init?(word: String) {
      switch word {
      case "tab", "\\t": self = .tab
      default: self.init(rawValue: word)
      }
    }
  }

  /// Words that stand for no value unless they are in quotes: those of pandas, which hold the `n/a` of BIDS.
  public static let usualMissing = TextTable.missingWords

  /// The words that stand for no value, whole numbers also as columns with gaps have them: `-99` and `-99.0`.
  var missingSpellings: [String] {
    missing.flatMap { (word) -> [String] in
      if Int64(word) != nil { return [word, word + ".0", word + decimal.rawValue + "0"] }
      let whole = String(word.dropLast(2))
      let isWhole = [".0", decimal.rawValue + "0"].contains(where: word.hasSuffix) && Int64(whole) != nil
      return isWhole ? [word, whole] : [word]
    }
  }

  /// Makes rules; by default everything is guessed.
  public init(
    types: [String: DeclaredType] = [:], missing: [String] = [], decimal: Decimal = .point, delimiter: Delimiter? = nil
  ) {
    self.types = types
    self.missing = missing
    self.decimal = decimal
    self.delimiter = delimiter
  }

  /// Declares what a column holds, which must be there.
  public mutating func declare(_ name: String, _ type: DeclaredType) {
    types[name] = type
    optionalTypes.remove(name)
  }
}
