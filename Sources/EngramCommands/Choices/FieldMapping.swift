// FieldMapping.swift -- `--map field=name`: where ingest finds a field.

import TrajectoryModel

/// Which name of an input file holds a field of the store.
package struct FieldMapping: Sendable, Hashable {
  /// The field of the store.
  package let field: String
  /// The name in the file.
  package let name: String
}

extension ValueType where Value == FieldMapping {
  /// `FIELD=NAME`; only the first `=` parts the two.
  package static var mapping: Self {
    Self("FIELD=NAME") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, MetadataField.isValidName(parts[0]), !parts[1].isEmpty else {
        throw ConversionFailure(expected: "FIELD=NAME, such as learning_rule=optimizer", found: word)
      }
      return FieldMapping(field: parts[0], name: parts[1])
    }
  }
}

extension ValueType where Value == String {
  /// The name of a metadata field.
  package static var field: Self {
    Self("FIELD") { (word: String) throws(ConversionFailure) in
      guard MetadataField.isValidName(word) else {
        throw ConversionFailure(expected: "the name of a field: letters, digits and _, no digit first", found: word)
      }
      return word
    }
  }
}
