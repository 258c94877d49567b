// SeriesReader+Merge.swift -- rows whose cells spell one thing in two ways belong to one example.

import Base
import Formats
import TrajectoryModel

extension SeriesReader {
  /// The rows of each example, ascending by epoch; none for examples that are another one in another spelling.
  ///
  /// `1` and `1.0` are one number, and a name is the same with and without quotes: who joins two files has both.
  ///
  /// - Returns: The rows.
  /// - Throws: ``EngramError`` with code `invalidData` for a value that comes twice and differs, and as ``MetadataTable``.
  mutating func rowsOfExamples() throws(EngramError) -> [[Int32]] {
    let one = try exampleOfEach()
    var rowsOf = [[Int32]](repeating: [], count: examples.count)
    respelled = one.indices.count { one[$0] != $0 }
    for (row, example) in exampleOfRow.enumerated() { rowsOf[one[Int(example)]].append(Int32(row)) }
    for example in rowsOf.indices {
      let isSorted = rowsOf[example].indices.dropFirst().allSatisfy {
        epochOfRow[Int(rowsOf[example][$0 - 1])] < epochOfRow[Int(rowsOf[example][$0])]
      }
      if isSorted { continue }
      rowsOf[example].sort { (epochOfRow[Int($0)], $0) < (epochOfRow[Int($1)], $1) }
      var kept: [Int32] = []
      for row in rowsOf[example] {
        if let last = kept.last, epochOfRow[Int(last)] == epochOfRow[Int(row)] {
          try join(Int(row), to: Int(last), example)
        } else {
          kept.append(row)
        }
      }
      rowsOf[example] = kept
    }
    return rowsOf
  }

  /// For each example the first whose metadata mean the same.
  private func exampleOfEach() throws(EngramError) -> [Int] {
    let columns = shape.fields.indices.map { field in
      (name: header[shape.fields[field]], cells: examples.map { $0[field] })
    }
    var known: [[MetadataValue]: Int] = [:]
    // Names that cannot be fields, or come twice, are told later.
    var typed: [[MetadataValue]] = []
    let layer = rules.layerColumn(among: columns.map(\.name))
    for column in columns {
      let declared = rules.type(of: column.name, or: column.name) ?? (column.name == layer ? .text : nil)
      let reader = ColumnReader(
        name: column.name, declared: declared, decimal: rules.decimal,
        missing: Set(rules.missing), isTyped: isJSON, rowNumbers: firstRows)
      do throws(EngramError) {
        typed.append(try reader.read(column.cells).values)
      } catch {
        throw error.inFile(file)
      }
    }
    return examples.indices.map { example in
      let key = typed.map { $0[example] }
      if let first = known[key] { return first }
      known[key] = example
      return example
    }
  }

  /// Joins the values of a row to those of an earlier one of the same epoch.
  private mutating func join(_ row: Int, to first: Int, _ example: Int) throws(EngramError) {
    for column in statistics.indices {
      guard let value = rows[row, column] else { continue }
      guard let earlier = rows[first, column] else {
        rows[first, column] = value
        continue
      }
      guard earlier.bitPattern == value.bitPattern || earlier.isNaN && value.isNaN else {
        let cells = zip(shape.fields, examples[example]).map { "\(header[$0]) \($1.plainText)" }
        throw EngramError(
          .invalidData, "a value comes twice and differs", file: file,
          place: "epoch \(EpochSelection.text(epochOfRow[row])) of \(cells.joined(separator: ", "))",
          expected: "\(earlier), as in an earlier row", found: "\(value) for \(statistics[column])",
          mend: "keep one of the rows, or add a column that tells the two runs apart")
      }
      countRepeated()
    }
  }
}
