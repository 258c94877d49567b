// SeriesReader+Wide.swift -- a table with a row for each epoch: who and when row by row, numbers by several threads.

import Base
import Formats

extension SeriesReader {
  /// Rows whose numbers one thread reads at a time.
  private static let rowsAtATime = 256

  /// Reads rows of the wide form.
  ///
  /// - Parameters:
  ///   - columns: The column of each statistic.
  ///   - source: The rows.
  ///   - work: How the work is done.
  /// - Throws: Of all that is wrong what comes first in the file.
  mutating func readWide(
    _ columns: [Int], _ source: SeriesRows, _ work: WorkContext
  ) throws(EngramError) {
    var batch = NumberBatch(columns: columns)
    var places: [Int] = []
    do throws(EngramError) {
      while try source.next() {
        try Self.tell(source, work)
        guard let epoch = try epoch(source, of: columns) else { continue }
        let (row, isNew) = try row(of: try example(source), at: epoch)
        if isNew, let isAdded = source.add(to: &batch) {
          if !isAdded {
            try readNumbers(of: &batch, into: &places, work)
            _ = source.add(to: &batch)
          }
          places.append(row)
          continue
        }
        // What an earlier row says of the same epoch is compared, so it must be there.
        try readNumbers(of: &batch, into: &places, work)
        for (place, column) in columns.enumerated() {
          if let value = try self.value(column, in: source) {
            try set(row, place, value, isNew: isNew, source)
          }
        }
      }
    } catch {
      try readNumbers(of: &batch, into: &places, work)
      throw error
    }
    try readNumbers(of: &batch, into: &places, work)
  }

  /// Reads the numbers of all rows of a batch, which is then empty.
  private func readNumbers(
    of batch: inout NumberBatch, into places: inout [Int], _ work: WorkContext
  ) throws(EngramError) {
    let (all, rowOfPlace, file, header) = (batch, places, file, header)
    let (scratch, rules, inexact) = (rows, rules, inexact)
    let count = (rowOfPlace.count + Self.rowsAtATime - 1) / Self.rowsAtATime
    try parallelFor(count: count, work: work) { (part, _) throws(EngramError) in
      let first = part * Self.rowsAtATime
      var numbers = [Double](repeating: 0, count: all.columns.count)
      for index in first..<min(first + Self.rowsAtATime, rowOfPlace.count) {
        var (start, next) = (0, 0)
        while true {
          if rules.readsQuickly { next = all.readNumbers(ofRow: index, from: next, into: &numbers) }
          guard next < numbers.count else { break }
          let column = header[all.columns[next]]
          guard let cell = all.cell(ofRow: index, next) else {
            throw TextEncoding.notUTF8(file: file, place: "row \(all.rows[index]), column \(column)")
          }
          if let number = try rules.number(in: cell, of: column, file: file, row: { all.rows[index] }) {
            numbers[next] = number
          } else {
            scratch.store(numbers, start..<next, inRow: rowOfPlace[index])
            start = next + 1
          }
          next += 1
        }
        scratch.store(numbers, start..<next, inRow: rowOfPlace[index])
        for (place, number) in numbers.enumerated() {
          try inexact.look(at: number, row: all.rows[index], column: header[all.columns[place]]) {
            all.cell(ofRow: index, place)
          }
        }
      }
    }
    batch.removeAll()
    places.removeAll(keepingCapacity: true)
  }

  /// The epoch of a row; nil for a row that stands for nothing, which is counted.
  ///
  /// - Parameters:
  ///   - source: The row.
  ///   - columns: Where its values are.
  /// - Returns: The epoch, never -0.
  /// - Throws: ``EngramError`` with code `invalidData` for a row of values that has no epoch.
  mutating func epoch(_ source: SeriesRows, of columns: [Int]) throws(EngramError) -> Double? {
    if shape.hasRowsOfNothing, let column = shape.epoch {
      let text = try source.cell(column).plainText
      if SelectedColumns.isSample(text) {
        throw SelectedColumns.noEpochs("'\(text)'", place: "row \(source.row), column \(header[column])", file: file)
      }
    }
    if let column = shape.epoch, let epoch = try source.number(column, rules, file: file), epoch.isFinite {
      try InexactNumbers.refuse(epoch, file: file, place: { "row \(source.row), column \(header[column])" }) {
        () throws(EngramError) in try source.cell(column)
      }
      return epoch + 0.0
    }
    if shape.hasRowsOfNothing {
      var isNothing = true
      for column in columns where isNothing {
        isNothing = try source.number(column, rules, file: file)?.isNaN ?? true
      }
      if isNothing {
        countRowOfNothing()
        return nil
      }
    }
    throw EngramError(
      .invalidData, "a row has no epoch", file: file,
      place: "row \(source.row), column \(shape.epoch.map { header[$0] } ?? "epoch")", expected: "a finite number")
  }
}
