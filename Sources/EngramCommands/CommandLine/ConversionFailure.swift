// ConversionFailure.swift -- why a word of the command line is not a value of the wanted type.

/// Why a word of the command line is not a value of the wanted type; the parser makes the sentence.
package struct ConversionFailure: Error, Hashable {
  /// What a right word would have been, such as `a whole number of at least 1`.
  package var expected: String
  /// The word, or the part of it, that is wrong.
  package var found: String
  /// The word that was probably meant, if any is close.
  package var suggestion: String?

  /// Makes a failure.
  package init(expected: String, found: String, suggestion: String? = nil) {
    self.expected = expected
    self.found = found
    self.suggestion = suggestion
  }
}
