// Made.swift -- recordings made from a seed, and the bits that a store must give back.

import Base
import TestSupport
import TrajectoryModel
import TrajectoryStore

/// The axes of some recordings.
struct Axes: Hashable {
  var epochs: [Double] = [0, 5, 10]
  var statistics: [String] = ["weightabs_mean", "actraw_var", "gradavgabs_id", "mine"]

  var count: Int { epochs.count * statistics.count }
  var columns: FeatureColumns { FeatureColumns(statistics: statistics, epochs: epochs) }
}

/// Recordings with known contents.
enum Made {
  /// Values of which about one in eight is special: NaN with a payload, an infinity, a zero of either sign.
  static func values(
    _ count: Int, _ type: ElementType, special: Bool = true, using generator: inout SeededGenerator
  ) -> TrajectoryValues {
    func draw(_ special32: [UInt32]) -> Float {
      if special, generator.next() % 8 == 0 {
        return Float(bitPattern: special32[Int(generator.next() % UInt64(special32.count))])
      }
      return Float(Int64(truncatingIfNeeded: generator.next() % 2_000_001) - 1_000_000) / 512
    }
    switch type {
    case .float32:
      let special32: [UInt32] = [0x7FC0_0000, 0x7FC1_2345, 0xFFC0_0001, 0x7F80_0001, 0x7F80_0000, 0xFF80_0000, 1 << 31]
      return .float32((0..<count).map { _ in draw(special32) })
    case .float64:
      let bits: [UInt64] = [
        0x7FF8_0000_0000_0000, 0x7FF8_0000_DEAD_BEEF, 0xFFF0_0000_0000_0001, 0x7FF0_0000_0000_0000, 1 << 63,
        0x3FF0_0000_0000_0001,
      ]
      return .float64(
        (0..<count).map { _ in
          special && generator.next() % 8 == 0
            ? Double(bitPattern: bits[Int(generator.next() % UInt64(bits.count))]) : Double(draw([0]))
        })
    }
  }

  /// A run of some layers.
  static func recording(
    _ layers: Int, _ axes: Axes = Axes(), _ type: ElementType = .float32, special: Bool = false,
    metadata: [String: MetadataValue] = [:], using generator: inout SeededGenerator
  ) -> Recording {
    Recording(
      metadata: ["task": .text("digits"), "learning_rule": .text("adam")].merging(metadata) { $1 },
      layers: (0..<layers).map { Layer(name: "layer\($0)", position: [.early, .middle, .deep][$0 % 3]) },
      values: values(layers * axes.count, type, special: special, using: &generator))
  }

  /// Appends one recording.
  @discardableResult
  static func append(
    _ layers: Int, to store: TrajectoryStore, _ axes: Axes = Axes(), _ type: ElementType = .float32,
    special: Bool = false, metadata: [String: MetadataValue] = [:], seed: UInt64
  ) throws -> Recording {
    var generator = SeededGenerator(seed: seed)
    let made = recording(layers, axes, type, special: special, metadata: metadata, using: &generator)
    _ = try store.append([made], epochs: axes.epochs, statistics: axes.statistics)
    return made
  }
}

extension TrajectoryValues {
  /// The bytes in memory.
  var bytes: [UInt8] {
    switch self {
    case .float32(let values):
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    case .float64(let values):
      values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    }
  }

  /// One value as Float64.
  subscript(index: Int) -> Double {
    switch self {
    case .float32(let values): Double(values[index])
    case .float64(let values): values[index]
    }
  }
}

extension Snapshot {
  /// The bytes of some examples as they were recorded.
  func recorded(
    _ examples: Range<Int64>, _ axes: Axes = Axes(), _ type: ElementType = .float32, threads: Int = 2
  ) throws -> [UInt8] {
    var matrix = Matrix(elementType: type)
    try materialize(ExampleSet(examples), axes.columns.recorded, into: &matrix, work: WorkContext(threads: threads))
    return matrix.copied()
  }
}

extension Matrix {
  /// A copy of the bytes.
  borrowing func copied() -> [UInt8] { unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
}
