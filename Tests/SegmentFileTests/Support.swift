// Support.swift -- seeded values and edited files for the tests of segment files.

import Base
import CXXHash
import ColumnCodec
import SegmentFile
import TestSupport
import TrajectoryModel

import func Foundation.pow

/// Segments as bytes, for tests that damage them.
enum SegmentBytes {
  /// XXH3-64.
  static func checksum(_ bytes: some Collection<UInt8>) -> UInt64 {
    let copy = Array(bytes)
    return unsafe copy.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }

  /// The number at an offset.
  static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> UInt64 {
    (0..<size).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  /// Puts a number at an offset.
  static func put(_ value: UInt64, _ size: Int, at offset: Int, in bytes: inout [UInt8]) {
    for place in 0..<size { bytes[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * place)) }
  }

  /// Where the footer of a sound file starts.
  static func footerStart(_ bytes: [UInt8]) -> Int { bytes.count - 32 - Int(number(bytes, bytes.count - 32, 8)) }

  /// Makes every checksum fit again: of the header, of the chunks that the directory names, of footer and trailer.
  static func reseal(_ bytes: inout [UInt8], chunkCount: Int) {
    put(checksum(bytes[0..<32]), 8, at: 32, in: &bytes)
    let end = bytes.count - 32
    for chunk in 0..<chunkCount {
      let entry = end - 56 * (chunkCount - chunk)
      guard entry >= 40 else { continue }
      let (offset, length) = (Int(truncatingIfNeeded: number(bytes, entry, 8)), Int(number(bytes, entry + 8, 4)))
      guard offset >= 40, offset < end, length <= end - offset else { continue }
      put(checksum(bytes[offset..<(offset + length)]), 8, at: entry + 32, in: &bytes)
    }
    resealTrailer(&bytes)
  }

  /// Makes the checksums of footer and trailer fit again.
  static func resealTrailer(_ bytes: inout [UInt8]) {
    let end = bytes.count - 32
    let length = number(bytes, end, 8)
    if length <= UInt64(end) { put(checksum(bytes[(end - Int(length))..<end]), 8, at: end + 8, in: &bytes) }
    put(checksum(bytes[end..<(end + 16)]), 8, at: end + 16, in: &bytes)
  }
}

/// A segment to write: canonical values by their bits.
struct SegmentSample {
  var schema: SegmentSchema
  var exampleCount: Int
  var bits: [UInt64]
  var codec = SegmentCodec.predicted
  var identifier = SegmentIdentifier(hex: "000102030405060708090a0b0c0d0e0f") ?? .random()

  /// The canonical bytes.
  var bytes: [UInt8] {
    let size = schema.elementType.byteCount
    var bytes: [UInt8] = []
    bytes.reserveCapacity(bits.count * size)
    for value in bits {
      for place in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }
    return bytes
  }

  /// Random walks, one statistic in four with special values, one in four constant.
  static func walks(examples: Int, epochs: Int, statistics: Int, type: ElementType, seed: UInt64) throws
    -> SegmentSample
  {
    var generator = SeededGenerator(seed: seed)
    let schema = try SegmentSchema(
      epochs: (0..<epochs).map { Double($0) * 5 }, statistics: (0..<statistics).map { "statistic_\($0)" },
      elementType: type)
    let special: [Double] = [.nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude, -1e-40, .signalingNaN]
    var bits: [UInt64] = []
    bits.reserveCapacity(examples * epochs * statistics)
    for _ in 0..<examples {
      var values = (0..<statistics).map { _ in Double.random(in: -1...1, using: &generator) }
      for _ in 0..<epochs {
        for statistic in 0..<statistics {
          values[statistic] += Double.random(in: -0.01...0.01, using: &generator)
          let value =
            switch statistic % 4 {
            case 1: special.randomElement(using: &generator) ?? 0
            case 2: 0.25
            default: values[statistic]
            }
          bits.append(type == .float32 ? UInt64(Float(value).bitPattern) : value.bitPattern)
        }
      }
    }
    return SegmentSample(schema: schema, exampleCount: examples, bits: bits)
  }

