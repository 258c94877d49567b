// SplitReference.swift -- `NAME/INDEX` or `NAME/GROUP`: one split of a split set.

/// One split of a split set.
package struct SplitReference: Sendable, Hashable {
  /// The name of the split set.
  package let name: String
  /// Which of its splits: a number from 0, or a name such as `architecture=alexnet`.
  package let key: String

  /// Makes a reference.
  package init(name: String, key: String) {
    self.name = name
    self.key = key
  }
}

extension ValueType where Value == SplitReference {
  /// `NAME/INDEX` or `NAME/GROUP`; the first `/` parts the two, for the name of a split set has none.
  package static var split: Self {
    Self("NAME/INDEX") { (word: String) throws(ConversionFailure) in
      guard let slash = word.firstIndex(of: "/"), slash > word.startIndex, word.index(after: slash) < word.endIndex
      else { throw ConversionFailure(expected: "a split set and the number of a split, such as fig2a/0", found: word) }
      return SplitReference(name: String(word[..<slash]), key: String(word[word.index(after: slash)...]))
    }
  }
}
