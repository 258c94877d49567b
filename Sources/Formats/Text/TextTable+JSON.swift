// TextTable+JSON.swift -- tables that are a JSON list of objects, or an object of lists.

package import Base

extension TextTable {
  /// Reads JSON: a list of objects (one for each row), an object of lists (one for each column), JSON lines (an object on
  /// each line), and the forms that pandas writes (`orient` of columns, split, index and table).
  ///
  /// NaN and infinities, which Python writes into JSON, are read as what they mean.
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  /// - Throws: ``EngramError`` as ``JSONValue/init(parsing:file:)``, and with code `invalidData` when the text is well formed
  ///   and no table, `limit` above ``mostColumns`` keys of objects.
  package init(json bytes: [UInt8], file: String) throws(EngramError) {
    // A member has its name and its value; then come the cell and its value.
    try Self.requireRoom(
      bytes, file: file, separators: ",[{",
      each: MemoryLayout<String>.stride + 2 * MemoryLayout<JSONValue>.stride + Self.heldForCell)
    do throws(EngramError) {
      if let rows = try Self.lines(bytes, file: file) {
        try self.init(rows: rows, file: file)
        return
      }
      switch try JSONValue(parsing: bytes, file: file, nonFinite: .bare) {
      case .array(let rows): try self.init(rows: rows, file: file)
      case .object(let object): self = try Self.table(object, file: file)
      case let other:
        throw EngramError(
          .invalidData, "the JSON text is not a table", expected: "a list of objects or an object of lists",
          found: other.kind)
      }
    } catch {
      throw error.inFile(file)
    }
  }

  /// The rows of JSON lines, or nil where the text is one value.
  private static func lines(_ bytes: [UInt8], file: String) throws(EngramError) -> [JSONValue]? {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let lines = bytes[start...].split { $0 == 0x0A || $0 == 0x0D }
    guard let first = lines.first, isWholeObject(first), lines.count > 1 || !isObjectOfColumns(first) else {
      return nil
    }
    guard (try? JSONValue(parsing: Array(first), nonFinite: .bare)) != nil else { return nil }
    var rows: [JSONValue] = []
    rows.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() where line.contains(where: { $0 != 0x20 && $0 != 0x09 }) {
      do throws(EngramError) {
        rows.append(try JSONValue(parsing: Array(line), file: file, nonFinite: .bare))
      } catch {
        var placed = error
        placed.place = "line \(index + 1)" + (error.place.map { ", \($0)" } ?? "")
        throw placed
      }
    }
    return rows
  }

  /// Whether an object begins and ends on a line.
  ///
  /// A list of objects begins with a bracket; an object over several lines does not end on its first.
  static func isWholeObject(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { $0 == 0x20 || $0 == 0x09 }
    let end = line.last { $0 != 0x20 && $0 != 0x09 }
    return text.first == UInt8(ascii: "{") && end == UInt8(ascii: "}")
  }

  /// Whether an object has lists or objects in it, so that it is a table of its own and not one row.
  static func isObjectOfColumns(_ line: ArraySlice<UInt8>) -> Bool {
    guard case .object(let object)? = try? JSONValue(parsing: Array(line), nonFinite: .bare) else { return true }
    return object.members.contains { member in
      switch member.value {
      case .array, .object: true
      default: false
      }
    }
  }

  /// A table of an object: of lists, or one of the forms of pandas.
  private static func table(_ object: JSONObject, file: String) throws(EngramError) -> TextTable {
    if case .array(let names)? = object["columns"], case .array(let data)? = object["data"] {
      if case .array(let labels)? = object["index"] { try requireCounts(labels.map(label)) }
      return try TextTable(names: names, data: data, file: file)
    }
    if let schema = object["schema"], case .array(let rows)? = object["data"] {
      return try TextTable(rows: rows, file: file).withoutName(ofIndexIn: schema)
    }
    let inner = object.members.compactMap { member in if case .object(let value) = member.value { value } else { nil } }
    guard !inner.isEmpty, inner.count == object.members.count else { return try TextTable(columns: object, file: file) }
    if counts(object.members.map(\.key)), !inner.allSatisfy({ counts($0.members.map(\.key)) }) {
      return try TextTable(rows: object.members.map(\.value), file: file)
    }
    // pandas' to_json() without more: {"column": {"0": value, "1": value, …}, …}.
    let keys = inner[0].members.map(\.key)
    try requireCounts(keys)
    var columns = JSONObject()
    for (member, values) in zip(object.members, inner) {
      guard values.members.map(\.key) == keys else {
        throw EngramError(
          .invalidData, "the columns of the table do not have the same rows", place: "key \"\(member.key)\"",
          expected: "the keys \(keys.prefix(3).joined(separator: ", "))\(keys.count > 3 ? ", …" : "")",
          mend: "write it as a list of objects: to_json(path, orient='records')")
      }
      columns[member.key] = .array(values.members.map(\.value))
    }
    return try TextTable(columns: columns, file: file)
  }

  /// Whether labels of rows are 0, 1, 2, ….
  private static func counts(_ labels: [String]) -> Bool { labels.enumerated().allSatisfy { $1 == String($0) } }

