// CatalogCopy.swift -- the rows of a catalog of version 1 as rows of a new catalog.

import Base
import SQLite
import TrajectoryModel

/// Copies the rows of a catalog of version 1 into a new catalog, which has the tables and no row of ours.
///
/// Version 2 added columns and tables and took none away, so every table of the old schema is copied column by column;
/// what is new gets its value for "nobody said" and "nothing was edited".
struct CatalogCopy {
  private let old, new: Connection

  /// Prepares a copy.
  init(from old: Connection, to new: Connection) {
    self.old = old
    self.new = new
  }

  /// Tables in an order in which each comes after those that it refers to.
  private static let tables = [
    "store", "commit_log", "run", "layer_set", "layer_set_member", "observation", "epoch_axis", "statistic_axis",
    "staged", "extent", "ingest", "split_set", "split", "classification", "classification_split",
    "classification_search", "run_metric",
  ]

  /// What columns that version 1 lacks hold, by table.
  private static let added: [String: [(column: String, value: MetadataValue)]] = [
    "commit_log": [("author", .text("unknown")), ("last_edit", .integer(0))]
  ]

  /// Copies everything.
  ///
  /// - Throws: Code `corrupt` when a value does not fit, `diskFull`, `io`.
  func run() throws(EngramError) {
    let reader = CatalogReader(old)
    defer { reader.end() }
    try addFields(try reader.fields())
    for table in Self.tables { try copy(table) }
    try new.execute("UPDATE store SET oldest_writer = \(Catalog.formatVersion)")
  }

  /// Adds the fields of the user's, as adding them one after the other would.
  private func addFields(_ fields: [MetadataField]) throws(EngramError) {
    let row = try new.prepare("INSERT INTO field (ordinal, name, type, commit_id) VALUES (?1, ?2, ?3, 0)")
    let columns = Columns(fields: fields)
    try new.execute(Columns.dropViews)
    for (ordinal, field) in fields.enumerated().dropFirst(MetadataField.standard.count) {
      try row.bind(1, Int64(ordinal))
      try row.bind(2, field.name)
      try row.bind(3, field.type.rawValue)
      try row.run()
      try new.execute(Columns.addColumn(field))
    }
    try new.execute("\(columns.runViewSQL); \(columns.exampleViewSQL);")
  }

  private func copy(_ table: String) throws(EngramError) {
    let rows = try old.prepare("SELECT * FROM \(table)")
    let names = (0..<rows.columnCount).map { rows.columnName($0) }
    let added = Self.added[table] ?? []
    let all = names + added.map(\.column)
    let insert = try new.prepare(
      "INSERT INTO \(table) (\(all.map(Columns.quoted).joined(separator: ", "))) VALUES "
        + "(\(all.indices.map { "?\($0 + 1)" }.joined(separator: ", ")))")
    for (index, value) in added.enumerated() {
      try insert.bind(Int32(names.count + index + 1), value.value, as: .text)
    }
    while try rows.step() {
      for index in names.indices { try insert.bind(Int32(index + 1), columnOf: rows, Int32(index)) }
      try insert.run()
    }
  }
}
