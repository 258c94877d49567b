// MetadataType.swift -- the declared type of a metadata field.

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
