// CatalogWriter+Edits.swift -- changing what runs have in their fields, what fields are called, and what is hidden.

package import Base
import SQLite
package import TrajectoryModel

extension CatalogWriter {
  /// Changes what a run has in some fields; what it had is kept for readers of earlier commits.
  ///
  /// - Parameters:
  ///   - run: The number of the run.
  ///   - values: For each field that is to change, its place among ``CatalogReader/fields()`` and the new value.
  /// - Returns: The number of values that differ from what was there.
  /// - Throws: Code `notFound` when there is no such run, `invalidData` when a value does not fit its field.
  package func edit(run: Int64, _ values: [(field: Int, value: MetadataValue)]) throws(EngramError) -> Int {
    let columns = values.map { Columns.quoted(knownFields[$0.field].name) }
    let row = try statement("SELECT \(columns.joined(separator: ", ")) FROM run WHERE run_id = ?1")
    defer { row.reset() }
    try row.bind(1, run)
    guard try row.step() else {
      throw EngramError(.notFound, "there is no run \(run)", file: connection.path, found: "\(run)")
    }
    var old: [MetadataValue] = []
    for index in values.indices { old.append(try row.value(Int32(index))) }
    row.reset()
    var changed = 0
    for (index, (place, value)) in values.enumerated() where !old[index].isSame(as: value, knownFields[place].type) {
      let field = knownFields[place]
      guard field.type.accepts(value) else {
        throw EngramError(
          .invalidData, "a value does not fit its field", file: connection.path,
          place: "run \(run), field \(field.name)", expected: field.type.rawValue, found: "'\(value)'")
      }
      try value.check(place: "run \(run), field \(field.name)")
      try keep(old[index], run: run, field: place)
      let update = try statement("UPDATE run SET \(columns[index]) = ?2 WHERE run_id = ?1")
      try update.bind(1, run)
      try update.bind(2, value, as: field.type)
      try update.run()
      changed += 1
    }
    return changed
  }

