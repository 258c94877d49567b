// CatalogWriter+Fields.swift -- adding fields, which become columns.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// SQL that adds a run.
  static func insertRunSQL(_ fields: [MetadataField]) -> String {
    let names = fields.map { ", " + Columns.quoted($0.name) }.joined()
    let places = fields.indices.map { ", ?\($0 + 2)" }.joined()
    return "INSERT INTO run (run_id\(names)) VALUES (?1\(places))"
  }

  /// Adds fields: columns of `run`, and of both views, that are NULL for every run so far.
  ///
  /// - Throws: Code `invalidData` for a name that cannot be a field, `exists` when there is one of that name in any case,
  ///   `limit` when there are too many.
  /// - Complexity: O(1) in the number of runs; the views are made once for all of them.
  package func addFields(_ fields: [MetadataField]) throws(EngramError) {
    if fields.isEmpty { return }
    var known = Dictionary(knownFields.map { ($0.name.lowercased(), $0.name) }, uniquingKeysWith: { first, _ in first })
    for field in fields {
      do throws(EngramError) {
        try MetadataField.check(name: field.name)
      } catch {
        throw error.inFile(connection.path)
      }
      if let other = known.updateValue(field.name, forKey: field.name.lowercased()) {
        throw EngramError(
          .exists, "there is a field '\(other)' already", file: connection.path, found: "'\(field.name)'",
          mend: "use it, or choose another name; case makes no difference")
      }
    }
    // SQLite allows 2,000 columns in a table; tables that wide are a mistake in the input.
    if knownFields.count + fields.count > 1_000 {
      throw EngramError(
        .limit, "there are too many fields", file: connection.path, expected: "at most 1000",
        found: "\(knownFields.count + fields.count)")
    }
    let row = try statement("INSERT INTO field (ordinal, name, type, commit_id) VALUES (?1, ?2, ?3, ?4)")
    for (index, field) in fields.enumerated() {
      try row.bind(1, Int64(knownFields.count + index))
      try row.bind(2, field.name)
      try row.bind(3, field.type.rawValue)
      try row.bind(4, commitID)
      try row.run()
    }
    knownFields += fields
    let columns = Columns(fields: knownFields)
    try connection.execute(
      """
      \(Columns.dropViews)
      \(fields.map(Columns.addColumn).joined(separator: "\n"))
      \(columns.runViewSQL);
      \(columns.exampleViewSQL);
      """)
    insertRun = try connection.cached(Self.insertRunSQL(knownFields))
  }

  /// Declares which fields tell runs apart, in place of those that were declared before.
  ///
  /// - Throws: Code `notFound` when there is no such field.
  package func setRunKey(_ names: [String]) throws(EngramError) {
    try connection.execute("DELETE FROM run_key")
    let row = try statement("INSERT INTO run_key (place, ordinal) VALUES (?1, ?2)")
    for (place, name) in names.enumerated() {
      guard let ordinal = knownFields.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
        throw EngramError(
          .notFound, "there is no field '\(name)' to tell runs apart", file: connection.path,
          expected: "one of \(knownFields.map(\.name).joined(separator: ", "))", found: name)
      }
      try row.bind(1, Int64(place))
      try row.bind(2, Int64(ordinal))
      try row.run()
    }
  }
}
