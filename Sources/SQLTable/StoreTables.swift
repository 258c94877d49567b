// StoreTables.swift -- the tables of a store for a program that has loaded the library as an extension of SQLite.

import Base
import SQLite
import TrajectoryModel
import TrajectoryStore

/// The tables of a store for a program that has loaded the library as an extension of SQLite.
///
/// `CREATE VIRTUAL TABLE temp.t USING engram('lr.engram', 'trajectory')` makes one of them, `SELECT engram_open('lr.engram')` all. They
/// show the commit that was the newest when they were made, or the one that was named, and can be read and nothing else. The program's
/// SQLite never touches a file of the store.
package enum StoreTables {
  /// The tables.
  static let names = ["run", "example", "trajectory", "trajectory_wide"]

  /// Adds the module and the function to a connection of a program.
  ///
  /// - Parameters:
  ///   - connection: Its connection, a `sqlite3 *`.
  ///   - routines: The functions of its SQLite, a `sqlite3_api_routines *`.
  /// - Returns: An SQLite result code.
  @unsafe package static func load(into connection: OpaquePointer, routines: OpaquePointer) -> Int32 {
    unsafe LoadedExtension.add(
      to: connection, routines: routines, module: "engram", opener: "engram_open",
      tables: "run,example,trajectory,trajectory_wide,", maker: Maker())
  }

  private struct Maker: VirtualTableMaker {
    func table(_ words: [String]) throws(EngramError) -> any VirtualTable { try StoreTables.table(words) }
  }

  /// The table that the words in the brackets of CREATE VIRTUAL TABLE name: a store, a table of it, and perhaps a commit.
  static func table(_ words: [String]) throws(EngramError) -> any VirtualTable {
    guard words.count == 2 || words.count == 3, names.contains(words[1]),
      words.count == 2 || Int64(words[2]).map({ $0 > 0 }) ?? false
    else {
      throw EngramError(
        .usage, "this is no table of a store",
        expected: "engram('STORE', 'TABLE') or engram('STORE', 'TABLE', COMMIT), TABLE being "
          + names.joined(separator: ", "), found: "engram(\(words.joined(separator: ", ")))")
    }
    let store = try TrajectoryStore(opening: words[0])
    let snapshot = try store.snapshot(asOf: words.count == 3 ? Int64(words[2]) : nil)
    switch words[1] {
    case "run": return try runs(store, snapshot)
    case "example": return try examples(snapshot)
    default:
      // The program's own SQL is its own affair: no sandbox watches it.
      let blocks = try TrajectoryBlocks(snapshot) { (body) throws(EngramError) in try body() }
      return TrajectoryTable(blocks, words[1] == "trajectory" ? .long : .wide)
    }
  }

  /// The columns of a table with their types, as far as they are known.
  private static func typed(_ columns: [String], _ snapshot: Snapshot) throws(EngramError) -> [(
    name: String, type: String
  )] {
    let fields = Dictionary(
      try snapshot.fields().map { ($0.name.lowercased(), $0.type.rawValue.uppercased()) },
      uniquingKeysWith: { first, _ in first })
    let known = [
      "layer_name": "TEXT", "layer_position": "TEXT", "unit_fraction": "REAL", "noise_sd": "REAL",
      "observation_seed": "INTEGER", "layer_ordinal": "INTEGER", "layer_set_id": "INTEGER", "example_count": "INTEGER",
    ]
    return columns.map { name in
      (name, fields[name.lowercased()] ?? known[name] ?? (name.hasSuffix("_id") ? "INTEGER" : ""))
    }
  }

  private static func examples(_ snapshot: Snapshot) throws(EngramError) -> PiecedTable {
    let columns = try snapshot.exampleColumns()
    let others = columns.filter { $0 != "example_id" }
    let ids = snapshot.allExamples.ranges
    let span = (ids.first?.lowerBound ?? 0)..<(ids.last?.upperBound ?? 0)
    return PiecedTable("example", columns: try typed(["example_id"] + others, snapshot), numbers: span) {
      (numbers) throws(EngramError) in
      let wanted = snapshot.allExamples.clamped(to: numbers.lowerBound..<(numbers.upperBound + 1))
      var rows: [[MetadataValue]] = []
      try snapshot.metadata(of: wanted, columns: others) { (id, values) throws(EngramError) in
        rows.append([.integer(id)] + values)
      }
      return rows
    }
  }

  private static func runs(_ store: TrajectoryStore, _ snapshot: Snapshot) throws(EngramError) -> PiecedTable {
    let commit: Int64? = snapshot.commit == 0 ? nil : snapshot.commit
    var columns: [String] = []
    var last: Int64 = 0
    try store.query("SELECT * FROM run LIMIT 0", asOf: commit) { (names) throws(EngramError) in
      columns = names
    } row: { (_) throws(EngramError) in
    }
    try store.query("SELECT max(run_id) FROM run", asOf: commit) { (_) throws(EngramError) in
    } row: { (values) throws(EngramError) in
      if case .integer(let number)? = values.first { last = number }
    }
    return PiecedTable("run", columns: try typed(columns, snapshot), numbers: 0..<(last + 1)) {
      (numbers) throws(EngramError) in
      var rows: [[MetadataValue]] = []
      try store.query(
        "SELECT * FROM run WHERE run_id BETWEEN \(numbers.lowerBound) AND \(numbers.upperBound) ORDER BY run_id",
        asOf: commit
      ) { (_) throws(EngramError) in
      } row: { (values) throws(EngramError) in
        rows.append(values)
      }
      return rows
    }
  }
}
