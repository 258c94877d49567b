// KeptColumns.swift -- columns of runs and measurements that a connection keeps for the next tally.

import Base
import SQLite

/// The columns that a connection has read for tallies.
final class KeptColumns {
  /// Bytes of numbers that a connection keeps; beyond them, what it has is let go.
  private static let mostBytes = 64 << 20

  private var columns: [String: TallyColumn] = [:]
  private var byteCount = 0
  /// Lists of columns of which at least one was found to have too many different values.
  private var unfit: Set<[String]> = []
  /// Lists of columns that were asked for.
  private var asked: Set<[String]> = []
  /// The examples of each measurement, ascending, once they were read.
  var measurements: [Range<Int64>]?

  /// Whether columns of a table are kept, or were asked for before; from now on they were.
  func hasAsked(_ names: [String], of table: String) -> Bool {
    let keys = names.map { "\(table).\($0)" }
    return !asked.insert(keys).inserted || keys.allSatisfy { columns[$0] != nil }
  }

  /// Columns of a table, read where they are not kept.
  ///
  /// - Parameters:
  ///   - names: The columns.
  ///   - table: The table.
  ///   - read: Reads columns; gives nil where one has too many different values.
  /// - Returns: The columns, or nil where one has too many different values.
  /// - Throws: What `read` throws.
  func columns(
    _ names: [String], of table: String, reading read: ([String]) throws(EngramError) -> [TallyColumn]?
  ) throws(EngramError) -> [TallyColumn]? {
    func key(_ name: String) -> String { "\(table).\(name)" }
    let keys = names.map(key)
    if unfit.contains(keys) { return nil }
    let missing = names.filter { columns[key($0)] == nil }
    guard let new = missing.isEmpty ? [] : try read(missing) else {
      unfit.insert(keys)
      return nil
    }
    let found = columns.merging(zip(missing.map(key), new)) { _, new in new }
    let bytes = new.reduce(0) { $0 + $1.numbers.count * MemoryLayout<UInt16>.size }
    if byteCount + bytes <= Self.mostBytes {
      (columns, byteCount) = (found, byteCount + bytes)
    } else if bytes <= Self.mostBytes {
      (columns, byteCount) = (Dictionary(uniqueKeysWithValues: zip(missing.map(key), new)), bytes)
    }
    return keys.compactMap { found[$0] }
  }
}
