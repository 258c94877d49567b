// NpzWriter+Metadata.swift -- a column of metadata as an array that NumPy loads without pickle.

package import Base
package import TrajectoryModel

extension NpzWriter {
  /// Adds a column of metadata: whole numbers as int64, reals (and whole numbers with gaps) as float64, else text.
  ///
  /// NumPy has no missing value outside objects: in a column of numbers it becomes NaN, in one of texts an empty text. Whole
  /// numbers with gaps that float64 does not hold are text.
  ///
  /// - Returns: What a user should know, or nil.
  /// - Throws: What writing throws.
  package func add(_ name: String, metadata values: [MetadataValue]) throws(EngramError) -> String? {
    let hasText = values.contains { if case .text = $0 { true } else { false } }
    let isWhole = values.allSatisfy { if case .integer = $0 { true } else { false } }
    if isWhole, !values.isEmpty {
      try add(name, integers: values.map { if case .integer(let number) = $0 { number } else { 0 } })
      return nil
    }
    let inexact = values.first { if case .integer(let number) = $0 { Double(exactly: number) == nil } else { false } }
    if hasText || inexact != nil || values.allSatisfy({ $0 == .null }) {
      try add(name, texts: values.map { $0 == .null ? "" : $0.description })
    } else {
      try add(
        name,
        reals: values.map { value in
          switch value {
          case .integer(let number): Double(number)
          case .real(let number): number
          case .null, .text: .nan
          }
        })
    }
    return inexact.map {
      "the array \(name) is text, for it has gaps and whole numbers that float64 does not hold, such as \($0)"
    }
  }
}
