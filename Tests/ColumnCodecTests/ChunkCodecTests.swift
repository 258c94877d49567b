// ChunkCodecTests.swift -- chunks come back bit by bit, in every layout, and damaged ones are refused.

import ColumnCodec
import TestSupport
import Testing
import TrajectoryModel

/// Encodes values given by their bits.
func encode(
  _ bits: [UInt64], _ shape: ChunkShape, with encoder: ChunkEncoder = ChunkEncoder(),
  prediction: Prediction? = nil, operands: [ChunkBlock] = []
) throws -> EncodedChunk {
  let trial = PredictionPlan.Trial(prediction: prediction)
  // Bound to the type so that the block is aligned.
  if shape.elementType == .float32 {
    let values = bits.map { UInt32(truncatingIfNeeded: $0) }
    return unsafe try values.withUnsafeBytes { buffer in
      unsafe try encoder.encode(#require(buffer.baseAddress), shape: shape, trial: trial) {
        unsafe operands[$0].values(as: shape.elementType)
      }
    }
  }
  return unsafe try bits.withUnsafeBytes { buffer in
    unsafe try encoder.encode(#require(buffer.baseAddress), shape: shape, trial: trial) {
      unsafe operands[$0].values(as: shape.elementType)
    }
  }
}

/// The bits of a block's values as the type of the chunk.
func bits(of block: ChunkBlock, _ type: ElementType) -> [UInt64] {
  let count = block.exampleCount * block.epochEnd
  let values = unsafe block.values(as: type)
  return (0..<count).map { index in
    unsafe type == .float32
      ? UInt64(values.load(fromByteOffset: index * 4, as: UInt32.self))
      : values.load(fromByteOffset: index * 8, as: UInt64.self)
  }
}

@Suite(.seedReport) struct ChunkCodecTests {
  static let shapes: [(epochs: Int, examples: Int)] = [
    (1, 1), (1, 1000), (2, 7), (3, 16), (5, 17), (21, 1024), (40, 33), (21, 63), (7, 3000), (100, 9),
  ]

