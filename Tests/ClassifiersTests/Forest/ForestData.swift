// ForestData.swift -- matrices for the tests of forests, and the frozen answers of scikit-learn.

import Base
import Classifiers
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

/// Rows of numbers and their classes.
struct ForestData: Sendable {
  var rows: [[Float]]
  var labels: ClassLabels

  var columnCount: Int { rows[0].count }

  /// The rows as a matrix.
  func matrix(_ layout: MatrixLayout = .columnMajor, _ type: ElementType = .float32) throws -> Matrix {
    try filledMatrix(rows: rows.count, columns: columnCount, elementType: type, layout: layout) { Double(rows[$0][$1]) }
  }

  /// Noisy classes of random rows, the same for the same seed.
  static func noisy(rows: Int, columns: Int, classes: Int, distinct: Int? = nil, seed: UInt64) -> ForestData {
    var generator = SeededGenerator(seed: seed)
    var data = ForestData(rows: [], labels: ClassLabels(codes: [], classCount: classes))
    var codes: [Int32] = []
    for _ in 0..<rows {
      let row = (0..<columns).map { _ in
        distinct.map { Float(Int.random(in: 0..<$0, using: &generator)) }
          ?? Float.random(in: -1..<1, using: &generator)
      }
      let scale = distinct.map { Float($0) } ?? 1
      let signal = row[0] / scale + row[1] * row[1] / (scale * scale) + Float.random(in: -0.4..<0.4, using: &generator)
      data.rows.append(row)
      codes.append(Int32(min(classes - 1, max(0, Int((signal + 0.5) * Float(classes) / 2)))))
    }
    data.labels = ClassLabels(codes: codes, classCount: classes)
    return data
  }

  /// The bundled trajectories, all values of an example as columns, and the learning rules.
  static func digits() throws -> ForestData {
    let path = Fixtures.path("digits_dataset.pkl")
    let dataset = try PublishedDataset(try PickleFile.read(path: path), file: path)
    let count = dataset.trajectories.payload.byteCount / 4
    let bytes = try dataset.trajectories.payload.bytes(0..<(4 * count))
    let values = unsafe bytes.withUnsafeBytes { bytes in
      (0..<count).map { unsafe bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    let rules = try #require(dataset.labels)
    let names = Array(Set(rules)).sorted()
    let width = count / dataset.exampleCount
    let codes = rules.map { rule in Int32(names.firstIndex(of: rule) ?? 0) }
    let rows = stride(from: 0, to: count, by: width).map { Array(values[$0..<($0 + width)]) }
    return ForestData(rows: rows, labels: ClassLabels(codes: codes, classCount: names.count))
  }
}
