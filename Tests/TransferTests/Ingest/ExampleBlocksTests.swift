// ExampleBlocksTests.swift -- arrays as blocks of examples in canonical order.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite(.seedReport) struct `Blocks of examples` {
  static let kinds: [(String, ElementType, Double)] = [
    ("float32.npy", .float32, 0), ("float64-big-endian.npy", .float64, 0), ("float32-fortran.npy", .float32, 0),
    ("float64-big-endian-fortran.npy", .float64, 0), ("float16.npy", .float32, 0), ("int16.npy", .float32, -0.5),
    ("int32.npy", .float64, -0.5), ("int64.npy", .float64, -0.5), ("version2.npy", .float32, 0),
  ]

  @Test(arguments: kinds, [1, 2, 5, 100])
  func `come in canonical order whatever the file's`(kind: (String, ElementType, Double), size: Int) throws {
    let (name, type, offset) = kind
    var blocks = try ExampleBlocks(NpyFile.open(ArrayFixtures.path(name)))
    #expect(blocks.elementType == type)
    #expect((blocks.exampleCount, blocks.epochCount, blocks.statisticCount) == (5, 3, 4))
    var all: [UInt8] = []
    var block: [UInt8] = []
    var counts: [Int] = []
    while case let count = try blocks.next(atMost: size, into: &block), count > 0 {
      #expect(block.count == count * blocks.bytesPerExample)
      all += block
      counts.append(count)
    }
    #expect(counts.reduce(0, +) == 5)
    #expect(counts.allSatisfy { $0 <= size })
    #expect(ArrayFixtures.decoded(all, type) == ArrayFixtures.values(adding: offset))
  }

  @Test(arguments: kinds)
  func `can be read anywhere`(kind: (String, ElementType, Double)) throws {
    let (name, type, offset) = kind
    let blocks = try ExampleBlocks(NpyFile.open(ArrayFixtures.path(name)))
    for range in [0..<1, 3..<5, 1..<4, 2..<2] {
      #expect(
        try ArrayFixtures.decoded(read(blocks, range), type) == ArrayFixtures.values(range, adding: offset))
    }
  }

  @Test func `of Fortran order come from a source that only goes forward`() throws {
    let file = try NpyHeader.array(
      in: ForwardBytes(bytes: ArrayFixtures.bytes("float32-fortran.npy")), name: "x")
    #expect(!file.payload.isRandomAccess)
    let blocks = try ExampleBlocks(file)
    #expect(try ArrayFixtures.decoded(read(blocks, 1..<5), .float32) == ArrayFixtures.values(1..<5))
  }

  @Test func `keep NaN payloads and negative zero by their bits, in both byte orders`() throws {
    let bits: [UInt32] = [0x7FC1_2345, 0x7F80_0001, 0x8000_0000, 0xFF80_0000, 1]
    for isBigEndian in [false, true] {
      let stored = bits.flatMap { pattern in
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
      }
      let array = NumPyArray(
        name: "x", type: NumPyType(kind: .float, byteCount: 4, isBigEndian: isBigEndian), shape: [1, 1, 5],
        isFortranOrder: false, payload: MemoryBytes(stored))
      let native = bits.flatMap { pattern in (0..<4).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) } }
      #expect(try read(ExampleBlocks(array), 0..<1) == native)
    }
  }

  @Test func `larger than the reader's own blocks agree in both orders`() throws {
    let shape = [3_000, 4, 7]
    let values = (0..<(3_000 * 28)).map { Float($0) }
    let stored = values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    var fortran = [UInt8](repeating: 0, count: stored.count)
    for e in 0..<shape[0] {
      for t in 0..<4 {
        for s in 0..<7 {
          for byte in 0..<4 { fortran[4 * (e + 3_000 * (t + 4 * s)) + byte] = stored[4 * ((e * 4 + t) * 7 + s) + byte] }
        }
      }
    }
    let array = NumPyArray(
      name: "x", type: .float32, shape: shape, isFortranOrder: true, payload: MemoryBytes(fortran))
    let blocks = try ExampleBlocks(array)
    #expect(try read(blocks, 0..<3_000) == stored)
    #expect(try read(blocks, 1_000..<2_500) == Array(stored[(1_000 * 112)..<(2_500 * 112)]))
  }

  @Test func `of one big-endian Fortran example are transposed too`() throws {
    let array = NumPyArray(
      name: "x", type: NumPyType(kind: .unsigned, byteCount: 1, isBigEndian: false), shape: [1, 2, 3],
      isFortranOrder: true, payload: MemoryBytes([1, 4, 2, 5, 3, 6]))
    #expect(try ArrayFixtures.decoded(read(ExampleBlocks(array), 0..<1), .float32) == [1, 2, 3, 4, 5, 6])
  }

  @Test func `of whole numbers that no float64 holds are refused`() throws {
    let blocks = try ExampleBlocks(NpyFile.open(ArrayFixtures.path("int64-inexact.npy")), file: "x.npy")
    let error = #expect(throws: EngramError.self) { try read(blocks, 0..<1) }
    #expect(error?.code == .invalidData)
    #expect(error?.found == "9007199254740993")
  }

  @Test(arguments: [("two-dimensional.npy", "reshape(5, epochs, statistics)"), ("unicode.npy", "reshape")])
  func `of another shape are refused with the way to mend it`(name: String, mend: String) {
    let error = #expect(throws: EngramError.self) { try ExampleBlocks(NpyFile.open(ArrayFixtures.path(name))) }
    #expect(error?.code == .invalidData)
    #expect(error?.mend?.description.contains(mend) == true)
  }

  @Test(arguments: [
    ("U", [1, 1, 1], EngramError.Code.unsupported), ("b", [1, 1, 1], .unsupported), ("f", [0, 3, 4], .invalidData),
  ])
  func `of no numbers are refused`(kind: String, shape: [Int], code: EngramError.Code) throws {
    let kind = try #require(NumPyType.Kind(rawValue: Character(kind)))
    let type = NumPyType(kind: kind, byteCount: 4, isBigEndian: false)
    let payload = MemoryBytes([UInt8](repeating: 0, count: shape.reduce(4, *)))
    let array = NumPyArray(name: "x", type: type, shape: shape, isFortranOrder: false, payload: payload)
    #expect(#expect(throws: EngramError.self) { try ExampleBlocks(array) }?.code == code)
  }

  @Test(arguments: [UInt64](1...3))
  func `of mutated files are read whole or refused`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for name in ["float32.npy", "float64-big-endian-fortran.npy", "int64.npy"] {
      let original = ArrayFixtures.bytes(name)
      for _ in 0..<300 {
        let bytes = random.mutated(original)
        guard let array = try? NpyHeader.array(in: ForwardBytes(bytes: bytes), name: "x"),
          var blocks = try? ExampleBlocks(array), blocks.exampleCount < 1_000
        else { continue }
        var block: [UInt8] = []
        guard let count = try? blocks.next(atMost: 3, into: &block) else { continue }
        #expect(count == min(3, blocks.exampleCount) && block.count == count * blocks.bytesPerExample, "seed \(seed)")
      }
    }
  }

  /// The canonical bytes of a range of examples.
  private func read(_ blocks: ExampleBlocks, _ range: Range<Int>) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count * blocks.bytesPerExample)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    try blocks.read(examples: range, into: &raw)
    return bytes
  }
}
