// DamagedChunkTests.swift -- bytes that break a rule of the format are refused as corrupt, whatever they are.

import Base
import ColumnCodec
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct DamagedChunkTests {
  static let shape = ChunkShape(epochCount: 2, exampleCount: 600, elementType: .float32)

  /// A chunk with packed bits and with rows that are zero, constant, sparse and compressed.
  static func chunk() throws -> EncodedChunk {
    var generator = SeededGenerator(seed: 21)
    let values = (0..<1200).map { index -> UInt64 in
      let often = UInt64(index % 16 == 0 ? 1 : 0) << 8
      let seldom = UInt64(index % 90 == 0 ? 1 : 0) << 22
      return 0x4000_0000 + seldom + often + UInt64.random(in: 0...63, using: &generator)
    }
    return try encode(values, shape)
  }

  func code(_ bytes: [UInt8], _ storage: ChunkStorage, _ shape: ChunkShape = shape) -> EngramError.Code? {
    do throws(EngramError) {
      try ChunkDecoder().decode(unsafe bytes.span.bytes, storage: storage, shape: shape, into: ChunkBlock())
      return nil
    } catch {
      return error.code
    }
  }

  @Test func `a chunk cut at any length is corrupt`() throws {
    let chunk = try Self.chunk()
    #expect(code(chunk.bytes, chunk.storage) == nil)
    for length in 0..<chunk.bytes.count {
      #expect(code(Array(chunk.bytes.prefix(length)), chunk.storage) == .corrupt, "length \(length)")
    }
    #expect(code(chunk.bytes + [0], chunk.storage) == .corrupt)
    #expect(code([0], ChunkStorage(codec: .raw)) == .corrupt)
  }

  // One epoch of five Float32: a shift, one byte of classes of four rows, then what they ask for.
  @Test(arguments: [
    ("nothing", [UInt8]()), ("no class table", [0x00]), ("a shift that is too long", [33, 0x00]),
    ("low bits missing", [0x01, 0x00, 1, 2, 3]), ("a constant of zero", [0x00, 0x01, 0x00]),
    ("a constant missing", [0x00, 0x01]), ("a frame missing", [0x00, 0x03]),
    ("a row above the code", [0x18, 0x04, 1] + Array(repeating: 0, count: 96)),
    ("bytes after the last row", [0x00, 0x00, 0x00]),
    ("a skippable frame", [0x00, 0x03, 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]),
    ("a frame of too few bytes", [0x00, 0x03, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x04, 0x21, 0, 0, 1, 2, 3, 4]),
    ("no count of exceptions", [0x00, 0x02]), ("half a count of exceptions", [0x00, 0x02, 0]),
    ("an exception missing", [0x00, 0x02, 1, 0, 0]), ("an exception of no example", [0x00, 0x02, 1, 0, 5, 9]),
    ("exceptions beyond the examples", [0x00, 0x02, 2, 0, 1, 3, 9, 9]),
    ("a gap beyond the examples", [0x00, 0x02, 1, 0, 255, 0]),
  ])
  func `a rule that is broken is corrupt`(name: String, bytes: [UInt8]) {
    let shape = ChunkShape(epochCount: 1, exampleCount: 5, elementType: .float32)
    #expect(code(bytes, ChunkStorage(codec: .codes), shape) == .corrupt, "\(name)")
  }

  // Five Float32 of one epoch: repeats or grades, then a shift and a byte of classes as above.
  @Test(arguments: [
    ("half a count", [UInt8(1)]), ("a repeat missing", [1, 0, 1, 0, 1, 0]),
    ("a repeat before the first code", [1, 0, 1, 0, 4, 0, 2, 0, 1, 0, 0, 0]),
    ("a repeat of itself", [1, 0, 1, 0, 4, 0, 0, 0, 1, 0, 0, 0]),
    ("a repeat beyond the last code", [1, 0, 1, 0, 5, 0, 1, 0, 1, 0, 0, 0]),
    ("codes before a repeat beyond the last", [1, 0, 6, 0, 0, 0, 1, 0] + Array(repeating: 1, count: 24)),
    ("a code missing", [1, 0, 1, 0, 3, 0, 1, 0, 1, 0, 0, 0, 2, 0, 0]),
    ("no class table after them", [1, 0, 1, 0, 4, 0, 1, 0, 1, 0, 0, 0, 0]),
  ])
  func `repeats that cannot be are corrupt`(name: String, bytes: [UInt8]) {
    let shape = ChunkShape(epochCount: 1, exampleCount: 5, elementType: .float32)
    #expect(code(bytes, ChunkStorage(codec: .codes, isRepeated: true), shape) == .corrupt, "\(name)")
    let good: [UInt8] = [1, 0, 1, 0, 4, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    #expect(code(good, ChunkStorage(codec: .codes, isRepeated: true), shape) == nil)
  }

  @Test(arguments: [
    ("nothing", [UInt8]()), ("no grades", [2]), ("half of the grades", [2, 0]), ("no grade", [0, 0, 0, 0, 0]),
    ("one grade", [1, 0, 0, 0, 0]), ("five grades", [5, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("a third grade of two", [2, 0b10, 0, 0, 0, 0]), ("a grade of no example", [2, 0, 0b100, 0, 0, 0]),
    ("a shift missing", [2, 0, 0, 0]),
    ("a row above the code for all grades", [2, 0b1, 0, 0x18, 0x18, 0x04, 1] + Array(repeating: 0, count: 192)),
  ])
  func `grades that cannot be are corrupt`(name: String, bytes: [UInt8]) {
    let shape = ChunkShape(epochCount: 1, exampleCount: 5, elementType: .float32)
    #expect(code(bytes, ChunkStorage(codec: .codes, isGraded: true), shape) == .corrupt, "\(name)")
    #expect(code([2, 0b1, 0, 0, 0, 0], ChunkStorage(codec: .codes, isGraded: true), shape) == nil)
    // A row above the codes of one grade and not of another, and a grade without an example.
    let uneven: [UInt8] = [2, 0b1, 0, 0x18, 0x10, 0x04, 1] + Array(repeating: 0, count: 4 * (0x18 + 0x10))
    #expect(code(uneven, ChunkStorage(codec: .codes, isGraded: true), shape) == nil)
    #expect(code([4, 0b01, 0, 0, 0, 0, 0, 0], ChunkStorage(codec: .codes, isGraded: true), shape) == nil)
  }

  @Test(arguments: ElementType.allCases)
  func `a chunk with every part, cut or changed, does no harm`(type: ElementType) throws {
    let shape = ChunkShape(epochCount: 5, exampleCount: 700, elementType: type)
    let chunk = try encode(Sample.learning.bits(epochs: 5, examples: 700, type: type, seed: 8), shape)
    #expect(chunk.storage.isTrended && chunk.storage.isGraded && chunk.storage.isRepeated)
    #expect(code(chunk.bytes, chunk.storage, shape) == nil)
    for length in 0..<chunk.bytes.count {
      #expect(code(Array(chunk.bytes.prefix(length)), chunk.storage, shape) == .corrupt, "length \(length)")
    }
    var generator = SeededGenerator(seed: 78)
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = chunk.bytes
      // Mostly at the front, where every bit counts.
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let end = Bool.random(using: &generator) ? 600 : bytes.count
        bytes[Int.random(in: 0..<end, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      switch code(bytes, chunk.storage, shape) {
      case nil: break
      case .corrupt?: refused += 1
      case let other?: Issue.record("\(other)")
      }
    }
    #expect(refused > 1000)
  }

  @Test func `random changes never do harm`() throws {
    let chunk = try Self.chunk()
    var generator = SeededGenerator(seed: 77)
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = chunk.bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      switch code(bytes, chunk.storage) {
      case nil: break
      case .corrupt?: refused += 1
      case let other?: Issue.record("\(other)")
      }
    }
    #expect(refused > 1000)
  }
}