  /// What a label of a row is as text.
  private static func label(_ value: JSONValue) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .string(let text): text
    default: value.kind
    }
  }

  /// Refuses labels that do more than count the rows: in pandas they were a column, and nothing says what it was called.
  private static func requireCounts(_ labels: [String]) throws(EngramError) {
    guard !counts(labels) else { return }
    throw EngramError(
      .invalidData, "the rows of the table have labels, and nothing says what these are", place: "index",
      expected: "rows that are counted from 0", found: labels.prefix(3).joined(separator: ", "),
      mend: """
        make the labels a column, or leave them out: table.reset_index() or table.reset_index(drop=True), and then \
        .to_json(path, orient='records')
        """)
  }

  /// The table of pandas' `orient='table'`, its index without a name where pandas gave it one and it only counts the rows.
  private func withoutName(ofIndexIn schema: JSONValue) -> TextTable {
    let name = "index"
    guard case .object(let schema) = schema, case .array(let keys)? = schema["primaryKey"],
      keys.map(Self.label) == [name], let first = columns.first, first.name == name,
      first.cells.enumerated().allSatisfy({ $1 == .integer(Int64($0)) })
    else { return self }
    return TextTable(
      file: file, isJSON: isJSON, columns: [(name: "", cells: first.cells)] + columns.dropFirst(), rowCount: rowCount)
  }

  /// pandas' `orient='split'`: names, and a list of rows.
  private init(names: [JSONValue], data: [JSONValue], file: String) throws(EngramError) {
    var rows: [JSONValue] = []
    for (index, row) in data.enumerated() {
      guard case .array(let cells) = row, cells.count == names.count else {
        throw EngramError(
          .invalidData, "a row of the table has not a value for each column", place: "row \(index + 1)",
          expected: "\(names.count) values", found: row.kind)
      }
      var object = JSONObject()
      for (name, cell) in zip(names, cells) { object[try name.asString()] = cell }
      rows.append(.object(object))
    }
    try self.init(rows: rows, file: file)
  }

  /// A table of a list of objects.
  private init(rows: [JSONValue], file: String) throws(EngramError) {
    var places: [String: Int] = [:]
    var columns: [(name: String, cells: [Cell])] = []
    for (index, row) in rows.enumerated() {
      guard case .object(let object) = row else {
        throw EngramError(
          .invalidData, "a row of the table is no object", place: "row \(index + 1)", expected: "an object",
          found: row.kind, mend: "write it as a list of objects: to_json(path, orient='records')")
      }
      for member in object.members {
        let place = places[member.key] ?? columns.count
        if place == columns.count {
          guard place < Self.mostColumns else {
            throw EngramError(
              .limit, "the table has too many columns", place: "keys", expected: "at most \(Self.mostColumns)",
              found: "one more in row \(index + 1)")
          }
          places[member.key] = place
          columns.append((member.key, []))
        }
        guard columns[place].cells.count <= index else {
          throw EngramError(
            .invalidData, "two keys of a row are one name", place: "row \(index + 1)", found: "\"\(member.key)\"",
            mend: "give each column a name of its own")
        }
        // Rows before this one lacked the key.
        columns[place].cells.append(contentsOf: repeatElement(.empty, count: index - columns[place].cells.count))
        columns[place].cells.append(try Cell(member.value, name: member.key, row: index))
      }
    }
    for place in columns.indices {
      columns[place].cells.append(contentsOf: repeatElement(.empty, count: rows.count - columns[place].cells.count))
    }
    self.init(file: file, isJSON: true, columns: columns, rowCount: rows.count)
  }

  /// A table of an object of lists.
  private init(columns object: JSONObject, file: String) throws(EngramError) {
    var columns: [(name: String, cells: [Cell])] = []
    for member in object.members {
      guard case .array(let elements) = member.value else {
        throw EngramError(
          .invalidData, "a column of the table is no list", place: "key \"\(member.key)\"", expected: "a list",
          found: member.value.kind, mend: "write it as a list of objects: to_json(path, orient='records')")
      }
      if let first = columns.first, first.cells.count != elements.count {
        throw EngramError(
          .invalidData, "the columns of the table have different lengths", place: "key \"\(member.key)\"",
          expected: "\(first.cells.count) values, as \"\(first.name)\" has", found: "\(elements.count) values")
      }
      var cells: [Cell] = []
      cells.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        cells.append(try Cell(element, name: member.key, row: index))
      }
      columns.append((member.key, cells))
    }
    self.init(file: file, isJSON: true, columns: columns, rowCount: columns.first?.cells.count ?? 0)
  }
}

extension TextTable.Cell {
  /// A JSON value as a cell.
  init(_ value: JSONValue, name: String, row: Int) throws(EngramError) {
    switch value {
    case .null: self = .empty
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .real(let value): self = .real(value)
    case .string(let value): self = .text(value)
    case .array, .object:
      throw EngramError(
        .invalidData, "a value of the table is not simple", place: "row \(row + 1), key \"\(name)\"",
        expected: "text, a number, a truth value or null", found: value.kind,
        mend: "flatten the rows first: pandas.json_normalize(rows, sep='_').to_json(path, orient='records')")
    }
  }
}
