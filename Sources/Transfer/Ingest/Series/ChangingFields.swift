// ChangingFields.swift -- fields that change from epoch to epoch, so that each row of a table counts as a run of its own.

import Base
import TrajectoryModel

/// Fields that change from epoch to epoch, such as the time of a row or a remark on it.
///
/// Without such a field, several rows of one epoch each would be one trajectory.
struct ChangingFields {
  /// A sentence for each.
  private(set) var warnings: [Mend] = []

  /// Looks at every field.
  ///
  /// - Parameters:
  ///   - series: The table.
  ///   - rowsOf: The rows of each example, none for those that are another one.
  ///   - runFields: The fields that a user says tell runs apart.
  init(_ series: SeriesReader, _ rowsOf: [[Int32]], runFields: [String]?) {
    let examples = rowsOf.indices.filter { !rowsOf[$0].isEmpty }
    guard runFields == nil, examples.contains(where: { rowsOf[$0].count == 1 }) else { return }
    for field in series.shape.fields.indices {
      var groups: [[UInt8]: [Int]] = [:]
      for example in examples {
        var key: [UInt8] = []
        for (place, cell) in series.examples[example].enumerated() where place != field {
          key += cell.plainText.utf8
          key.append(0)
        }
        groups[key, default: []].append(example)
      }
      let several = groups.values.filter { $0.count > 1 }
      guard several.reduce(0, { $0 + $1.count }) * 2 > examples.count, several.allSatisfy({ isOne($0, series, rowsOf) })
      else { continue }
      let name = series.header[series.shape.fields[field]]
      warnings.append(
        """
        '\(name)' changes from epoch to epoch and counts as a field of runs, which makes \(examples.count) examples of \
        \(groups.count); if it does not tell runs apart, leave the column out
        """)
    }
  }

  /// Whether examples of one row each are the epochs of one trajectory.
  private func isOne(_ examples: [Int], _ series: SeriesReader, _ rowsOf: [[Int32]]) -> Bool {
    guard examples.allSatisfy({ rowsOf[$0].count == 1 }) else { return false }
    return Set(examples.map { series.epochOfRow[Int(rowsOf[$0][0])] }).count == examples.count
  }
}
