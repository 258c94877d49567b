// NumberBatch.swift -- rows of a delimited file whose numbers are read later, by several threads.

import CTextKernels

/// Rows of one piece of a delimited file, so that their numbers can be read later, by several threads.
///
/// ```swift
/// while try rows.next() {
///   if !rows.add(to: &batch) {
///     // The rows of the piece before are complete: read their numbers, then begin anew.
///     try read(batch)
///     batch.removeAll()
///     _ = rows.add(to: &batch)
///   }
/// }
/// ```
package struct NumberBatch: Sendable {
  /// The columns that are read.
  package let columns: [Int]
  /// The numbers of the rows in the file, from 1.
  package private(set) var rows: [Int] = []
  private var bytes: [UInt8] = []
  private var piece = -1
  /// The fields of the columns, row after row.
  private var fields: [engram_field] = []

  /// Makes an empty batch.
  package init(columns: [Int]) { self.columns = columns }

  /// Forgets all rows.
  package mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    fields.removeAll(keepingCapacity: true)
    bytes = []
    piece = -1
  }

  /// Adds a row, unless the others are of another piece of the file.
  mutating func add(_ row: Int, _ all: [engram_field], of buffer: [UInt8], piece: Int) -> Bool {
    if rows.isEmpty {
      (bytes, self.piece) = (buffer, piece)
    } else if piece != self.piece {
      return false
    }
    rows.append(row)
    for column in columns { fields.append(all[column]) }
    return true
  }

  /// Reads the numbers of a row, as far as they are told quickly.
  ///
  /// - Parameters:
  ///   - index: The place of the row in the batch.
  ///   - first: The place of the first column.
  ///   - numbers: Gets the numbers at the places of the columns.
  /// - Returns: The place of the first column whose cell must be looked at; the number of columns where there is none.
  package func readNumbers(ofRow index: Int, from first: Int, into numbers: inout [Double]) -> Int {
    // SAFETY: the ranges are checked against the bytes.
    unsafe bytes.withUnsafeBytes { bytes in
      let start = index * columns.count
      for place in first..<columns.count {
        let range = fields[start + place].range
        guard let number = unsafe QuickNumber.read(UnsafeRawBufferPointer(rebasing: bytes[range])) else { return place }
        numbers[place] = number
      }
      return columns.count
    }
  }

  /// The cell of a row; nil for bytes that are not UTF-8.
  package func cell(ofRow index: Int, _ place: Int) -> TextTable.Cell? {
    let field = fields[index * columns.count + place]
    return field.text(in: bytes).map { .field($0, isQuoted: field.is_quoted != 0) }
  }
}
