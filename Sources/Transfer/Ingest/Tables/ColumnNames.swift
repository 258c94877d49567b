// ColumnNames.swift -- what the columns of a user's table are called as fields, and what had to be renamed for it.

import Base
import Formats
import TrajectoryModel

/// What the columns of a table are called as fields.
struct ColumnNames {
  /// Our name of each column, or nil for one that is left out.
  private(set) var ours: [String?]
  /// What was renamed or left out.
  private(set) var notes: [String] = []
  /// The number of a run in its store.
  private static let runID = "run_id"
  /// What the run of a tracker is called.
  static let trackerRun = "tracker_run"
  /// What is said of the index of pandas.
  static let indexNote =
    "the first column has no name and counts the rows, as pandas writes its index; it is left out"
  private let theirs: [String]
  private let file: String
  private let place: String

  /// Names the columns of a table.
  init(_ table: TextTable, map: [String: String], renamesRuns: Bool = true) throws(EngramError) {
    try self.init(
      table.columns.map(\.name), file: table.file, place: table.isJSON ? "keys" : "header", map: map,
      renamesRuns: renamesRuns,
      isRowNumbers: { table.columns[$0].cells.isRowNumbers })
  }

  /// Names columns.
  ///
  /// - Parameters:
  ///   - theirs: Their names in the file.
  ///   - file: What to name in errors.
  ///   - place: The part of the file where the names stand.
  ///   - map: Our names to theirs.
  ///   - renamesRuns: Whether a column `run_id` is that of a tracker and gets another name.
  ///   - isRowNumbers: Whether a column only counts the rows.
  /// - Throws: ``EngramError`` with code `usage` for a mapping of no column, `invalidData` for names that come twice, `limit`.
  init(
    _ theirs: [String], file: String, place: String, map: [String: String], renamesRuns: Bool = false,
    isRowNumbers: (Int) -> Bool = { _ in false }
  ) throws(EngramError) {
    (self.theirs, self.file, self.place, ours) = (theirs, file, place, theirs)
    guard theirs.count <= TextTable.mostColumns else {
      throw EngramError(
        .limit, "the table has too many columns", file: file, place: place,
        expected: "at most \(TextTable.mostColumns)", found: "\(theirs.count)")
    }
    ours = try Self.mapped(theirs, map, file: file, place: place)
    let mapped = Set(map.values)
    for (index, name) in theirs.enumerated() where !mapped.contains(name) {
      if name.lowercased() == Self.runID, renamesRuns {
        ours[index] = Self.trackerRun
        notes.append(
          "the column \"\(name)\" is the field \(Self.trackerRun), as \(Self.runID) numbers the runs of a store")
        continue
      }
      if MetadataField.isValidName(name) { continue }
      if name.isEmpty || name == "Unnamed: 0", index == 0, isRowNumbers(index) {
        ours[index] = nil
        notes.append(Self.indexNote)
        continue
      }
      guard let suggestion = Self.field(for: name) else {
        throw EngramError(
          .invalidData, name.isEmpty ? "a column has no name" : "the name of a column cannot be a field", file: file,
          place: "\(place), column \(index + 1)", expected: "a name with a letter from a to z or a digit",
          found: "\"\(name.prefix(80))\"",
          mend: name.isEmpty ? "name it, or leave it out" : "name the field: \(map: "NAME", to: name)")
      }
      ours[index] = suggestion
      notes.append("the column \"\(name.count > 80 ? name.prefix(80) + "…" : name)\" is the field \(suggestion)")
    }
    try checkOnce()
  }

  /// Names of columns with our names in place of theirs, all at once, so that a name may pass from one column to another.
  ///
  /// - Parameters:
  ///   - theirs: The names in the file.
  ///   - map: Our names to theirs.
  ///   - file: What to name in errors.
  ///   - place: The part of the file where the names stand, for errors.
  /// - Returns: The names; two may be the same.
  /// - Throws: ``EngramError`` with code `usage` for a mapping of no column, and for two of one.
  static func mapped(
    _ theirs: [String], _ map: [String: String], file: String, place: String? = nil
  ) throws(EngramError) -> [String] {
    var ours = theirs
    for (field, name) in map.sorted(by: { $0.key < $1.key }) {
      guard let index = theirs.firstIndex(of: name) else {
        throw EngramError(
          .usage, "there is no column '\(name)' to map", file: file, place: place,
          expected: "one of \(theirs.joined(separator: ", "))", found: name,
          mend: closestName(to: name, among: theirs).map { "did you mean '\(field)=\($0)'?" })
      }
      if let other = map.filter({ $0.value == name && $0.key < field }).keys.min() {
        throw EngramError(
          .usage, "a column is mapped twice", file: file, place: place, expected: "one name for '\(name)'",
          found: "\(other) and \(field)", mend: "leave one of the two out")
      }
      ours[index] = field
    }
    return ours
  }

  private func checkOnce() throws(EngramError) {
    var seen: [String: Int] = [:]
    for (index, name) in ours.enumerated() {
      guard let name else { continue }
      if let first = seen.updateValue(index, forKey: name.lowercased()) {
        throw EngramError(
          .invalidData, "the name of a column comes twice", file: file, place: "\(place), column \(index + 1)",
          found:
            "\"\(theirs[index])\" and column \(first + 1), \"\(theirs[first])\", are both '\(name)'; case does not count",
          mend: "rename one of the two")
      }
    }
  }

  /// Refuses types of columns that are not there.
  func check(rules: TableRules) throws(EngramError) {
    let known = Set((theirs + ours.compactMap { $0 }).map { $0.lowercased() })
    for name in rules.types.keys.sorted()
    where !known.contains(name.lowercased()) && !rules.optionalTypes.contains(name) {
      throw EngramError(
        .usage, "there is no column '\(name)' to give a type", file: file, place: place,
        expected: "one of \(theirs.joined(separator: ", "))", found: name,
        mend: closestName(to: name, among: theirs).map { "did you mean '\($0)'?" })
    }
  }

  /// A name near to one that cannot be a field; nil where nothing is left of it.
  static func field(for name: String) -> String? {
    var words: [UInt8] = []
    for byte in name.utf8 {
      let isPlain = (97...122).contains(byte) || (48...57).contains(byte) || (65...90).contains(byte)
      if isPlain { words.append(byte) } else if words.last != UInt8(ascii: "_") { words.append(UInt8(ascii: "_")) }
    }
    while words.last == UInt8(ascii: "_") { words.removeLast() }
    while words.first == UInt8(ascii: "_") { words.removeFirst() }
    guard let first = words.first else { return nil }
    if (48...57).contains(first) { words.insert(UInt8(ascii: "_"), at: 0) }
    return String(decoding: words.prefix(63), as: UTF8.self)
  }
}

extension [TextTable.Cell] {
  /// Whether the cells are 0, 1, 2, … or 1, 2, 3, ….
  fileprivate var isRowNumbers: Bool {
    guard let first, let start = Int(first.plainText), start == 0 || start == 1 else { return isEmpty }
    return enumerated().allSatisfy { $1.plainText == String(start + $0) }
  }
}
