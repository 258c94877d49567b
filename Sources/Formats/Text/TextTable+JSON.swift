// TextTable+JSON.swift -- tables that are a JSON list of objects, or an object of lists.

package import Base

extension TextTable {
  /// Reads a JSON list of objects (one for each row) or an object of lists (one for each column).
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  ///   - isRowsOnly: Whether an object of lists is refused.
  /// - Throws: ``EngramError`` as ``JSONValue/init(parsing:file:)``, and with code `invalidData` when the text is well formed
  ///   and no table, `limit` above ``mostColumns`` keys of objects.
  package init(json bytes: [UInt8], file: String, isRowsOnly: Bool = false) throws(EngramError) {
    do throws(EngramError) {
      switch try JSONValue(parsing: bytes, file: file) {
      case .array(let rows): try self.init(rows: rows, file: file)
      case .object(let columns) where !isRowsOnly: try self.init(columns: columns, file: file)
      case let other:
        throw EngramError(
          .invalidData, "the JSON text is not a \(isRowsOnly ? "list of objects" : "table")",
          expected: isRowsOnly ? "[{\"column\": value, …}, …]" : "a list of objects or an object of lists",
          found: other.kind)
      }
    } catch {
      throw error.inFile(file)
    }
  }

  /// A table of a list of objects.
  private init(rows: [JSONValue], file: String) throws(EngramError) {
    var places: [String: Int] = [:]
    var columns: [(name: String, cells: [Cell])] = []
    for (index, row) in rows.enumerated() {
      guard case .object(let object) = row else {
        throw EngramError(
          .invalidData, "a row of the table is no object", place: "row \(index + 1)", expected: "an object",
          found: row.kind)
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
          found: member.value.kind)
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
  fileprivate init(_ value: JSONValue, name: String, row: Int) throws(EngramError) {
    switch value {
    case .null: self = .empty
    case .bool(let value): self = .integer(value ? 1 : 0)
    case .integer(let value): self = .integer(value)
    case .real(let value): self = .real(value)
    case .string(let value): self = .text(value)
    case .array, .object:
      throw EngramError(
        .invalidData, "a value of the table is not simple", place: "row \(row + 1), key \"\(name)\"",
        expected: "text, a number, a truth value or null", found: value.kind)
    }
  }
}
