// NumberWords.swift -- numbers in the sentences of a report.

import Drawing

/// Numbers in sentences.
enum NumberWords {
  /// Three digits after the point.
  static func accuracy(_ value: Double) -> String { NumberText.fixed(value, 3) }

  /// The mean of some numbers; 0 of none.
  static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}
