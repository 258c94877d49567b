// MetadataValue.swift -- a value of a metadata field, such as a batch size or the name of an architecture.

/// One metadata value; null is a value like any other and equals itself.
public enum MetadataValue: Sendable, Hashable {
  /// No value, as a seed of `None` in the published file.
  case null
  /// A whole number.
  case integer(Int64)
  /// A real number; never NaN.
  case real(Double)
  /// Text.
  case text(String)
}

extension MetadataValue: CustomStringConvertible {
  /// The value as a person writes it; null is `NULL`.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .text(let value): value
    }
  }
}

extension MetadataValue: Comparable {
  /// Orders as SQLite does: null, then numbers by value, then text by its UTF-8 bytes.
  public static func < (left: MetadataValue, right: MetadataValue) -> Bool {
    switch (left, right) {
    case (.null, .null): false
    case (.null, _): true
    case (_, .null): false
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.text, _): false
    case (_, .text): true
    case (.integer(let a), .integer(let b)): a < b
    case (.integer(let a), .real(let b)): Double(a) < b
    case (.real(let a), .integer(let b)): a < Double(b)
    case (.real(let a), .real(let b)): a < b
    }
  }
}

/// The declared type of a metadata field, which is the type of its column in the catalog.
public enum MetadataType: String, Sendable, Hashable, CaseIterable {
  /// Whole numbers, `INTEGER` in SQL.
  case integer
  /// Real numbers, `REAL` in SQL.
  case real
  /// Text, `TEXT` in SQL.
  case text

  /// The narrowest type that holds all the values; nulls fit every type, and all-null is text.
  public init(narrowestFor values: some Sequence<MetadataValue>) {
    var type: MetadataType?
    for value in values {
      switch value {
      case .null: continue
      case .integer: if type == nil { type = .integer }
      case .real: if type != .text { type = .real }
      case .text: type = .text
      }
    }
    self = type ?? .text
  }

  /// Whether a value can stand in a field of this type without loss.
  public func accepts(_ value: MetadataValue) -> Bool {
    switch (self, value) {
    case (_, .null), (.integer, .integer), (.real, .real), (.text, .text): true
    case (.real, .integer(let number)): Int64(exactly: Double(number)) == number
    default: false
    }
  }
}
