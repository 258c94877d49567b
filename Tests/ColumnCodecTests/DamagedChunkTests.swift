// DamagedChunkTests.swift -- bytes that break a rule of the format are refused as corrupt, whatever they are.

import ColumnCodec
import Testing
import TrajectoryModel

@Suite struct DamagedChunkTests {
  static let shape = ChunkShape(epochCount: 2, exampleCount: 300, elementType: .float32)

  /// A chunk with rows that are zero, constant, raw, compressed, and packed with exceptions.
  static func chunk() throws -> EncodedChunk {
    var generator = SeededGenerator(seed: 21)
    let values = (0..<600).map { index -> UInt64 in
      let second = UInt64((index / 8) % 2 * 130) << 8
      let third = UInt64.random(in: 0...(index % 50 == 0 ? 255 : 3), using: &generator) << 16
      return 0x4000_0000 + third + second + UInt64.random(in: 0...255, using: &generator)
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

  @Test(arguments: [
    ("no class table", [UInt8]()), ("half a class table", [0x00]), ("a class that is not known", [0x0c, 0x00]),
    ("a constant of zero", [0x01, 0x00, 0x00]), ("a constant missing", [0x01, 0x00]),
    ("a raw row missing", [0x02, 0x00, 1, 2, 3, 4]), ("a frame missing", [0x03, 0x00]),
    ("bytes after the last row", [0x00, 0x00, 0x00]),
    ("a skippable frame", [0x03, 0x00, 0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]),
    ("a frame of too few bytes", [0x03, 0x00, 0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x04, 0x21, 0, 0, 1, 2, 3, 4]),
    ("a packed row missing", [0x06, 0x00, 1]), ("no count of exceptions", [0x05, 0x00, 0]),
    ("half a count of exceptions", [0x04, 0x00, 0]), ("an exception missing", [0x04, 0x00, 1, 0, 0, 0]),
    ("an exception of no example", [0x04, 0x00, 1, 0, 5, 0, 9]),
    ("exceptions out of order", [0x04, 0x00, 2, 0, 1, 0, 0, 0, 9, 9]),
    ("an exception twice", [0x04, 0x00, 2, 0, 1, 0, 1, 0, 9, 9]),
  ])
  func `a rule that is broken is corrupt`(name: String, bytes: [UInt8]) {
    let shape = ChunkShape(epochCount: 1, exampleCount: 5, elementType: .float32)
    #expect(code(bytes, ChunkStorage(codec: .planes), shape) == .corrupt, "\(name)")
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
