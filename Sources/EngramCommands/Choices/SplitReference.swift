// SplitReference.swift -- `NAME/INDEX`: one split of a split set.

/// One split of a split set.
package struct SplitReference: Sendable, Hashable {
  /// The name of the split set.
  package let name: String
  /// Which of its splits, from 0.
  package let index: Int
}

extension ValueType where Value == SplitReference {
  /// `NAME/INDEX`; the last `/` parts the two.
  package static var split: Self {
    Self("NAME/INDEX") { (word: String) throws(ConversionFailure) in
      guard let slash = word.lastIndex(of: "/"), slash > word.startIndex,
        let index = strictInteger(word[word.index(after: slash)...]), index >= 0
      else { throw ConversionFailure(expected: "a split set and the number of a split, such as fig2a/0", found: word) }
      return SplitReference(name: String(word[..<slash]), index: index)
    }
  }
}