  @Test(arguments: Sample.allCases, ElementType.allCases)
  func `every value comes back bit by bit`(sample: Sample, type: ElementType) throws {
    let (encoder, decoder, block) = (ChunkEncoder(), ChunkDecoder(), ChunkBlock())
    for (seed, size) in Self.shapes.enumerated() {
      let shape = ChunkShape(epochCount: size.epochs, exampleCount: size.examples, elementType: type)
      let values = sample.bits(epochs: size.epochs, examples: size.examples, type: type, seed: UInt64(seed))
      let chunk = try encode(values, shape, with: encoder)
      #expect(chunk.bytes.count <= shape.byteCount)
      try decoder.decode(unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
      #expect(bits(of: block, type) == values, "seed \(seed), \(size)")
      for window in Self.windows(of: shape) {
        try decoder.decode(
          unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, window: window, into: block)
        let wanted = window.picked?.map(Int.init) ?? Array(window.examples)
        let expected = (0..<window.epochEnd).flatMap { epoch in wanted.map { values[epoch * size.examples + $0] } }
        #expect(bits(of: block, type) == expected, "\(window)")
      }
    }
  }

  /// Neighbouring examples, and the first, the last and some between them, one of which is named twice.
  private static func windows(of shape: ChunkShape) -> [ChunkWindow] {
    let (epochs, examples) = (shape.epochCount, shape.exampleCount)
    let single = [0, examples / 5, examples / 2, examples / 2, examples - 1]
    return [
      ChunkWindow(examples: (examples / 3)..<((examples + 1) / 2), epochEnd: (epochs + 1) / 2),
      ChunkWindow(
        runs: [single.map { RowRun(source: Int32($0), destination: 0, count: 1) }], epochEnd: (epochs + 1) / 2),
    ]
  }

  @Test(arguments: [253, 254, 255, 256, 509, 510, 511, 512, 1_019], [ElementType.float32, .float64])
  func `rare large steps are found, however far they lie apart`(gap: Int, type: ElementType) throws {
    let shape = ChunkShape(epochCount: 3, exampleCount: 3_000, elementType: type)
    var values = (0..<shape.valueCount).map { index in Double(100 + index % 3_000) }
    for example in stride(from: gap, to: 3_000, by: gap + 1) { values[3_000 + example] *= -2.5e9 }
    let wanted = values.map { type == .float32 ? UInt64(Float($0).bitPattern) : ($0 * 1.1).bitPattern }
    let encoded = try encode(wanted, shape)
    #expect(encoded.bytes.count * 3 < shape.byteCount * 2)
    let (decoder, block) = (ChunkDecoder(), ChunkBlock())
    for window in Self.windows(of: shape) + [ChunkWindow(examples: 0..<3_000, epochEnd: 3)] {
      try decoder.decode(
        unsafe encoded.bytes.span.bytes, storage: encoded.storage, shape: shape, window: window, into: block)
      let examples = window.picked?.map(Int.init) ?? Array(window.examples)
      let expected = (0..<window.epochEnd).flatMap { epoch in examples.map { wanted[epoch * 3_000 + $0] } }
      #expect(bits(of: block, type) == expected, "\(window)")
    }
  }

  @Test func `examples that lie far apart are picked, and found again`() {
    let runs = [
      [RowRun(source: 500, destination: 0, count: 2), RowRun(source: 3, destination: 2, count: 1)],
      [RowRun(source: 501, destination: 0, count: 1), RowRun(source: 100, destination: 1, count: 3)],
    ]
    let window = ChunkWindow(runs: runs, epochEnd: 4)
    #expect(window.picked == [3, 100, 101, 102, 500, 501])
    #expect(runs.joined().map { window.inside($0).source } == [4, 0, 5, 1])
    let dense = ChunkWindow(runs: [[RowRun(source: 3, destination: 0, count: 9)]], epochEnd: 4)
    #expect(dense.picked == nil && dense.count == 9)
    #expect(dense.inside(RowRun(source: 5, destination: 0, count: 2)).source == 2)
    #expect(ChunkWindow(runs: [[]], epochEnd: 4).count == 0)
  }

  @Test(arguments: ElementType.allCases)
  func `what networks do as they learn is repeated, graded and trended, and any part of it is found`(
    type: ElementType
  ) throws {
    for examples in [300, 768, 1_000, 1_100, 3_000, 65_536] {
      let epochs = examples > 60_000 ? 4 : 21
      let shape = ChunkShape(epochCount: epochs, exampleCount: examples, elementType: type)
      let values = Sample.learning.bits(epochs: epochs, examples: examples, type: type, seed: UInt64(examples))
      let chunk = try encode(values, shape)
      #expect(chunk.storage.isDifferenced && chunk.storage.isTrended)
      #expect(chunk.storage.isRepeated && chunk.storage.isGraded, "\(examples)")
      let (decoder, block) = (ChunkDecoder(), ChunkBlock())
      var generator = SeededGenerator(seed: 5)
      for part in 0..<40 {
        let first = part == 0 ? 0 : Int.random(in: 0..<examples, using: &generator)
        let end = part == 0 ? examples : Int.random(in: (first + 1)...examples, using: &generator)
        let window = ChunkWindow(
          examples: first..<end, epochEnd: part == 0 ? epochs : Int.random(in: 0...epochs, using: &generator))
        try decoder.decode(
          unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, window: window, into: block)
        let expected = (0..<window.epochEnd).flatMap { epoch in
          values[(epoch * examples + first)..<(epoch * examples + end)]
        }
        #expect(bits(of: block, type) == expected, "\(examples) examples, \(window)")
      }
    }
  }

  @Test func `codes of the first epoch that are repeated take the bytes of those that are not`() throws {
    let shape = ChunkShape(epochCount: 1, exampleCount: 1_000, elementType: .float32)
    var generator = SeededGenerator(seed: 3)
    let own = (0..<100).map { _ in UInt64(Float.random(in: 1...2, using: &generator).bitPattern) }
    let chunk = try encode((0..<1_000).map { own[$0 % 100] }, shape)
    #expect(chunk.storage.isRepeated && !chunk.storage.isGraded && !chunk.storage.isTrended)
    // A count, one repeat of 900 codes, 100 codes, one shift, and the classes of four rows.
    #expect(chunk.bytes.count == 2 + 6 + 400 + 1 + 1)
    #expect(chunk.bytes.prefix(8) == [1, 0, 100, 0, 0x84, 0x03, 100, 0])
  }

  @Test func `changes that go on as they were leave nothing to store`() throws {
    // In ordered integers each example takes steps that halve: 2^20, 2^19, ... times one to three.
    let (epochs, examples) = (9, 600)
    let shape = ChunkShape(epochCount: epochs, exampleCount: examples, elementType: .float32)
    var values: [UInt64] = []
    for epoch in 0..<epochs {
      for example in 0..<examples {
        let moved = (0..<epoch).reduce(UInt64(0)) { $0 + (1 << UInt64(20 - $1)) * UInt64(1 + example % 3) }
        values.append(0x3f80_0000 + moved)
      }
    }
    let chunk = try encode(values, shape)
    #expect(chunk.storage.isTrended)
    // One start is a constant row, which needs no repeats; from the third epoch on every damping is eight sixteenths.
    #expect(!chunk.storage.isRepeated && !chunk.storage.isGraded)
    #expect(Array(chunk.bytes.prefix(epochs).map { Int($0) }) == [0, 0] + Array(repeating: 8, count: epochs - 2))
    let (decoder, block) = (ChunkDecoder(), ChunkBlock())
    try decoder.decode(unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
    #expect(bits(of: block, .float32) == values)
  }

  @Test(arguments: Predictor.allCases, ElementType.allCases)
  func `what a formula misses may go on as it did`(predictor: Predictor, type: ElementType) throws {
    let (epochs, examples) = (12, 500)
    let shape = ChunkShape(epochCount: epochs, exampleCount: examples, elementType: type)
    var generator = SeededGenerator(seed: UInt64(predictor.rawValue))
    // The first is the largest, so that no sign changes.
    let operands = (0..<predictor.operandCount).map { number in
      (0..<shape.valueCount).map { _ in Double(Float.random(in: 1...1.9, using: &generator)) * (number == 0 ? 4 : 1) }
    }
    // The missing part grows by steps that halve, in units of the last place of a Float32.
    var values: [UInt64] = []
    for epoch in 0..<epochs {
      for example in 0..<examples {
        let place = epoch * examples + example
        let a = operands[0][place]
        let (b, c) = (operands[min(1, operands.count - 1)][place], operands[operands.count - 1][place])
        let told =
          switch predictor {
          case .square, .scaledSquare: a * a
          case .secondMoment: a + b * b
          case .variance: a - b * b
          case .scaledVariance: a * a * 0.3 - b * b
          case .foldedVariance: a + b * b - c * c
          case .norm: (a + b * b).squareRoot()
          case .skewness: 3 * (a - b) / c.squareRoot()
          case .kurtosis: (a + b * b) / (c * c)
          case .change, .halfChange, .doubleChange: operands[0][example]
          }
        let missing = (0..<epoch).reduce(0.0) { $0 + Double(1 << (16 - $1)) * Double(1 + example % 3) }
        let value = Float(told) * (1 + Float(missing) * 0x1p-23)
        values.append(type == .float32 ? UInt64(value.bitPattern) : (Double(value) + 1e-12).bitPattern)
      }
    }
    func number(_ value: Double) -> UInt64 {
      type == .float32 ? UInt64(Float(value).bitPattern) : value.bitPattern
    }
    let prediction = Prediction(predictor, Array(0..<predictor.operandCount))
    let (decoder, block) = (ChunkDecoder(), ChunkBlock())
    let blocks = try operands.map { operand in
      let block = ChunkBlock()
      let chunk = try encode(operand.map(number), shape)
      try decoder.decode(unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
      return block
    }
    let chunk = try encode(values, shape, prediction: prediction, operands: blocks)
    try decoder.decode(
      unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape,
      operands: chunk.storage.prediction == nil ? [] : blocks, into: block)
    #expect(bits(of: block, type) == values)
    #expect(chunk.storage.isTrended)
    // Changes of random numbers tell nothing.
    #expect(predictor.isOfChange || chunk.storage.prediction == prediction)
  }

  @Test func `an encoder gives the same bytes whatever it encoded before`() throws {
    let used = ChunkEncoder()
    for sample in Sample.allCases {
      let shape = ChunkShape(epochCount: 21, exampleCount: 300, elementType: .float64)
      let values = sample.bits(epochs: 21, examples: 300, type: .float64, seed: 4)
      #expect(try encode(values, shape, with: used).bytes == encode(values, shape).bytes)
    }
  }

  @Test func `trajectories shrink and choose deltas, noise stays raw, constants vanish`() throws {
    let shape = ChunkShape(epochCount: 21, exampleCount: 1024, elementType: .float32)
    let walk = try encode(Sample.walk.bits(epochs: 21, examples: 1024, type: .float32, seed: 1), shape)
    #expect(walk.storage.isDifferenced && walk.storage.prediction == nil)
    #expect(Double(shape.byteCount) / Double(walk.bytes.count) > 1.2)
    let noise = try encode(Sample.randomBits.bits(epochs: 21, examples: 1024, type: .float32, seed: 1), shape)
    #expect(noise.storage.codec == .raw)
    #expect(noise.bytes.count == shape.byteCount)
    let zeros = try encode(Sample.zeros.bits(epochs: 21, examples: 1024, type: .float32, seed: 1), shape)
    // 21 shifts of zero, and 84 rows of class zero.
    #expect(zeros.bytes == [UInt8](repeating: 0, count: 42))
    #expect(zeros.storage == ChunkStorage(codec: .codes))
  }

  @Test func `the worked bytes of the format document`() throws {
    // Three epochs of two examples, all 1.0: the codes are 7f000000, then differences of zero. Row (3, 0) has number 9.
    let shape = ChunkShape(epochCount: 3, exampleCount: 2, elementType: .float32)
    let chunk = try encode(Array(repeating: 0x3f80_0000, count: 6), shape)
    #expect(chunk.storage == ChunkStorage(codec: .codes, isDifferenced: true))
    #expect(chunk.bytes == [0, 0, 0, 0, 0, 0x04, 0x7f])
  }

  @Test func `float64 narrows exactly when every value is a float32 by bits`() throws {
    let shape = ChunkShape(epochCount: 1, exampleCount: 1, elementType: .float64)
    for float in Sample.specialFloats {
      #expect(try encode([Sample.widened(float)], shape).storage.isNarrowed, "\(String(float, radix: 16))")
    }
    let wide: [UInt64] = [
      1, (0.1).bitPattern, 0x7ff0_0000_0000_0001, 0x7ff8_0000_0000_0001, 0xfff0_0000_1000_0000,
      Double.greatestFiniteMagnitude.bitPattern, Double.leastNormalMagnitude.bitPattern, (0x1p-150).bitPattern,
      (0x1.8p-149).bitPattern, (0x1p128).bitPattern, (1 + 0x1p-24).bitPattern,
    ]
    for value in wide {
      #expect(try !encode([value], shape).storage.isNarrowed, "\(String(value, radix: 16))")
    }
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let float = UInt32(truncatingIfNeeded: generator.next())
      let widened = Sample.widened(float)
      let chunk = try encode([widened], shape)
      #expect(chunk.storage.isNarrowed)
      let block = ChunkBlock()
      try ChunkDecoder().decode(unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
      #expect(bits(of: block, .float64) == [widened])
    }
  }

  @Test func `a long chunk narrows around a subnormal, and not around one wide value`() throws {
    let shape = ChunkShape(epochCount: 3, exampleCount: 700, elementType: .float64)
    let plain = (0..<shape.valueCount).map { Sample.widened(Float($0 + 1).bitPattern) }
    for place in [0, 511, 512, 1_000, shape.valueCount - 1] {
      for (value, isNarrowed) in [
        (Sample.widened(1), true), (Sample.widened(0x807F_FFFF), true), ((0.1).bitPattern, false),
      ] {
        var values = plain
        values[place] = value
        let chunk = try encode(values, shape)
        #expect(chunk.storage.isNarrowed == isNarrowed)
        let block = ChunkBlock()
        try ChunkDecoder().decode(unsafe chunk.bytes.span.bytes, storage: chunk.storage, shape: shape, into: block)
        #expect(bits(of: block, .float64) == values)
      }
    }
  }

  @Test(arguments: ElementType.allCases)
  func `zone maps tell the finite range`(type: ElementType) throws {
    for sample in Sample.allCases {
      let shape = ChunkShape(epochCount: 5, exampleCount: 77, elementType: type)
      let values = sample.bits(epochs: 5, examples: 77, type: type, seed: 3)
      let zone = try encode(values, shape).zone
      let doubles = values.map {
        type == .float32 ? Double(Float(bitPattern: UInt32($0))) : Double(bitPattern: $0)
      }
      let finite = doubles.filter(\.isFinite)
      #expect(zone.count == 5 * 77)
      #expect(zone.finiteCount == finite.count)
      #expect(zone.isAllFinite == (finite.count == doubles.count))
      #expect(zone.minimum == finite.min() ?? .infinity)
      #expect(zone.maximum == finite.max() ?? -.infinity)
      if finite.contains(where: { $0 == 0 && $0.sign == .minus }), zone.minimum == 0 {
        #expect(zone.minimum.sign == .minus)
      }
    }
  }

  @Test func `runs of rows lie in memory as the kernels expect`() { #expect(RowRun.hasLayoutOfKernels) }
}
