// CatalogReader+Fields.swift -- the fields of runs, and the columns of the views.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogReader {
  /// The fields of `run`: the standard ones, then the user's in order of adding.
  package func fields() throws(EngramError) -> [MetadataField] {
    let rows = try statement("SELECT name, type FROM field ORDER BY ordinal")
    defer { rows.reset() }
    var fields: [MetadataField] = []
    while try rows.step() {
      let name = rows.text(0)
      guard let type = MetadataType(rawValue: rows.text(1)), MetadataField.isValidName(name) else {
        throw corrupt("a field has no valid name and type", "table field, row \(fields.count)", found: "'\(name)'")
      }
      fields.append(MetadataField(name: name, type: type))
    }
    return fields
  }

  /// Some of the fields of `run`, by name in any case; nil for all.
  ///
  /// - Throws: Code `usage` when there is no such field, with those there are.
  package func fields(named names: [String]?) throws(EngramError) -> [MetadataField] {
    let known = try fields()
    guard let names else { return known }
    var found: [MetadataField] = []
    for name in names {
      guard let field = known.first(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw EngramError(
          .usage, "runs have no field '\(name)'", file: path,
          expected: "one of \(known.map(\.name).joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: known.map(\.name)).map { "did you mean '\($0)'?" })
      }
      found.append(field)
    }
    return found
  }

  /// The fields that tell runs apart, in the order in which they were named; nil where all do.
  package func runKey() throws(EngramError) -> [String]? {
    let rows = try statement("SELECT name FROM run_key JOIN field USING (ordinal) ORDER BY place")
    defer { rows.reset() }
    var names: [String] = []
    while try rows.step() { names.append(rows.text(0)) }
    return names.isEmpty ? nil : names
  }

  /// What all runs have in some fields, hidden ones too, by the number of the run.
  ///
  /// - Complexity: O(runs).
  package func runValues(_ fields: [MetadataField]) throws(EngramError) -> [(run: Int64, values: [MetadataValue])] {
    let columns = fields.map { Columns.quoted($0.name) }.joined(separator: ", ")
    let rows = try connection.prepare("SELECT run_id, \(columns) FROM main.run ORDER BY run_id")
    var runs: [(run: Int64, values: [MetadataValue])] = []
    while try rows.step() {
      var values: [MetadataValue] = []
      for column in fields.indices { values.append(try rows.value(Int32(column + 1))) }
      runs.append((rows.integer(0), values))
    }
    return runs
  }

  /// The runs that have some values in some fields, hidden ones too, ascending; no value equals no value.
  ///
  /// - Complexity: O(runs).
  package func runs(having values: [(field: String, value: MetadataValue)]) throws(EngramError) -> [Int64] {
    // One comparison of rows, for SQLite limits how deep a chain of many may be.
    let columns = values.map { Columns.quoted($0.field) }.joined(separator: ", ")
    let places = values.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
    let condition = values.isEmpty ? "" : " WHERE (\(columns)) IS (\(places))"
    let rows = try connection.prepare("SELECT run_id FROM main.run\(condition) ORDER BY run_id")
    for (index, value) in values.map(\.value).enumerated() { try rows.bind(Int32(index + 1), value, as: .text) }
    var ids: [Int64] = []
    while try rows.step() { ids.append(rows.integer(0)) }
    return ids
  }

  /// Every column of the `example` view, in its order.
  package func exampleColumns() throws(EngramError) -> [String] { Columns(fields: try fields()).ofExampleView }
}
