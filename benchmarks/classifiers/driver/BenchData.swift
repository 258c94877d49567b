// BenchData.swift -- the matrix, labels and splits of a benchmark.

import Base
import Formats
import TrajectoryModel

import struct Classifiers.ClassLabels

/// The matrix of a benchmark in both layouts, its labels and its splits; everything is read before anything is timed.
final class BenchData: Sendable {
  /// The features, columns of a row next to one another.
  let rowMajor: Matrix
  /// The same, rows of a column next to one another.
  let columnMajor: Matrix
  /// The class of every row.
  let labels: ClassLabels
  private let file: NpzFile

  /// Reads X and y.
  init(opening path: String) throws(EngramError) {
    file = try NpzFile(opening: path)
    let array = try file.array("X")
    guard array.shape.count == 2, array.type.name == "float32", !array.isFortranOrder else {
      throw EngramError(
        .invalidData, "X is not as the benchmark writes it", file: path, expected: "2-D float32 in C order",
        found: "\(array.shape.count)-D \(array.type.name)")
    }
    let (rows, columns) = (array.shape[0], array.shape[1])
    var byRow = try Matrix(rows: rows, columns: columns)
    var byColumn = try Matrix(rows: rows, columns: columns, layout: .columnMajor)
    do {
      var bytes = byRow.mutableBytes
      try array.payload.read(at: 0, into: &bytes)
    }
    for row in 0..<rows {
      var elements = byColumn.mutableElements
      for column in 0..<columns { elements[row, column] = byRow[row, column] }
    }
    rowMajor = byRow
    columnMajor = byColumn
    let codes = try Self.integers(file.array("y"))
    labels = ClassLabels(codes: codes, classCount: Int(codes.max() ?? -1) + 1)
  }

  /// The rows that an index array names.
  func rows(_ name: String) throws(EngramError) -> [Int32] { try Self.integers(file.array(name)) }

  private static func integers(_ array: NumPyArray) throws(EngramError) -> [Int32] {
    var numbers: [Int32] = []
    for value in try array.metadataValues() {
      guard case .integer(let number) = value, let small = Int32(exactly: number) else {
        throw EngramError(.invalidData, "the array \(array.name) does not hold whole numbers of 32 bits")
      }
      numbers.append(small)
    }
    return numbers
  }
}
