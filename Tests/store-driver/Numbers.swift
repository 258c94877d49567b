// Numbers.swift -- the values of every example, as a function of its id, so that any process can check them.

import TrajectoryModel
import TrajectoryStore

/// The values and metadata of examples as a function of their ids.
enum Numbers {
  static let epochs: [Double] = [0, 2.5, 100]
  static let statistics = ["weightabs_mean", "gradavgraw_id"]

  /// SplitMix64 (Steele, Lea, Flood 2014) of one number.
  static func mixed(_ number: UInt64) -> UInt64 {
    var z = number &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The bits of the values of one example, [epoch][statistic]; any bits, so also NaN of any payload.
  static func bits(_ example: Int64) -> [UInt64] {
    (0..<UInt64(epochs.count * statistics.count)).map { mixed(UInt64(example) << 8 | $0) }
  }

  /// A run whose layers become the examples of a range.
  static func recording(_ examples: Range<Int64>) -> Recording {
    Recording(
      metadata: ["task": .text("from \(examples.lowerBound)"), "width": .integer(Int64(examples.count))],
      layers: (0..<examples.count).map { Layer(name: "layer\($0)", position: nil) },
      values: .float64(examples.flatMap(bits).map(Double.init(bitPattern:))))
  }
}
