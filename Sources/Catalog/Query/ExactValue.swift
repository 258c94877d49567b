// ExactValue.swift -- a metadata value as a key of a dictionary, with SQLite's idea of equality.

import TrajectoryModel

/// A metadata value as a key, with SQLite's idea of equality: texts are equal when their bytes are.
///
/// Swift's own takes two ways of writing an accented letter for one text, which would join groups that SQL keeps apart.
struct ExactValue: Hashable {
  let value: MetadataValue

  static func == (left: ExactValue, right: ExactValue) -> Bool {
    guard left.value == right.value else { return false }
    guard case .text(let a) = left.value, case .text(let b) = right.value else { return true }
    return a.utf8.elementsEqual(b.utf8)
  }

  func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}
