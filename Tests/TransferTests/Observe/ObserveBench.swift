// ObserveBench.swift -- raw recordings in files, and what a store holds of them.

import Base
import Formats
import Observables
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

/// A folder for raw recordings and the stores that are made of them.
struct ObserveBench {
  let folder = TemporaryFolder()

  subscript(name: String) -> String { folder[name] }

  /// Writes an array in C order, or as numpy.asfortranarray does.
  @discardableResult func write(
    _ numbers: [Double], shape: [Int], to name: String, type: NumPyType = .float64, isFortranOrder: Bool = false
  ) throws -> String {
    let header = NpyHeader(type: type, shape: shape, isFortranOrder: isFortranOrder)
    let writer = try NpyWriter(creating: self[name], header: header)
    var bytes: [UInt8] = []
    for number in numbers {
      var element: [UInt8] = []
      switch (type.kind, type.byteCount) {
      case (.float, 8): element.appendLittleEndian(number.bitPattern)
      case (.float, 4): element.appendLittleEndian(Float(number).bitPattern)
      case (.float, _): element.appendLittleEndian(Float16(number).bitPattern)
      case (_, 1): element.appendLittleEndian(Int8(number))
      case (_, 2): element.appendLittleEndian(Int16(number))
      case (_, 4): element.appendLittleEndian(Int32(number))
      default: element.appendLittleEndian(Int64(number))
      }
      bytes += type.isBigEndian ? element.reversed() : element
    }
    try unsafe writer.write(bytes.span.bytes)
    try writer.finish()
    return self[name]
  }

  /// What a store holds of some examples: of each its epochs, and of each epoch its statistics in published order.
  func stored(_ store: String, where filter: String? = nil) throws -> [[[Double]]] {
    let snapshot = try TrajectoryStore(opening: self[store]).snapshot()
    let examples = try filter.map { try snapshot.examples(where: $0) } ?? snapshot.allExamples
    let statistics = snapshot.statistics(of: examples)
    let epochs = snapshot.epochs(of: examples)
    var matrix = Matrix(elementType: .float64)
    try snapshot.materialize(
      examples, FeatureColumns(statistics: statistics, epochs: epochs, order: .bySample), into: &matrix)
    let values = matrix.float64
    let (width, count) = (statistics.count, epochs.count)
    return (0..<matrix.rows).map { row in
      (0..<count).map { epoch in
        (0..<width).map { values[(row * count + epoch) * width + $0] }
      }
    }
  }

  /// The rows of a question to the catalog.
  func rows(_ store: String, _ sql: String) throws -> [[MetadataValue]] {
    var rows: [[MetadataValue]] = []
    try TrajectoryStore(opening: self[store]).query(sql, header: { _ in }, row: { rows.append($0) })
    return rows
  }

  /// Records an issue unless statistics of epochs are those that NumPy found.
  static func expect(
    _ epochs: [[Double]], are frozen: [JSONValue], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(epochs.count == frozen.count, "\(what)", sourceLocation: sourceLocation)
    for (epoch, value) in zip(epochs, frozen) {
      let object = try value.asObject()
      let (expected, scales) = (try object.reals("values"), try object.reals("scales"))
      #expect(epoch.count == expected.count, "\(what)", sourceLocation: sourceLocation)
      for index in epoch.indices where abs(epoch[index] - expected[index]) > 1e-12 * scales[index] {
        Issue.record(
          "\(what), statistic \(index): \(epoch[index]) for \(expected[index])", sourceLocation: sourceLocation)
      }
    }
  }
}
