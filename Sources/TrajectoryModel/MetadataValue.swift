// MetadataValue.swift -- a value of a metadata field, such as a batch size or the name of an architecture.

/// One metadata value; null is a value like any other and equals itself.
///
/// Values are equal and ordered as in SQLite: null, then numbers by their exact value, then text by its UTF-8 bytes. The
/// integer 1 and the real number 1.0 are equal; two spellings of one accented letter, which Swift takes for one text, are
/// not.
public enum MetadataValue: Sendable {
  /// No value, as a seed of `None` in the published file.
  case null
  /// A whole number.
  case integer(Int64)
  /// A real number; never NaN.
  case real(Double)
  /// Text.
  case text(String)
}

extension MetadataValue {
  /// The word that says that a label is not known, in any case.
  public static let unknownLabel = "unknown"

  /// Whether a label says nothing: null, empty text, or `unknown` in any case.
  public var isUnlabelled: Bool {
    switch self {
    case .null: true
    case .integer, .real: false
    case .text(let text): text.isEmpty || text.utf8.count == 7 && text.lowercased() == Self.unknownLabel
    }
  }
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
