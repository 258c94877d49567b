// CatalogReader+KeptGroups.swift -- examples put into groups by columns that the connection keeps.

import Base
import SQLite
import TrajectoryModel

extension CatalogReader {
  /// All examples, put into groups by columns that are read once and kept with the connection.
  ///
  /// - Parameters:
  ///   - grouping: The columns; nothing was added to it, and where the answer is nil nothing is.
  ///   - end: Examples from this id on are left out.
  ///   - limits: How long it may take, and a way to stop it.
  /// - Returns: The groups; nil for few measurements, and where a column has too many different values.
  /// - Throws: `limit`, `cancelled`; `corrupt` for impossible measurements.
  func keptGroups(
    _ grouping: inout Grouping, before end: Int64, limits: QueryLimits
  ) throws(EngramError) -> [ExampleGroup]? {
    let known = Columns(fields: try fields()).ofTally(.observation).filter { $0 != Columns.layerSet }
    guard try rowCount(of: .run) >= Self.leastRows, grouping.runColumns.allSatisfy({ known.contains($0) }) else {
      return nil
    }
    let kept = try keptReads().columns
    let sandbox = Sandbox(.filter, seconds: limits.seconds, work: limits.work)
    let read = try connection.sandboxed(sandbox) { () throws(EngramError) -> [TallyColumn]? in
      try self.columns(grouping.runColumns + [Columns.layerSet], of: .observation, kept, in: sandbox)
    }
    let measurements = if let known = kept.measurements { known } else { try measurements(before: .max) }
    kept.measurements = measurements
    guard let read, let sets = read.last, sets.numbers.count == measurements.count else { return nil }
    let ofRuns =
      read.dropLast().isEmpty
      ? [TallyColumn(values: [.null], numbers: sets.numbers.map { _ in 0 })] : Array(read.dropLast())
    guard let (numbers, kinds) = TallyColumn.kinds(of: ofRuns, most: Self.mostKinds) else { return nil }
    let layerSets = sets.values.map { value in if case .integer(let id) = value { id } else { Int64(-1) } }
    grouping.setKeys(
      (numbers.first ?? []).indices.map { kind in
        zip(read.dropLast(), numbers).map { MetadataValue($0.values[Int($1[kind])]) }
      })
    for (place, examples) in measurements.enumerated() {
      if examples.lowerBound >= end { break }
      guard examples.lowerBound >= 0, examples.upperBound <= end else {
        throw corrupt(
          "an observation lies outside the examples of the commit",
          "table observation, first_example \(examples.lowerBound)", expected: "before \(end)",
          found: "\(examples.count) examples")
      }
      try grouping.add(
        examples, ordinals: nil, layerSet: layerSets[Int(sets.numbers[place])], key: Int32(kinds[place]))
    }
    return grouping.groups()
  }
}

extension MetadataValue {
  fileprivate init(_ value: TableValue) {
    self =
      switch value {
      case .null: .null
      case .integer(let number): .integer(number)
      case .real(let number): .real(number)
      case .text(let text): .text(text)
      case .constant(let text): .text(text.text)
      }
  }
}