  /// Keeps what a run had in a field before this commit.
  private func keep(_ value: MetadataValue, run: Int64, field: Int) throws(EngramError) {
    let row = try statement(
      "INSERT INTO run_before (commit_id, run_id, ordinal, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
    try row.bind(1, commitID)
    try row.bind(2, run)
    try row.bind(3, Int64(field))
    try row.bind(4, value, as: .text)
    try row.run()
    lastEdit = commitID
  }

  /// Gives a field of the user's another name; readers of earlier commits see the old one.
  ///
  /// - Throws: Code `usage` when there is no such field or it is one that every store has, `exists` when the name is taken,
  ///   `invalidData` for a name that cannot be a field.
  package func renameField(_ name: String, to newName: String) throws(EngramError) {
    let place = try placeOfField(named: name)
    guard place >= MetadataField.standard.count else {
      throw EngramError(
        .usage, "'\(knownFields[place].name)' is a field of every store and keeps its name", file: connection.path,
        expected: "a field that was added", found: "'\(name)'")
    }
    do throws(EngramError) {
      try MetadataField.check(name: newName)
    } catch {
      throw error.inFile(connection.path)
    }
    if let taken = knownFields.enumerated().first(where: {
      $0.offset != place && $0.element.name.lowercased() == newName.lowercased()
    }) {
      throw EngramError(
        .exists, "there is a field '\(taken.element.name)' already", file: connection.path, found: "'\(newName)'",
        mend: "choose another name; case makes no difference")
    }
    let old = knownFields[place]
    if old.name == newName { return }
    try keepField(place)
    try connection.execute(
      "\(Columns.dropViews) ALTER TABLE run RENAME COLUMN \(Columns.quoted(old.name)) TO \(Columns.quoted(newName));")
    try setField(place, MetadataField(name: newName, type: old.type))
    try makeViews()
  }

  /// Gives a field of the user's a wider type, from whole numbers to reals or from anything to text.
  ///
  /// Every value stays the value it is in its new type, a number in its plain spelling where the type is text; readers of
  /// earlier commits see the old type and values.
  ///
  /// - Throws: Code `usage` when there is no such field, it is one that every store has, or its type is not narrower;
  ///   `invalidData` when a whole number is none that a real number holds.
  /// - Complexity: O(runs).
  package func widenField(_ name: String, to type: MetadataType) throws(EngramError) {
    let place = try placeOfField(named: name)
    let old = knownFields[place]
    let isWider = (old.type == .integer && type != .integer) || (old.type == .real && type == .text)
    guard place >= MetadataField.standard.count, isWider else {
      throw EngramError(
        .usage, "the type of '\(old.name)' cannot become \(type.rawValue)", file: connection.path,
        expected: "a field that was added, and integer to real or text, or real to text", found: old.type.rawValue)
    }
    let column = Columns.quoted(old.name)
    if type == .real {
      let inexact = try connection.prepare(
        // A real that is no whole number of 64 bits becomes the greatest one.
        """
        SELECT \(column) FROM run WHERE \(column) IS NOT NULL
          AND (CAST(CAST(\(column) AS REAL) AS INTEGER) <> \(column) OR CAST(\(column) AS REAL) >= 9223372036854775808.0)
        """)
      if try inexact.step() {
        throw EngramError(
          .invalidData, "a whole number is too long for a real one", file: connection.path, place: "field \(old.name)",
          found: "\(inexact.integer(0))", mend: "make it text")
      }
    }
    try keepField(place)
    let keep = try connection.prepare(
      """
      INSERT INTO run_before (commit_id, run_id, ordinal, value)
      SELECT ?1, run_id, ?2, \(column) FROM run WHERE \(column) IS NOT NULL ON CONFLICT DO NOTHING
      """)
    try keep.bind(1, commitID)
    try keep.bind(2, Int64(place))
    try keep.run()
    try rebuildColumn(place, MetadataField(name: old.name, type: type))
  }

  /// Gives a column of `run` another type: it and those behind it are made again, so that their order stays.
  private func rebuildColumn(_ place: Int, _ field: MetadataField) throws(EngramError) {
    let tail = Array(knownFields.suffix(from: place))
    let names = tail.map { Columns.quoted($0.name) }
    try connection.execute(
      """
      \(Columns.dropViews)
      CREATE TEMP TABLE run_tail AS SELECT run_id, \(names.joined(separator: ", ")) FROM main.run;
      \(names.reversed().map { "ALTER TABLE run DROP COLUMN \($0);" }.joined())
      """)
    try setField(place, field)
    for field in knownFields.suffix(from: place) { try connection.execute(Columns.addColumn(field)) }
    let isText = field.type == .text
    let kept = isText ? names.dropFirst() : names[...]
    if !kept.isEmpty {
      let terms = kept.map { "\($0) = t.\($0)" }.joined(separator: ", ")
      try connection.execute("UPDATE run SET \(terms) FROM temp.run_tail AS t WHERE t.run_id = run.run_id;")
    }
    if isText { try writeOut(names[0]) }
    try connection.execute("DROP TABLE temp.run_tail;")
    try makeViews()
  }

  /// Fills a column of text with numbers in their plain spelling, which SQLite's own has no more than 15 digits for.
  private func writeOut(_ column: String) throws(EngramError) {
    let row = try connection.prepare("SELECT run_id, \(column) FROM temp.run_tail WHERE \(column) IS NOT NULL")
    let update = try connection.prepare("UPDATE run SET \(column) = ?2 WHERE run_id = ?1")
    while try row.step() {
      try update.bind(1, row.integer(0))
      try update.bind(2, try row.value(1).description)
      try update.run()
    }
    row.reset()
  }

  /// Where a field stands among the fields.
  ///
  /// - Throws: Code `usage` when there is no such field, with those there are.
  package func placeOfField(named name: String) throws(EngramError) -> Int {
    let field = try fields(named: [name])[0]
    return knownFields.firstIndex(of: field) ?? 0
  }

  private func keepField(_ place: Int) throws(EngramError) {
    let row = try statement(
      "INSERT INTO field_before (commit_id, ordinal, name, type) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
    try row.bind(1, commitID)
    try row.bind(2, Int64(place))
    try row.bind(3, knownFields[place].name)
    try row.bind(4, knownFields[place].type.rawValue)
    try row.run()
    lastEdit = commitID
  }

  private func setField(_ place: Int, _ field: MetadataField) throws(EngramError) {
    let row = try statement("UPDATE field SET name = ?2, type = ?3 WHERE ordinal = ?1")
    try row.bind(1, Int64(place))
    try row.bind(2, field.name)
    try row.bind(3, field.type.rawValue)
    try row.run()
    knownFields[place] = field
  }

  private func makeViews() throws(EngramError) {
    let columns = Columns(fields: knownFields)
    try connection.execute("\(columns.runViewSQL); \(columns.exampleViewSQL);")
    insertRun = try connection.cached(Self.insertRunSQL(knownFields))
  }
}

extension MetadataValue {
  /// Whether a field of a type would keep this value and another as the same bits.
  fileprivate func isSame(as other: MetadataValue, _ type: MetadataType) -> Bool {
    switch (self, other) {
    case (.real(let a), .real(let b)): a.bitPattern == b.bitPattern
    case (.real, .integer), (.integer, .real): type == .real && self == other
    default: self == other
    }
  }
}
