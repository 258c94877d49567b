// ArrayFixtures.swift -- the fixtures of arrays.

import Base
import TestSupport
import TrajectoryModel

/// The fixtures in fixtures/arrays: x[example, epoch, statistic] = 100 example + 10 epoch + statistic + 0.5.
enum ArrayFixtures {
  static let examples = 5
  static let epochs = 3
  static let statistics = 4

  /// The path of a fixture.
  static func path(_ name: String) -> String { Fixtures.path("arrays/\(name)") }

  /// The bytes of a fixture.
  static func bytes(_ name: String) -> [UInt8] { TestFiles.read(path(name)) }

  /// x in canonical order, each value with something added.
  static func values(_ examples: Range<Int> = 0..<5, adding offset: Double = 0) -> [Double] {
    examples.flatMap { e in
      (0..<epochs).flatMap { t in (0..<statistics).map { s in Double(100 * e + 10 * t + s) + 0.5 + offset } }
    }
  }

  /// Canonical bytes as values.
  static func decoded(_ bytes: [UInt8], _ type: ElementType) -> [Double] {
    stride(from: 0, to: bytes.count, by: type.byteCount).map { start in
      let bits = bytes[start..<(start + type.byteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return type == .float32 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
    }
  }
}

/// A source that only goes forward cheaply, as an escaped text does.
struct ForwardBytes: ByteSource {
  let bytes: [UInt8]
  var byteCount: Int { bytes.count }
  func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    try MemoryBytes(bytes).read(at: offset, into: &buffer)
  }
}
