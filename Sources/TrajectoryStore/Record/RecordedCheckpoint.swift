// RecordedCheckpoint.swift -- one checkpoint of a run in progress, and its bytes in a journal.

import Base
import TrajectoryModel

/// One checkpoint of a run that is being recorded.
package struct RecordedCheckpoint: Sendable {
  /// The epoch.
  package let epoch: Double
  /// The bytes of the values, [layer][statistic], in the type of the run.
  let bytes: [UInt8]
  /// The metrics, by name.
  package let metrics: [String: Double]

  /// What two equal checkpoints share, bit for bit.
  var hash: String { unsafe XXH3.hash128(payload.span.bytes) }

  /// The payload of a block.
  var payload: [UInt8] {
    var text = ""
    for (name, value) in metrics.sorted(by: { $0.key < $1.key }) {
      text += "\(name.utf8.count):\(name)\(value.bitPattern);"
    }
    return JournalBlock.littleEndian((epoch + 0.0).bitPattern) + bytes + Array(text.utf8)
  }

  init(epoch: Double, bytes: [UInt8], metrics: [String: Double]) {
    self.epoch = epoch + 0.0
    self.bytes = bytes
    self.metrics = metrics
  }

  /// Reads the payload of a block.
  init(_ payload: ArraySlice<UInt8>, of run: RecordedRun) throws(EngramError) {
    let count = run.valueCount * run.elementType.byteCount
    guard payload.count >= 8 + count else {
      throw EngramError(.corrupt, "a checkpoint of a journal is too short", found: "\(payload.count) bytes")
    }
    let start = payload.startIndex
    epoch = Double(bitPattern: JournalBlock.number(payload[start..<(start + 8)]))
    bytes = Array(payload[(start + 8)..<(start + 8 + count)])
    metrics = try Self.metrics(payload[(start + 8 + count)...])
    guard epoch.isFinite else { throw EngramError(.corrupt, "a checkpoint of a journal has no epoch") }
  }

  private static func metrics(_ text: ArraySlice<UInt8>) throws(EngramError) -> [String: Double] {
    var metrics: [String: Double] = [:]
    var rest = text
    while !rest.isEmpty {
      guard let colon = rest.firstIndex(of: UInt8(ascii: ":")),
        let length = Int(String(decoding: rest[..<colon], as: UTF8.self)), length >= 0, length < rest.endIndex - colon,
        let end = rest[(colon + 1 + length)...].firstIndex(of: UInt8(ascii: ";")),
        let bits = UInt64(String(decoding: rest[(colon + 1 + length)..<end], as: UTF8.self))
      else { throw EngramError(.corrupt, "the metrics of a checkpoint of a journal are damaged") }
      metrics[String(decoding: rest[(colon + 1)..<(colon + 1 + length)], as: UTF8.self)] = Double(bitPattern: bits)
      rest = rest[(end + 1)...]
    }
    return metrics
  }
}
