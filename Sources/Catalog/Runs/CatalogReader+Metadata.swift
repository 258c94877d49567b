// CatalogReader+Metadata.swift -- the metadata of given examples, as a table in order of example.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// Columns of the `example` view for given examples, one call for each, in ascending order.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - names: The columns, in any case.
  ///   - body: Receives the id and the values, in the order of `names`.
  /// - Throws: Code `usage` for a column that is not there, `notFound` for an example that is not, and what `body` throws.
  /// - Complexity: One step per example, one row of SQL per observation touched; examples between are skipped.
  package func metadata(
    of examples: ExampleSet, columns names: [String],
    _ body: (_ example: Int64, _ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    let columns = Columns(fields: try fields())
    let exampleEnd = try self.exampleEnd()
    guard let last = examples.ranges.last, let first = examples.ranges.first else { return }
    if first.lowerBound < 0 || last.upperBound > exampleEnd {
      throw EngramError(
        .notFound, "there is no example \(first.lowerBound < 0 ? first.lowerBound : last.upperBound - 1)",
        file: connection.path, expected: "example ids below \(exampleEnd)")
    }
    var sources: [ColumnSource] = []
    var runColumns: [String] = []
    for name in names {
      guard let column = Columns.find(name, in: columns.ofExampleView) else {
        throw columns.unknown(name, file: connection.path)
      }
      if column == "example_id" {
        sources.append(.example)
      } else if let index = Columns.ofLayer.firstIndex(of: column) {
        sources.append(.layer(index))
      } else {
        sources.append(.run)
        runColumns.append(column)
      }
    }
    let layers = try layerSets()
    let rows = try connection.prepare(
      "SELECT observation_id, example_count, layer_set_id" + runColumns.map { ", " + Columns.quoted($0) }.joined()
        + " FROM run_observation WHERE observation_id >= ?1 ORDER BY observation_id")
    var values = [MetadataValue](repeating: .null, count: names.count)
    var observation: Range<Int64> = 0..<0
    var members: [[MetadataValue]] = []
    for range in examples.ranges {
      for id in range {
        if id >= observation.upperBound {
          (observation, members) = try seek(id, from: observation, rows, layers)
          var column: Int32 = 3
          for (place, source) in sources.enumerated() {
            guard case .run = source else { continue }
            values[place] = try rows.value(column)
            column += 1
          }
        }
        let ordinal = Int(id - observation.lowerBound)
        for (place, source) in sources.enumerated() {
          switch source {
          case .run: continue
          case .example: values[place] = .integer(id)
          case .layer(let index): values[place] = members[ordinal][index]
          }
        }
        try body(id, values)
      }
    }
  }

  private enum ColumnSource { case run, example, layer(Int) }

  /// Observations to step over before looking the next one up: about where the two cost the same.
  private static let stepsBeforeLookup: Int64 = 16

  /// Goes to the observation that holds an example, by stepping when it is near and by looking it up otherwise.
  private func seek(
    _ id: Int64, from current: Range<Int64>, _ rows: Statement, _ layers: [Int64: [[MetadataValue]]]
  ) throws(EngramError) -> (Range<Int64>, [[MetadataValue]]) {
    let isNear = !current.isEmpty && id - current.upperBound < Self.stepsBeforeLookup * Int64(current.count)
    if !isNear {
      let start = try statement(
        "SELECT first_example FROM observation WHERE first_example <= ?1 ORDER BY first_example DESC LIMIT 1")
      defer { start.reset() }
      try start.bind(1, id)
      guard try start.step() else {
        throw corrupt("no observation holds an example", "table observation", expected: "example \(id)")
      }
      rows.reset()
      try rows.bind(1, start.integer(0))
    }
    while try rows.step() {
      let (first, count) = (rows.integer(0), rows.integer(1))
      guard first >= 0, first <= id, count > 0, !first.addingReportingOverflow(count).overflow else { break }
      if id >= first + count { continue }
      guard let members = layers[rows.integer(2)], members.count == count else {
        throw corrupt("an observation differs from its layer set", "table observation, first_example \(first)")
      }
      return (first..<(first + count), members)
    }
    throw corrupt("no observation holds an example", "table observation", expected: "example \(id)")
  }
}
