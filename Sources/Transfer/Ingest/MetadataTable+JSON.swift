// MetadataTable+JSON.swift -- metadata as a JSON list of objects, or an object of lists.

package import Base
import TrajectoryModel

extension MetadataTable {
  /// Reads a JSON list of objects (one for each row; what an object lacks is null) or an object of lists (one for each column).
  ///
  /// Columns stand in the order in which their names first come. `true` and `false` become 1 and 0. Whole numbers in a column
  /// with reals become reals. Text and numbers in one column are refused: JSON says the type, so nothing is guessed.
  ///
  /// - Parameters:
  ///   - bytes: The whole text as UTF-8.
  ///   - file: What to name in errors.
  /// - Throws: ``EngramError`` as ``JSONValue/init(parsing:file:)``, and with code `invalidData` when the text is well formed
  ///   and no table.
  package init(json bytes: [UInt8], file: String) throws(EngramError) {
    do throws(EngramError) {
      switch try JSONValue(parsing: bytes, file: file) {
      case .array(let rows): try self.init(rows: rows, file: file)
      case .object(let columns): try self.init(columns: columns, file: file)
      case let other:
        throw EngramError(
          .invalidData, "the JSON text is not a table", expected: "a list of objects or an object of lists",
          found: other.kind)
      }
    } catch {
      throw error.inFile(file)
    }
  }

  /// A table of a list of objects.
  private init(rows: [JSONValue], file: String) throws(EngramError) {
    var places: [String: Int] = [:]
    var names: [String] = []
    var columns: [[MetadataValue]] = []
    for (index, row) in rows.enumerated() {
      guard case .object(let object) = row else {
        throw EngramError(
          .invalidData, "a row of the table is no object", place: "row \(index + 1)", expected: "an object",
          found: row.kind)
      }
      for member in object.members {
        let place = places[member.key] ?? names.count
        if place == names.count {
          places[member.key] = place
          names.append(member.key)
          columns.append([])
          guard names.count <= Self.mostColumns else { break }
        }
        // Rows before this one lacked the key.
        columns[place].append(contentsOf: repeatElement(.null, count: index - columns[place].count))
        columns[place].append(try Self.scalar(member.value, name: member.key, row: index))
      }
    }
    try Self.check(names: names, file: file, place: "keys")
    var unified: [(name: String, values: [MetadataValue])] = []
    for (name, var values) in zip(names, columns) {
      values.append(contentsOf: repeatElement(.null, count: rows.count - values.count))
      unified.append((name, try Self.unified(values, name: name)))
    }
    self.init(columns: unified, rowCount: rows.count)
  }

  /// A table of an object of lists.
  private init(columns object: JSONObject, file: String) throws(EngramError) {
    try Self.check(names: object.keys, file: file, place: "keys")
    var columns: [(name: String, values: [MetadataValue])] = []
    for member in object.members {
      guard case .array(let elements) = member.value else {
        throw EngramError(
          .invalidData, "a column of the table is no list", place: "key \"\(member.key)\"", expected: "a list",
          found: member.value.kind)
      }
      if let first = columns.first, first.values.count != elements.count {
        throw EngramError(
          .invalidData, "the columns of the table have different lengths", place: "key \"\(member.key)\"",
          expected: "\(first.values.count) values, as \"\(first.name)\" has", found: "\(elements.count) values")
      }
      var values: [MetadataValue] = []
      values.reserveCapacity(elements.count)
      for (index, element) in elements.enumerated() {
        values.append(try Self.scalar(element, name: member.key, row: index))
      }
      columns.append((member.key, try Self.unified(values, name: member.key)))
    }
    self.init(columns: columns, rowCount: columns.first?.values.count ?? 0)
  }

  /// A JSON value as a metadata value.
  private static func scalar(_ value: JSONValue, name: String, row: Int) throws(EngramError) -> MetadataValue {
    switch value {
    case .null: return .null
    case .bool(let value): return .integer(value ? 1 : 0)
    case .integer(let value): return .integer(value)
    case .real(let value): return .real(value)
    case .string(let value): return .text(value)
    case .array, .object:
      throw EngramError(
        .invalidData, "a value of the table is not simple", place: "row \(row + 1), key \"\(name)\"",
        expected: "text, a number, a truth value or null", found: value.kind)
    }
  }

  /// The values of a column as one type.
  private static func unified(_ values: [MetadataValue], name: String) throws(EngramError) -> [MetadataValue] {
    let type = MetadataType(narrowestFor: values)
    guard type != .integer else { return values }
    var unified = values
    for (index, value) in values.enumerated() {
      switch (type, value) {
      case (.real, .integer(let number)):
        guard let real = Double(exactly: number) else {
          throw mixed(index, name, "a whole number that no Double holds")
        }
        unified[index] = .real(real)
      case (.text, .integer), (.text, .real): throw mixed(index, name, "a number")
      default: break
      }
    }
    return unified
  }

  /// The error for values of different types in one column.
  private static func mixed(_ row: Int, _ name: String, _ found: String) -> EngramError {
    EngramError(
      .invalidData, "the values of a column are of different types", place: "row \(row + 1), key \"\(name)\"",
      expected: "the type of the column's other values", found: found, mend: "write all of them as text or as numbers")
  }
}
