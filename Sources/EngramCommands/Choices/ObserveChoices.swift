// ObserveChoices.swift -- words of `engram observe`: arrays by layer, positions, values of fields, seeds.

import Base
package import TrajectoryModel
import Transfer

/// Where in its network a layer sits, as the user said it.
package struct LayerPlacement: Sendable, Hashable {
  /// The layer.
  package let layer: String
  /// Its position.
  package let position: LayerPosition
}

/// A field and the text of its value.
package struct FieldText: Sendable, Hashable {
  /// The field.
  package let field: String
  /// The value as it is written.
  package let text: String
}

extension ValueType where Value == ObserveRequest.Source {
  /// `FILE` or `LAYER=FILE`; an `=` behind a slash belongs to the file, unless what stands behind it is the file.
  static var observed: Self {
    Self("[LAYER=]FILE", completion: .file) { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let isLayer = parts.count == 2 && (!parts[0].contains("/") || (!isThere(word) && isThere(parts[1])))
      guard isLayer else {
        guard !word.isEmpty else { throw ConversionFailure(expected: "a file, or LAYER=FILE", found: "empty text") }
        return ObserveRequest.Source(word)
      }
      guard parts.allSatisfy({ !$0.isEmpty }) else {
        throw ConversionFailure(expected: "a file, or LAYER=FILE, such as v1=v1.npy", found: word)
      }
      return ObserveRequest.Source(parts[1], layer: parts[0])
    }
  }

  /// Whether a word names a file, files by a pattern, or an array in an archive, that is there.
  private static func isThere(_ word: String) -> Bool {
    ObserveRequest.Source(word).isThere
  }
}

extension ValueType where Value == LayerPlacement {
  /// `LAYER=early|middle|deep`.
  package static var layerPosition: Self {
    Self("LAYER=POSITION") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, let position = LayerPosition(rawValue: parts[1]) else {
        throw ConversionFailure(expected: "LAYER=early, LAYER=middle or LAYER=deep", found: word)
      }
      return LayerPlacement(layer: parts[0], position: position)
    }
  }
}

extension ValueType where Value == FieldText {
  /// `FIELD=VALUE`, whose value is read as in a table of metadata.
  package static var fieldValue: Self {
    Self("FIELD=VALUE") { (word: String) throws(ConversionFailure) in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, MetadataField.isValidName(parts[0]) else {
        throw ConversionFailure(expected: "FIELD=VALUE, such as animal=m1", found: word)
      }
      return FieldText(field: parts[0], text: parts[1])
    }
  }
}

extension ValueType where Value == [UInt32] {
  /// `0:4`, which is 0, 1, 2, 3 and 4, or `0,7`.
  package static var seeds: Self {
    Self("SEEDS") { (word: String) throws(ConversionFailure) in
      /// As many observations as one would ever make of a run.
      let most: UInt32 = 10_000
      let failure = ConversionFailure(
        expected: "FIRST:LAST with both ends, or a list such as 0,7, of whole numbers from 0 to \(UInt32.max)",
        found: word)
      let bounds = word.split(separator: ":", omittingEmptySubsequences: false)
      if bounds.count == 2 {
        guard let first = seed(bounds[0]), let last = seed(bounds[1]), first <= last, last - first < most else {
          throw failure
        }
        return Array(first...last)
      }
      var seeds: [UInt32] = []
      for part in word.split(separator: ",", omittingEmptySubsequences: false) {
        guard let number = seed(part) else { throw failure }
        seeds.append(number)
      }
      return seeds
    }
  }

  private static func seed(_ word: some StringProtocol) -> UInt32? {
    strictInteger(word).flatMap { UInt32(exactly: $0) }
  }
}
