// ArrayFixtures.swift -- the fixtures of arrays.

package import TrajectoryModel

/// The fixtures in fixtures/arrays: x[example, epoch, statistic] = 100 example + 10 epoch + statistic + 0.5.
package enum ArrayFixtures {
  package static let examples = 5
  package static let epochs = 3
  package static let statistics = 4

  /// The path of a fixture.
  package static func path(_ name: String) -> String { Fixtures.path("arrays/\(name)") }

  /// The bytes of a fixture.
  package static func bytes(_ name: String) -> [UInt8] { TestFiles.read(path(name)) }

  /// x in canonical order, each value with something added.
  package static func values(_ examples: Range<Int> = 0..<5, adding offset: Double = 0) -> [Double] {
    examples.flatMap { e in
      (0..<epochs).flatMap { t in (0..<statistics).map { s in Double(100 * e + 10 * t + s) + 0.5 + offset } }
    }
  }

  /// Canonical bytes as values.
  package static func decoded(_ bytes: [UInt8], _ type: ElementType) -> [Double] {
    stride(from: 0, to: bytes.count, by: type.byteCount).map { start in
      let bits = bytes[start..<(start + type.byteCount)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return type == .float32 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
    }
  }
}