  /// Statistics of small random tensors under published names, so that each predictor has something to predict.
  ///
  /// Each example is a tensor of 50 numbers that drifts; one in three is not negative, one in seven has no variance. Where tensors
  /// learn, they start as one of twenty and go on as they did, by steps that differ by powers of ten. `axis` takes some of the
  /// statistics, in any order, of all of them.
  static func tensors(
    examples: Int, epochs: Int, type: ElementType, seed: UInt64, learning: Bool = false,
    axis: ([String]) -> [String] = { $0 }
  ) throws -> SegmentSample {
    var generator = SeededGenerator(seed: seed)
    let starts = (0..<20).map { _ in (0..<50).map { _ in Double.random(in: 0.1...1, using: &generator) } }
    let summaries = ["kurtosis", "mean", "median", "norm", "skew", "thirdquartile", "var"]
    let names = ["act", "weight"].flatMap { measure in
      ["abs", "raw", "sq"].flatMap { function in summaries.map { measure + function + "_" + $0 } }
    }
    let chosen = axis(names)
    let places = chosen.compactMap(names.firstIndex)
    let schema = try SegmentSchema(
      epochs: (0..<epochs).map { Double($0) * 5 }, statistics: chosen, elementType: type)
    var bits: [UInt64] = []
    for example in 0..<examples {
      let isConstant = example % 7 == 6
      let lowest = example % 3 == 0 ? 0.0 : -1.0
      var tensor = (0..<50).map { _ in Double.random(in: lowest...1, using: &generator) }
      if learning {
        let sign = example % 20 % 3 == 0 ? 1.0 : -1.0
        tensor = starts[example % starts.count].enumerated().map { $0.offset == 0 ? sign * $0.element : $0.element }
      }
      if isConstant { tensor = Array(repeating: 0.5, count: 50) }
      var steps = tensor.map { $0 * pow(10, Double(example % 7) - 9) * Double.random(in: 0.5...1, using: &generator) }
      for epoch in 0..<epochs {
        if learning && epoch > 0 {
          for index in tensor.indices where !isConstant {
            tensor[index] += steps[index]
            steps[index] *= 0.9
          }
        }
        for index in tensor.indices where !isConstant && !learning {
          tensor[index] = max(lowest, tensor[index] + Double.random(in: -0.01...0.01, using: &generator))
        }
        let functions: [(Double) -> Double] = [{ abs($0) }, { $0 }, { $0 * $0 }]
        let row = ["act", "weight"].flatMap { _ in functions.flatMap { Self.summaries(of: tensor.map($0)) } }
        bits += places.map { type == .float32 ? UInt64(Float(row[$0]).bitPattern) : row[$0].bitPattern }
      }
    }
    return SegmentSample(schema: schema, exampleCount: examples, bits: bits)
  }

  /// Kurtosis, mean, median, norm, skewness, third quartile and variance of numbers.
  private static func summaries(of values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let fourth = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) * ($1 - mean) } / count
    let sorted = values.sorted()
    let median = sorted[sorted.count / 2]
    return [
      fourth / (variance * variance), mean, median, values.reduce(0) { $0 + $1 * $1 }.squareRoot(),
      3 * (mean - median) / variance.squareRoot(), sorted[sorted.count * 3 / 4], variance,
    ]
  }

  /// Writes the sample.
  @discardableResult
  func write(
    to path: String, work: WorkContext = WorkContext(threads: 1), rowGroupSize: Int? = nil, appending piece: Int? = nil
  ) throws
    -> SegmentSummary
  {
    let writer =
      if let rowGroupSize {
        try SegmentWriter(
          to: newFile(path), schema: schema, identifier: identifier, codec: codec, work: work,
          rowGroupSize: rowGroupSize)
      } else {
        try SegmentWriter(to: newFile(path), schema: schema, identifier: identifier, codec: codec, work: work)
      }
    let values = bytes
    var done = 0
    while done < exampleCount {
      let count = min(piece ?? exampleCount, exampleCount - done)
      let slice = Array(values[(done * schema.exampleByteCount)..<((done + count) * schema.exampleByteCount)])
      try writer.append(unsafe slice.span.bytes, exampleCount: count)
      done += count
    }
    return try writer.finish()
  }
}

/// A new file at a path; there must be none yet.
func newFile(_ path: String) throws(EngramError) -> OutputFile {
  let parts = path.split(separator: "/")
  let folder = try DirectoryHandle(opening: "/" + parts.dropLast().joined(separator: "/"))
  return try OutputFile(String(parts[parts.count - 1]), in: folder)
}

/// All canonical bytes of a segment.
func canonicalBytes(_ path: String, work: WorkContext = WorkContext(threads: 1)) throws -> [UInt8] {
  let reader = try SegmentReader(InputFile(opening: path))
  let rows = RowGroupReader(reader, work: work)
  var all: [UInt8] = []
  try rows.read { values, _ in unsafe values.withUnsafeBytes { unsafe all.append(contentsOf: $0) } }
  return all
}
