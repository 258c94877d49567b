// InexactNumbers.swift -- whole numbers of a table that are longer than Float64 holds, counted by any thread.

import Base
import Formats
import Synchronization

/// Whole numbers of a table that Float64 does not hold, of which the nearest that it holds are stored.
final class InexactNumbers: Sendable {
  /// Below it every whole number is a Float64.
  private static let smallest = 0x1p53

  private struct Found {
    var count = 0
    var first: (row: Int, column: String, text: String)?
  }

  private let found = Mutex(Found())

  /// Looks at a number that was read.
  ///
  /// - Parameters:
  ///   - number: The number.
  ///   - row: Its row, from 1.
  ///   - column: The name of its column.
  ///   - cell: Gives what it was read from, where that must be looked at.
  /// - Throws: What `cell` throws.
  @inline(__always)
  func look(
    at number: Double, row: Int, column: String, cell: () throws(EngramError) -> TextTable.Cell?
  ) throws(EngramError) {
    guard number.magnitude >= Self.smallest, let text = try cell()?.plainText, Self.isInexact(text) else { return }
    found.withLock { found in
      found.count += 1
      if found.first.map({ row < $0.row }) ?? true { found.first = (row, column, text) }
    }
  }

  /// Refuses an epoch that Float64 does not hold: two neighbours would be one.
  ///
  /// - Parameters:
  ///   - epoch: What was read.
  ///   - file: The file, for errors.
  ///   - place: Where the epoch stands, for errors.
  ///   - cell: Gives what it was read from, where that must be looked at.
  /// - Throws: ``EngramError`` with code `invalidData`.
  static func refuse(
    _ epoch: Double, file: String, place: () -> String, of cell: () throws(EngramError) -> TextTable.Cell
  ) throws(EngramError) {
    guard epoch.magnitude >= smallest else { return }
    let text = try cell().plainText
    guard isInexact(text) else { return }
    throw EngramError(
      .invalidData, "an epoch is a whole number that float64 does not hold", file: file, place: place(),
      expected: "at most 2^53", found: text,
      mend: "count epochs in larger units, such as seconds for nanoseconds, or from a later start")
  }

  private static func isInexact(_ text: String) -> Bool {
    if let whole = Int64(text) { return Double(exactly: whole) == nil }
    return UInt64(text).map { Double(exactly: $0) == nil } ?? false
  }

  /// What a user should know; nil where there are none.
  var note: String? {
    found.withLock { found in
      found.first.map { first in
        """
        \(found.count) whole numbers are longer than float64 holds, which has the nearest in their place, such as \
        \(first.text) in row \(first.row), column \(first.column)
        """
      }
    }
  }
}

extension SeriesReader {
  /// The value in a cell, nil where nothing was recorded.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for what is no number.
  func value(_ column: Int, in source: SeriesRows) throws(EngramError) -> Double? {
    guard let number = try source.number(column, rules, file: file) else { return nil }
    try inexact.look(at: number, row: source.row, column: header[column]) { () throws(EngramError) in
      try source.cell(column)
    }
    return number
  }
}
