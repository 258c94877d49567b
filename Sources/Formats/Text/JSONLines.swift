// JSONLines.swift -- a table of JSON lines, one object after the other, in bounded memory.

package import Base

/// A cursor over the rows of JSON lines, plain, gzip or zstd: an object on each line, whose keys are the columns.
///
/// The lines are parsed twice, for any of them may have a key of its own. Lines without anything are passed over. NaN and
/// infinities, which Python writes into JSON, are read as what they mean.
package final class JSONLines {
  /// The keys, in the order in which they first come.
  package let header: [String]
  /// The number of the row at the cursor, from 1.
  package private(set) var row = 0
  /// The cells of the row; a key that the object lacks is empty.
  package private(set) var cells: [TextTable.Cell] = []

  /// The most keys: those of 45 statistics at 23,000 epochs.
  private static let mostKeys = 1 << 20

  private let path: String
  private let places: [String: Int]
  /// The places of the keys that the row has.
  private var filled: [Int] = []
  /// For each place the last row that had its key.
  private var rowOfPlace: [Int] = []
  private var lines: TextLines

  /// Opens a file and finds its keys; nil for text that is not an object on each line.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - work: Who may stop it.
  /// - Throws: ``EngramError`` with code `corrupt` for a line that is no JSON, `invalidData` for one that is no object, `limit`
  ///   for too many keys, each with the line.
  package init?(opening path: String, work: WorkContext = WorkContext()) throws(EngramError) {
    var lines = try TextLines(opening: path)
    guard let first = try Self.nextObject(&lines), TextTable.isWholeObject(first[...]) else { return nil }
    let name = TextTable.nameOfText(path)
    let isNamed = name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson")
    let hasSecond = try Self.nextObject(&lines) != nil
    guard isNamed || hasSecond || !TextTable.isObjectOfColumns(first[...]),
      (try? JSONValue(parsing: first, nonFinite: .bare)) != nil
    else { return nil }
    var (header, places): ([String], [String: Int]) = ([], [:])
    lines = try TextLines(opening: path)
    while let line = try Self.nextObject(&lines) {
      if lines.number % 4_096 == 0 { try work.checkCancelled("the table was not read to its end", file: path) }
      for member in try Self.members(of: line, lines.number, path) where places[member.key] == nil {
        guard header.count < Self.mostKeys else {
          throw EngramError(
            .limit, "the table has too many columns", file: path, place: "line \(lines.number)",
            expected: "at most \(Self.mostKeys) keys")
        }
        places[member.key] = header.count
        header.append(member.key)
      }
    }
    (self.path, self.header, self.places) = (path, header, places)
    self.lines = try TextLines(opening: path)
  }

  /// A cursor at the start of a file whose keys are known.
  ///
  /// - Throws: As ``TextInput/init(opening:)``.
  package init(again other: JSONLines) throws(EngramError) {
    (path, header, places) = (other.path, other.header, other.places)
    lines = try TextLines(opening: path)
  }

  /// How much of the file has been read, in bytes.
  package var progress: (done: Int, total: Int) { lines.progress }

  /// Goes to the next row.
  ///
  /// - Returns: Whether there is one.
  /// - Throws: As ``init(opening:work:)``, and code `invalidData` for a value that is a list or an object.
  package func next() throws(EngramError) -> Bool {
    guard let line = try Self.nextObject(&lines) else { return false }
    row += 1
    if cells.isEmpty {
      cells = [TextTable.Cell](repeating: .empty, count: header.count)
      rowOfPlace = [Int](repeating: 0, count: header.count)
    }
    for place in filled { cells[place] = .empty }
    filled.removeAll(keepingCapacity: true)
    for member in try Self.members(of: line, lines.number, path) {
      // The file may have changed since its keys were looked for.
      guard let place = places[member.key] else {
        throw EngramError(
          .invalidData, "the file has changed while it was read", file: path, place: "line \(lines.number)",
          found: "the new key \"\(member.key)\"", mend: "wait until nothing writes to the file, then try again")
      }
      guard rowOfPlace[place] != row else {
        throw EngramError(
          .invalidData, "two keys of a row are one name", file: path, place: "line \(lines.number)",
          found: "\"\(member.key)\"", mend: "give each column a name of its own")
      }
      rowOfPlace[place] = row
      filled.append(place)
      do throws(EngramError) {
        cells[place] = try TextTable.Cell(member.value, name: member.key, row: row - 1)
      } catch {
        throw error.inFile(path)
      }
    }
    return true
  }

  /// The next line that has anything.
  private static func nextObject(_ lines: inout TextLines) throws(EngramError) -> [UInt8]? {
    while let line = try lines.next() {
      if line.contains(where: { $0 != 0x20 && $0 != 0x09 }) { return line }
    }
    return nil
  }

  private static func members(
    of line: [UInt8], _ number: Int, _ path: String
  ) throws(EngramError) -> [JSONObject.Member] {
    let value: JSONValue
    do throws(EngramError) {
      value = try JSONValue(parsing: line, file: path, nonFinite: .bare)
    } catch {
      var placed = error
      // The parser counts the lines of what it was given, which is one.
      let inLine = error.place.map { $0.hasPrefix("line 1, ") ? String($0.dropFirst("line 1, ".count)) : $0 }
      placed.place = "line \(number)" + (inLine.map { ", \($0)" } ?? "")
      throw placed
    }
    guard case .object(let object) = value else {
      throw EngramError(
        .invalidData, "a row of the table is no object", file: path, place: "line \(number)", expected: "an object",
        found: value.kind, mend: "write it as a list of objects: to_json(path, orient='records')")
    }
    return object.members
  }
}
