// SplitsReference.swift -- `NAME` or `NAME/INDEX`: a split set, or one split of it.

/// A split set, or one split of it.
package struct SplitsReference: Sendable, Hashable {
  /// The name of the split set.
  package let name: String
  /// Which of its splits: a number from 0, or a name; nil means all.
  package let key: String?
}

extension ValueType where Value == SplitsReference {
  /// `NAME`, `NAME/INDEX` or `NAME/GROUP`; the first `/` parts the two, for the name of a split set has none.
  package static var splits: Self {
    Self("NAME[/INDEX]") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard !parts.contains(where: \.isEmpty), !parts.isEmpty else {
        throw ConversionFailure(expected: "a split set such as fig2a, or one split of it, such as fig2a/0", found: word)
      }
      return SplitsReference(name: parts[0], key: parts.count == 2 ? parts[1] : nil)
    }
  }
}

extension ValueType where Value == String {
  /// The name of a split set, without a split of it.
  package static func splitSet(_ placeholder: String = "NAME") -> Self {
    let text = Self.text(placeholder)
    return Self(placeholder) { (word: String) throws(ConversionFailure) in
      if word.contains("/") {
        throw ConversionFailure(
          expected: "a split set such as fig2a, without a split of it; `engram split audit` takes one as --index",
          found: word)
      }
      return try text.convert(word)
    }
  }
}
