// MetadataField.swift -- a named, typed column of metadata.

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
