// MetadataField.swift -- a named, typed column of metadata, and which names it may have.

public import Base

/// A named, typed column of metadata about runs, such as `architecture` or `batch_size`.
public struct MetadataField: Sendable, Hashable {
  /// The name, which is also the name of the SQL column: see ``isValidName(_:)``.
  public let name: String
  /// The type of its values.
  public let type: MetadataType

  /// Makes a field; check a name that a user gave with ``isValidName(_:)`` first.
  public init(name: String, type: MetadataType) {
    self.name = name
    self.type = type
  }

  /// Whether a name can be a field: a letter or `_`, then letters, digits or `_`, at most 63 bytes of ASCII.
  ///
  /// Names are lower case by convention and compared without case, as SQL compares them.
  public static func isValidName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, bytes.count <= 63 else { return false }
    func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 }
    return isLetter(first) && bytes.allSatisfy { isLetter($0) || (48...57).contains($0) }
  }

  /// Names that no field may have, in lower case: they are columns of an example already, or mean the row or a truth value in SQL.
  public static let reservedNames: Set<String> = [
    "example_id", "run_id", "observation_id", "first_example", "example_count", "layer_set_id", "layer_name",
    "layer_position", "layer_ordinal", "unit_fraction", "noise_sd", "observation_seed", "rowid", "oid", "_rowid_",
    // SQLite gives a column of a view another name where it is called so.
    "true", "false",
  ]

  /// Refuses a name that no field can have.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a name that is not valid or that is reserved.
  public static func check(name: String) throws(EngramError) {
    guard isValidName(name) else {
      throw EngramError(
        .invalidData, "this is no name for a metadata field", place: "field \(name)",
        expected: "a letter or _, then letters, digits or _, at most 63", found: "'\(name)'",
        mend: "give the field another name")
    }
    guard !reservedNames.contains(name.lowercased()) else {
      throw EngramError(
        .invalidData, "the name of a metadata field has another meaning already", place: "field \(name)",
        expected: "none of \(reservedNames.sorted().joined(separator: ", "))", found: "'\(name)'",
        mend: "give the field another name")
    }
  }

  /// The fields that every store has, in the order in which tables show them.
  public static let standard: [MetadataField] = [
    MetadataField(name: "task", type: .text),
    MetadataField(name: "architecture", type: .text),
    MetadataField(name: "learning_rule", type: .text),
    MetadataField(name: "batch_size", type: .integer),
    MetadataField(name: "model_seed", type: .integer),
    MetadataField(name: "dataset_seed", type: .integer),
  ]
}
