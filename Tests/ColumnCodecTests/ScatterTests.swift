// ScatterTests.swift -- decoded values reach every layout of a matrix.

import ColumnCodec
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct ScatterTests {
  /// A way to lay out a matrix.
  enum Layout: CaseIterable { case rowMajor, columnMajor, canonical, padded }

  @Test(arguments: ElementType.allCases, ElementType.allCases)
  func `every layout, type and choice of rows and epochs gets the right bits`(from: ElementType, to: ElementType) throws
  {
    var generator = SeededGenerator(seed: 5)
    for examples in [1, 7, 16, 40, 1024] {
      for epochs in [1, 4, 21, 70] {
        let shape = ChunkShape(epochCount: epochs, exampleCount: examples, elementType: from)
        for sample in [Sample.walk, .special, .exactFloat32WithSpecials] {
          let values = sample.bits(epochs: epochs, examples: examples, type: from, seed: 9)
          let block = ChunkBlock()
          let chunk = try encode(values, shape)
          try ChunkDecoder().decode(
            unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
          for layout in Layout.allCases {
            try check(block, values, shape, to: to, layout: layout, using: &generator)
          }
        }
      }
    }
  }

  private func check(
    _ block: ChunkBlock, _ values: [UInt64], _ shape: ChunkShape, to: ElementType, layout: Layout,
    using generator: inout SeededGenerator
  ) throws {
    let share = ([0.05, 0.5, 0.9, 1] as [Double]).randomElement(using: &generator) ?? 1
    let chosen = (0..<shape.exampleCount).filter { _ in Double.random(in: 0..<1, using: &generator) < share }
    let rowCount = max(1, chosen.count)
    var places = Array(0..<chosen.count)
    if Bool.random(using: &generator) { places.shuffle(using: &generator) }
    var runs: [RowRun] = []
    for (source, destination) in zip(chosen, places) {
      if let last = runs.last, Int(last.source + last.count) == source,
        last.destination + Int(last.count) == destination
      {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(RowRun(source: Int32(source), destination: destination, count: 1))
      }
    }
    let every = [1, 2, 5].randomElement(using: &generator) ?? 1
    let epochs = stride(from: 0, to: shape.epochCount, by: every).map { Int32($0) }
    let (exampleStride, epochStride) =
      switch layout {
      case .rowMajor: (epochs.count, 1)
      case .padded: (epochs.count + 3, 1)
      case .columnMajor: (1, rowCount)
      case .canonical: (epochs.count * 3, 3)
      }
    let untouched: UInt64 = 0x1234_5678
    var matrix = [UInt64](repeating: untouched, count: rowCount * max(exampleStride, epochs.count * 3))
    var narrow = matrix.map { UInt32($0) }
    if to == .float32 {
      unsafe narrow.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe block.scatter(
          runs: runs.span, epochs: epochs.span, elementType: to, exampleStride: exampleStride, epochStride: epochStride,
          base: base)
      }
      matrix = narrow.map { UInt64($0) }
    } else {
      unsafe matrix.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe block.scatter(
          runs: runs.span, epochs: epochs.span, elementType: to, exampleStride: exampleStride, epochStride: epochStride,
          base: base)
      }
    }
    var expected = [UInt64](repeating: untouched, count: matrix.count)
    for (source, destination) in zip(chosen, places) {
      for (column, epoch) in epochs.enumerated() {
        let value = values[Int(epoch) * shape.exampleCount + source]
        expected[destination * exampleStride + column * epochStride] =
          switch (shape.elementType, to) {
          case (.float32, .float64): Sample.widened(UInt32(value))
          case (.float64, .float32): UInt64(Float(Double(bitPattern: value)).bitPattern)
          default: value
          }
      }
    }
    let isRounding = shape.elementType == .float64 && to == .float32
    let differs = zip(matrix, expected).contains { found, wanted in
      if found == wanted { return false }
      // Rounding keeps a NaN a NaN, of whatever payload.
      return !(isRounding && Float(bitPattern: UInt32(found)).isNaN && Float(bitPattern: UInt32(wanted)).isNaN)
    }
    #expect(!differs, "\(layout) \(shape) to \(to), \(runs.count) runs, every \(every)")
  }
}
