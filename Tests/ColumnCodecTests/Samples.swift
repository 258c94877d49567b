// Samples.swift -- values of every kind that a chunk must give back bit by bit.

import ColumnCodec
import TestSupport
import Testing
import TrajectoryModel

import func Foundation.pow

/// A kind of values.
enum Sample: String, CaseIterable, CustomTestStringConvertible {
  case randomBits, walk, learning, special, zeros, ones, allNaN, exactFloat32, exactFloat32WithSpecials, smallIntegers

  var testDescription: String { rawValue }

  /// Bits that are hard to keep: zeros, infinities, subnormals, NaNs quiet and signalling, with payloads.
  static let specialFloats: [UInt32] = [
    0, 0x8000_0000, 0x7f80_0000, 0xff80_0000, 1, 0x8000_0001, 0x007f_ffff, 0x807f_ffff, 0x0080_0000, 0x7f7f_ffff,
    0xff7f_ffff, 0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xff80_0001, 0x7fbf_ffff, 0x7fff_ffff, 0xffff_ffff, 0x3f80_0000,
    0x0040_0000, 0x0000_0100,
  ]

  static let specialDoubles: [UInt64] =
    [
      0, 1 << 63, 0x7ff0 << 48, 0xfff0 << 48, 1, 0x000f_ffff_ffff_ffff, 0x0010 << 48, 0x7fef_ffff_ffff_ffff,
      0x7ff8 << 48,
      0xfff8 << 48, 0x7ff0_0000_0000_0001, 0xfff0_0000_0000_0001, 0x7ff7_ffff_ffff_ffff, .max, 0x3ff0 << 48,
      0x7ff0_0000_2000_0000, 0x7ff0_0000_1000_0000,
    ] + specialFloats.map { widened($0) }

  /// Float32 bits as Float64 bits, by the definition and without floating-point instructions on NaNs.
  static func widened(_ bits: UInt32) -> UInt64 {
    let float = Float(bitPattern: bits)
    guard float.isNaN else { return Double(float).bitPattern }
    return UInt64(bits >> 31) << 63 | 0x7ff0 << 48 | UInt64(bits & 0x7f_ffff) << 29
  }

  /// Bits of values, `[epoch][example]`; of Float32 they are the low 32 bits.
  func bits(epochs: Int, examples: Int, type: ElementType, seed: UInt64) -> [UInt64] {
    var generator = SeededGenerator(seed: seed)
    let count = epochs * examples
    func number(_ value: Double) -> UInt64 {
      type == .float32 ? UInt64(Float(value).bitPattern) : value.bitPattern
    }
    func exact(_ bits: UInt32) -> UInt64 { type == .float32 ? UInt64(bits) : Self.widened(bits) }
    switch self {
    case .randomBits:
      return (0..<count).map { _ in type == .float32 ? generator.next() >> 32 : generator.next() }
    case .walk:
      var values = (0..<examples).map { _ in Double.random(in: -1...1, using: &generator) }
      var all: [UInt64] = []
      for _ in 0..<epochs {
        for example in 0..<examples {
          values[example] += Double.random(in: -0.01...0.01, using: &generator)
          all.append(number(values[example]))
        }
      }
      return all
    case .learning: return Self.learning(epochs: epochs, examples: examples, using: &generator).map(number)
    case .special:
      return (0..<count).map { _ in
        type == .float32
          ? UInt64(Self.specialFloats.randomElement(using: &generator) ?? 0)
          : Self.specialDoubles.randomElement(using: &generator) ?? 0
      }
    case .zeros: return Array(repeating: 0, count: count)
    case .ones: return Array(repeating: number(1), count: count)
    case .allNaN: return Array(repeating: type == .float32 ? 0x7f80_0001 : 0x7ff0_0000_0000_0001, count: count)
    case .exactFloat32:
      return (0..<count).map { _ in exact(Float(Double.random(in: -1...1, using: &generator)).bitPattern) }
    case .exactFloat32WithSpecials:
      return (0..<count).map { _ in exact(Self.specialFloats.randomElement(using: &generator) ?? 0) }
    case .smallIntegers: return (0..<count).map { _ in number(Double(Int.random(in: 0...3, using: &generator))) }
    }
  }
}

extension Sample {
  /// What networks do as they learn: they start alike, run by run, move by amounts that differ by powers of ten, and go on as they did.
  private static func learning(
    epochs: Int, examples: Int, using generator: inout SeededGenerator
  ) -> [Double] {
    let starts = (0..<40).map { _ in Double.random(in: 0.5...2, using: &generator) }
    var values = (0..<examples).map { starts[$0 % starts.count] }
    var steps = values.map { $0 * pow(10, Double.random(in: -6 ... -1, using: &generator)) }
    var all = values
    for _ in 1..<max(1, epochs) {
      for example in 0..<examples {
        steps[example] *= Double.random(in: 0.8...0.9, using: &generator)
        values[example] += steps[example]
      }
      all += values
    }
    return Array(all.prefix(epochs * examples))
  }
}

/// The bytes of values given by their bits.
func bytes(_ bits: [UInt64], _ type: ElementType) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(bits.count * type.byteCount)
  for value in bits {
    for place in 0..<type.byteCount { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
  }
  return bytes
}
