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
      let groups = Self.groups(of: examples, in: series, but: [field])
      let several = groups.filter { $0.count > 1 }
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

  /// Fields of the store behind the epoch that change along the epochs of a run: they are statistics here.
  ///
  /// - Parameters:
  ///   - names: The fields of the store, in lower case.
  ///   - series: The table, read with all of them as fields.
  ///   - rowsOf: The rows of each example, none for those that are another one.
  /// - Returns: Their names in lower case.
  static func ofStore(_ names: Set<String>, _ series: SeriesReader, _ rowsOf: [[Int32]]) -> Set<String> {
    guard !names.isEmpty, let epoch = series.shape.epoch else { return [] }
    let fields = series.shape.fields
    let late = fields.indices.filter { fields[$0] > epoch && names.contains(series.header[fields[$0]].lowercased()) }
    if late.isEmpty { return [] }
    let groups = groups(of: rowsOf.indices.filter { !rowsOf[$0].isEmpty }, in: series, but: Set(late))
    // Examples that no epoch has twice are one trajectory.
    let torn = groups.filter { group in
      let epochs = group.flatMap { rowsOf[$0].map { series.epochOfRow[Int($0)] } }
      return group.count > 1 && Set(epochs).count == epochs.count
    }
    let changing = late.filter { place in
      torn.contains { group in Set(group.map { series.examples[$0][place].plainText }).count > 1 }
    }
    return Set(changing.map { series.header[fields[$0]].lowercased() })
  }

  /// What is said of fields of the store that are statistics here.
  static func note(_ names: Set<String>) -> String {
    "the store has fields of these names, which change from epoch to epoch here and are statistics: "
      + names.sorted().joined(separator: ", ")
  }

  /// Examples that agree in all fields but some, by their places among the fields.
  private static func groups(of examples: [Int], in series: SeriesReader, but fields: Set<Int>) -> [[Int]] {
    var groups: [[UInt8]: [Int]] = [:]
    for example in examples {
      var key: [UInt8] = []
      for (place, cell) in series.examples[example].enumerated() where !fields.contains(place) {
        key += cell.plainText.utf8
        key.append(0)
      }
      groups[key, default: []].append(example)
    }
    return Array(groups.values)
  }

  /// A value of a trajectory.
  private struct Place: Hashable {
    let epoch: Double
    let statistic: Int
  }

  /// Whether examples of one epoch each are one trajectory: they have several epochs, and no value twice.
  private func isOne(_ examples: [Int], _ series: SeriesReader, _ rowsOf: [[Int32]]) -> Bool {
    var (epochs, places): (Set<Double>, Set<Place>) = ([], [])
    for example in examples {
      guard rowsOf[example].count == 1 else { return false }
      let row = Int(rowsOf[example][0])
      let epoch = series.epochOfRow[row]
      epochs.insert(epoch)
      for statistic in series.statistics.indices where series.rows[row, statistic] != nil {
        guard places.insert(Place(epoch: epoch, statistic: statistic)).inserted else { return false }
      }
    }
    return epochs.count > 1
  }
}
