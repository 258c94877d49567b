// ContentHash.swift -- the hash that names what an ingest brought in: its values, axes and metadata.

import Base
import SegmentFile
import TrajectoryModel

enum ContentHash {
  /// XXH3-128 over the hashes of the values and a text form of axes and metadata, as 32 hex digits.
  ///
  /// The same recordings have the same hash in whatever file format they arrive.
  ///
  /// - Parameters:
  ///   - segments: The axes and the hash of the values of each segment, in order.
  ///   - metadata: What the examples are.
  /// - Returns: The hash.
  static func hash(_ segments: [(schema: SegmentSchema, valuesHash: String)], metadata: AppendMetadata) -> String {
    var text = ""
    var last: SegmentSchema?
    for (schema, hash) in segments {
      if schema != last {
        text += "\(schema.elementType.name)\n"
        for epoch in schema.epochs { text += "\(epoch.bitPattern) " }
        for statistic in schema.statistics { append(statistic, to: &text) }
        last = schema
      }
      append(hash, to: &text)
    }
    for field in metadata.fields { append(field.name, to: &text) }
    for run in metadata.runs {
      for value in run {
        switch value {
        case .null: text += "n"
        case .integer(let number): text += "i\(number)"
        case .real(let number): text += "r\(number.bitPattern)"
        case .text(let string): append(string, to: &text)
        }
      }
      text += "\n"
    }
    for observation in metadata.observations {
      text += "\(observation.run) \(observation.condition.unitFraction.bitPattern) "
      text += "\(observation.condition.noiseSD.bitPattern) \(observation.condition.seed.map(String.init) ?? "n")"
      for layer in observation.layers {
        append(layer.name, to: &text)
        text += layer.position?.rawValue ?? "n"
      }
      text += "\n"
    }
    return XXH3.hash128(text.utf8Span.bytes)
  }

  /// Appends a string by its length, so that no two lists of strings give the same text.
  private static func append(_ string: String, to text: inout String) { text += "s\(string.utf8.count):\(string)" }
}

extension UTF8Span {
  /// The bytes of the text.
  fileprivate var bytes: RawSpan {
    @_lifetime(copy self) get { unsafe span.bytes }
  }
}
