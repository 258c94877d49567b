// TallyRows.swift -- combinations of values with how many rows have each.

import SQLite
import TrajectoryModel

/// The rows of a tally.
struct TallyRows {
  let names: [String]
  let columns: [TallyColumn]
  let counts: [Int64]

  /// Rows of measurements as rows of examples: each measurement has the layers of its layer set.
  ///
  /// - Parameters:
  ///   - sets: The layers of each layer set, in the order of ``Columns/ofLayer``.
  ///   - layers: The columns of layers that are wanted.
  ///   - most: Rows that there may be.
  /// - Returns: nil where there are more.
  func multiplied(by sets: [Int64: [[MetadataValue]]], _ layers: [String], most: Int) -> TallyRows? {
    guard let place = names.firstIndex(of: Columns.layerSet) else { return nil }
    let picked = layers.compactMap { Columns.ofLayer.firstIndex(of: $0) }
    var columns = columns.map { TallyColumn(values: $0.values) } + picked.map { _ in TallyColumn() }
    var known = picked.map { _ in [MetadataValue: UInt16]() }
    var counts: [Int64] = []
    for row in self.counts.indices {
      let set = self.columns[place].values[Int(self.columns[place].numbers[row])]
      guard case .integer(let id) = set, let members = sets[id] else { continue }
      // Where no column of layers is wanted, one row stands for all layers.
      for member in picked.isEmpty ? Array(members.prefix(1)) : members {
        for column in self.columns.indices { columns[column].numbers.append(self.columns[column].numbers[row]) }
        for (index, of) in picked.enumerated() {
          let column = self.columns.count + index
          let value = member[of]
          let number = known[index][value] ?? UInt16(clamping: columns[column].values.count)
          if known[index][value] == nil {
            guard number < UInt16.max else { return nil }
            known[index][value] = number
            columns[column].values.append(TableValue(value))
          }
          columns[column].numbers.append(number)
        }
        counts.append(self.counts[row] * (picked.isEmpty ? Int64(members.count) : 1))
      }
      if counts.count > most { return nil }
    }
    return TallyRows(names: names + layers, columns: columns, counts: counts)
  }
}

extension TableValue {
  fileprivate init(_ value: MetadataValue) {
    self =
      switch value {
      case .null: .null
      case .integer(let number): .integer(number)
      case .real(let number): .real(number)
      case .text(let text): .text(text)
      }
  }
}
