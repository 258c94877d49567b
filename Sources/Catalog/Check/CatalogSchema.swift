// CatalogSchema.swift -- the schema that a catalog must have, text for text.

import Base
import SQLite
import TrajectoryModel

/// The schema that a catalog of one version must have.
///
/// A catalog may come from anyone, and a view, a generated column or a CHECK in it is SQL that runs when the catalog is
/// read. So nothing is read of a catalog before its tables, views and indexes are those of schema/catalog.sql, text for
/// text, with the columns of its fields.
struct CatalogSchema: Sendable {
  /// The schema of the catalogs that this program writes.
  static let current = CatalogSchema(of: PackageResources.catalog_sql)
  /// The schema of version 1, which is only read to be brought over.
  static let version1 = CatalogSchema(of: PackageResources.catalog_1_sql)

  /// The texts of the script that make an object, by its type and name: `table run`.
  let objects: [String: String]

  private init(of script: [UInt8]) {
    var objects: [String: String] = [:]
    for text in Self.statements(of: script) where text.hasPrefix("CREATE ") {
      let words = text.split(maxSplits: 3, whereSeparator: \.isWhitespace)
      if words.count == 4 { objects["\(words[1].lowercased()) \(words[2])"] = text }
    }
    self.objects = objects
  }

  /// The names of the tables.
  var tables: [String] { objects.keys.filter { $0.hasPrefix("table ") }.map { String($0.dropFirst(6)) }.sorted() }

  /// The objects that grow with the fields.
  private static let (runTable, runView, exampleView) = ("table run", "view run_observation", "view example")

  /// The statements of a script, without the comments before each and without the semicolon after it.
  private static func statements(of script: [UInt8]) -> [String] {
    let (newline, quote, dash, semicolon) = (
      UInt8(ascii: "\n"), UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: ";")
    )
    var statements: [String] = []
    var start: Int?
    var place = 0
    while place < script.count {
      let byte = script[place]
      if byte == dash, place + 1 < script.count, script[place + 1] == dash {
        place = script[place...].firstIndex(of: newline) ?? script.count
        continue
      }
      if byte == semicolon, let begin = start {
        statements.append(String(decoding: script[begin..<place], as: UTF8.self))
        start = nil
      } else if start == nil, byte > UInt8(ascii: " ") {
        start = place
      }
      // A text ends at the next quote; a doubled quote inside it only begins another text.
      if byte == quote { place = script[(place + 1)...].firstIndex(of: quote) ?? script.count }
      place += 1
    }
    return statements
  }

  /// Refuses a catalog whose schema is another one; nothing else of it has been read then.
  ///
  /// - Throws: Code `corrupt`, which names the object.
  /// - Complexity: O(length of the schema).
  func require(_ connection: Connection) throws(EngramError) {
    // One transaction, since another process may be adding a field.
    try connection.cached("BEGIN").run()
    let reader = CatalogReader(connection)
    defer {
      reader.end()
      try? connection.cached("ROLLBACK").run()
    }
    if let problem = try problems(in: reader).first { throw problem }
  }

  /// The text of `run` with a column for each field of the user's, as SQLite writes it when columns are added.
  private func runTableSQL(_ fields: [MetadataField]) -> String {
    let end = ") STRICT"
    let columns = fields.dropFirst(MetadataField.standard.count).map { field in
      ", \(Columns.quoted(field.name)) \(field.type.rawValue.uppercased())"
    }
    return (objects[Self.runTable] ?? "").dropLast(end.count) + columns.joined() + end
  }

  /// The words of a statement; blanks between them make no difference.
  private static func words(_ sql: String) -> [Substring] { sql.split(whereSeparator: \.isWhitespace) }

  /// Says what is wrong with the schema of a snapshot.
  fileprivate func problems(in reader: CatalogReader) throws(EngramError) -> [EngramError] {
    var problems: [EngramError] = []
    var missing = objects
    var growing: [String: String] = [:]
    let rows = try reader.statement(
      "SELECT type || ' ' || name, sql, type = 'index' AND name LIKE 'sqlite_autoindex_%' FROM main.sqlite_schema ORDER BY 1"
    )
    defer { rows.reset() }
    while problems.isEmpty, try rows.step() {
      // Indexes that a constraint makes have no text of their own.
      if rows.isNull(1) && rows.integer(2) == 1 { continue }
      let (name, text) = (rows.text(0), rows.text(1))
      let expected = missing.removeValue(forKey: name)
      if [Self.runTable, Self.runView, Self.exampleView].contains(name) {
        growing[name] = text
      } else if expected != text {
        problems.append(reader.corrupt("an object of the schema is not as it must be", name))
      }
    }
    if problems.isEmpty, let name = missing.keys.sorted().first {
      problems.append(reader.corrupt("an object of the schema is missing", name))
    }
    // The fields are read only once it is certain that they are a table.
    if !problems.isEmpty { return problems }
    let fields = try reader.fields()
    if Array(fields.prefix(MetadataField.standard.count)) != MetadataField.standard {
      return [reader.corrupt("the standard fields are not as they must be", "table field, row 0")]
    }
    let columns = Columns(fields: fields)
    for (name, text) in [
      (Self.runTable, runTableSQL(fields)), (Self.runView, columns.runViewSQL),
      (Self.exampleView, columns.exampleViewSQL),
    ] where Self.words(growing[name] ?? "") != Self.words(text) {
      problems.append(reader.corrupt("an object of the schema is not as it must be", name))
    }
    return problems
  }
}

extension CatalogReader {
  /// What is wrong with the schema; empty when it is that of schema/catalog.sql with the columns of the fields.
  func schemaProblems() throws(EngramError) -> [EngramError] { try CatalogSchema.current.problems(in: self) }
}
