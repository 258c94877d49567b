// IngestBench.swift -- inputs made in memory, and stores to ingest them into.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore
import Transfer

/// Bytes in memory as a source.
struct IngestBytes: ByteSource {
  let bytes: [UInt8]
  var byteCount: Int { bytes.count }

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    for index in 0..<buffer.byteCount {
      buffer.storeBytes(of: bytes[offset + index], toByteOffset: index, as: UInt8.self)
    }
  }
}

/// Values that nothing may read.
struct UnreadBytes: ByteSource {
  let byteCount: Int

  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    throw EngramError(.io, "the values were read", offset: offset)
  }
}

/// A folder of a test's own, and inputs for stores in it.
final class IngestBench {
  private let folder = TemporaryFolder()

  /// The path of the folder.
  var path: String { folder.path }

  subscript(name: String) -> String { folder[name] }

  func write(_ text: String, to name: String) { folder.write(text, to: name) }

  /// Writes float32 values as an .npy file.
  func writeNpy(_ values: [Float], shape: [Int], to name: String) {
    var header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape.map(String.init).joined(separator: ", "))), }"
    while (header.utf8.count + 11) % 64 != 0 { header += " " }
    header += "\n"
    let length = header.utf8.count
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
    bytes += Array(header.utf8)
    for value in values {
      for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * shift))) }
    }
    folder.write(bytes, to: name)
  }

  /// An input of some rows whose value is row + epoch / 10 + statistic / 100.
  static func input(
    _ rows: Int, _ columns: [(String, [MetadataValue])], positions: [LayerPosition?]? = nil,
    epochs: [Double]? = [0, 5],
    statistics: [String] = ["weightabs_mean", "mine"]
  ) -> IngestInput {
    let epochCount = epochs?.count ?? 3
    var bytes: [UInt8] = []
    for row in 0..<rows {
      for epoch in 0..<epochCount {
        for statistic in statistics.indices {
          let bits = (Double(row) + Double(epoch) / 10 + Double(statistic) / 100).bitPattern
          for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(shift)))) }
        }
      }
    }
    return IngestInput(
      source: "rows",
      values: NumPyArray(
        name: "X", type: NumPyType(kind: .float, byteCount: 8, isBigEndian: false),
        shape: [rows, epochCount, statistics.count], isFortranOrder: false, payload: IngestBytes(bytes: bytes)),
      statistics: statistics, epochs: epochs, positions: positions,
      columns: columns.map { MetadataColumn(name: $0.0, values: $0.1) })
  }

  /// Ingests, and returns the report and the rows of the example table.
  func ingest(
    _ input: IngestInput, runFields: [String]? = nil, columns: [String] = ["run_id", "observation_id", "layer_name"]
  ) throws -> (report: IngestReport, rows: [[MetadataValue]]) {
    let store = self["\(UInt64.random(in: 0 ... .max)).engram"]
    let report = try Ingest.run(input, into: store, options: IngestOptions(runFields: runFields))
    let snapshot = try TrajectoryStore(opening: store).snapshot()
    var rows: [[MetadataValue]] = []
    try snapshot.metadata(of: snapshot.allExamples, columns: columns) { rows.append($1) }
    #expect(try TrajectoryStore(opening: store).verify().problems.isEmpty)
    return (report, rows)
  }
}

/// Text values.
func texts(_ words: String...) -> [MetadataValue] { words.map { $0 == "-" ? .null : .text($0) } }
/// Whole numbers.
func whole(_ numbers: Int64...) -> [MetadataValue] { numbers.map { .integer($0) } }
