// SegmentRoundTripTests.swift -- segments give back what was written, bit by bit, however it was written.

import Base
import CXXHash
import ColumnCodec
import SegmentFile
import Synchronization
import TestSupport
import Testing
import TrajectoryModel

@Suite struct SegmentRoundTripTests {
  static let sizes: [(examples: Int, epochs: Int, statistics: Int)] = [
    (1, 1, 1), (2, 3, 2), (17, 21, 45), (1024, 2, 9), (1025, 3, 5), (3000, 21, 7), (100, 40, 70),
  ]

  @Test(arguments: ElementType.allCases)
  func `values come back bit by bit in the canonical order`(type: ElementType) throws {
    let directory = TemporaryFolder()
    for (seed, size) in Self.sizes.enumerated() {
      let sample = try SegmentSample.walks(
        examples: size.examples, epochs: size.epochs, statistics: size.statistics, type: type, seed: UInt64(seed))
      let path = directory["\(seed).seg"]
      let summary = try sample.write(to: path)
      let reader = try SegmentReader(InputFile(opening: path))
      #expect(reader.schema == sample.schema)
      #expect(reader.identifier == sample.identifier)
      #expect(reader.exampleCount == size.examples && summary.exampleCount == size.examples)
      #expect(reader.byteCount == summary.byteCount && TestFiles.read(path).count == summary.byteCount)
      #expect(reader.valuesHash == summary.valuesHash)
      #expect(reader.rowGroupSize == 768)
      #expect(reader.rowGroupCount == (size.examples + 767) / 768)
      #expect(reader.examples(inRowGroup: reader.rowGroupCount - 1).upperBound == size.examples)
      #expect(try canonicalBytes(path) == sample.bytes, "\(size)")
      #expect(try canonicalBytes(path, work: WorkContext(threads: 3)) == sample.bytes, "\(size)")
      let told = Mutex<[Int]>([])
      try reader.verify(work: WorkContext(threads: 2, progress: { now in told.withLock { $0.append(now.done) } }))
      #expect(told.withLock { $0.last } == size.examples)
    }
  }

  @Test func `the file is the same for any number of threads and any size of the pieces`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 2500, epochs: 6, statistics: 11, type: .float64, seed: 8)
    try sample.write(to: directory["1.seg"])
    let expected = TestFiles.read(directory["1.seg"])
    for (threads, piece) in [(1, 1), (2, 2500), (3, 700), (8, 1024), (2, 1025)] {
      let path = directory["\(threads)-\(piece).seg"]
      try sample.write(to: path, work: WorkContext(threads: threads), appending: piece)
      #expect(TestFiles.read(path) == expected, "\(threads) threads, \(piece) at a time")
    }
  }

  @Test func `the hash of the values is XXH3-128 of the canonical bytes`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 40, epochs: 5, statistics: 3, type: .float32, seed: 2)
    let summary = try sample.write(to: directory["a.seg"], appending: 7)
    let hash = unsafe sample.bytes.withUnsafeBytes { unsafe XXH3_128bits($0.baseAddress, $0.count) }
    func hex(_ value: UInt64) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    #expect(summary.valuesHash == hex(hash.high64) + hex(hash.low64))
  }

  @Test(arguments: ElementType.allCases)
  func `zone maps and counts of non-finite values are right`(type: ElementType) throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 150, epochs: 4, statistics: 6, type: type, seed: 12)
    let summary = try sample.write(to: directory["a.seg"], rowGroupSize: 64)
    let reader = try SegmentReader(InputFile(opening: directory["a.seg"]))
    var nonFinite = [Int](repeating: 0, count: 6)
    for rowGroup in 0..<3 {
      for statistic in 0..<6 {
        let values = reader.examples(inRowGroup: rowGroup).flatMap { example in
          (0..<4).map { epoch -> Double in
            let bits = sample.bits[(example * 4 + epoch) * 6 + statistic]
            return type == .float32 ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
          }
        }
        let finite = values.filter(\.isFinite)
        nonFinite[statistic] += values.count - finite.count
        let zone = reader.zone(rowGroup: rowGroup, statistic: statistic)
        #expect(zone.count == values.count && zone.finiteCount == finite.count)
        #expect(zone.minimum == finite.min() ?? .infinity && zone.maximum == finite.max() ?? -.infinity)
        #expect(zone.isAllFinite == (statistic % 4 != 1))
      }
    }
    #expect(summary.nonFiniteCounts == nonFinite)
  }

  @Test(arguments: ElementType.allCases, [0, 30, 192])
  func `row groups that come statistic by statistic make the same file`(type: ElementType, groups: Int) throws {
    let directory = TemporaryFolder()
    let count = 128 + groups / 3
    let sample = try SegmentSample.walks(examples: count, epochs: 4, statistics: 6, type: type, seed: 13)
    try sample.write(to: directory["a.seg"], rowGroupSize: 64)
    let writer = try SegmentWriter(
      to: newFile(directory["b.seg"]), schema: sample.schema, identifier: sample.identifier, codec: sample.codec,
      work: WorkContext(threads: 2), rowGroupSize: 64)
    let size = type.byteCount
    let values = sample.bytes
    for first in stride(from: 0, to: count, by: 64) {
      let members = first..<min(count, first + 64)
      var blocks: [UInt8] = []
      for statistic in 0..<6 {
        for epoch in 0..<4 {
          for example in members {
            let place = ((example * 4 + epoch) * 6 + statistic) * size
            blocks += values[place..<(place + size)]
          }
        }
      }
      try writer.append(rowGroup: unsafe blocks.span.bytes, exampleCount: members.count)
    }
    _ = try writer.finish()
    #expect(TestFiles.read(directory["a.seg"]) == TestFiles.read(directory["b.seg"]))
  }

  @Test func `one chunk can be read alone, and only its first epochs`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 100, epochs: 9, statistics: 5, type: .float32, seed: 3)
    try sample.write(to: directory["a.seg"], rowGroupSize: 32)
    let reader = try SegmentReader(InputFile(opening: directory["a.seg"]))
    let window = ChunkWindow(examples: 0..<32, epochEnd: 4)
    var out = [UInt32](repeating: 0, count: 32 * 2)
    let runs = [RowRun(source: 0, destination: 0, count: 32)]
    let epochs: [Int32] = [3, 0]
    var isRead = false
    try RowGroupDecoder().decode(reader, rowGroup: 2, statistics: [nil, 3], window: window) {
      (place, block) throws(EngramError) in
      isRead = place == 1 && block.epochEnd == 4 && block.exampleCount == 32
      unsafe out.withUnsafeMutableBytes { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe block.scatter(
          runs: runs.span, epochs: epochs.span, elementType: .float32, exampleStride: 2, epochStride: 1, base: base)
      }
    }
    #expect(isRead)
    for example in 0..<32 {
      for (column, epoch) in [3, 0].enumerated() {
        #expect(UInt64(out[example * 2 + column]) == sample.bits[((64 + example) * 9 + epoch) * 5 + 3])
      }
    }
  }

  @Test func `a writer that is abandoned or goes away leaves no file`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 3, epochs: 2, statistics: 2, type: .float32, seed: 3)
    for explicitly in [true, false] {
      let path = directory["\(explicitly).seg"]
      do {
        let writer = try SegmentWriter(
          to: newFile(path), schema: sample.schema, identifier: sample.identifier, codec: .predicted,
          work: WorkContext(threads: 1))
        try writer.append(unsafe sample.bytes.span.bytes, exampleCount: 3)
        #expect(TestFiles.read(path).isEmpty)
        if explicitly { writer.abandon() }
      }
      #expect(throws: EngramError.self) { try SegmentReader(InputFile(opening: path)) }
    }
  }

  @Test func `a segment without examples, in the place of another file or in no directory is refused by code`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 3, epochs: 2, statistics: 2, type: .float32, seed: 3)
    func code(_ path: String) -> EngramError.Code? {
      do throws(EngramError) {
        let writer = try SegmentWriter(
          to: newFile(path), schema: sample.schema, identifier: sample.identifier, codec: .predicted,
          work: WorkContext(threads: 1))
        _ = try writer.finish()
        return nil
      } catch {
        return error.code
      }
    }
    TestFiles.write([1], to: directory["there.seg"])
    #expect(code(directory["there.seg"]) == .exists)
    #expect(TestFiles.read(directory["there.seg"]) == [1])
    #expect(code(directory["none/a.seg"]) == .notFound)
    #expect(code(directory["empty.seg"]) == .invalidData)
  }

  @Test func `cancelling a check ends it with the code cancelled`() throws {
    let directory = TemporaryFolder()
    let sample = try SegmentSample.walks(examples: 30, epochs: 2, statistics: 2, type: .float32, seed: 3)
    try sample.write(to: directory["a.seg"])
    let reader = try SegmentReader(InputFile(opening: directory["a.seg"]))
    let error = #expect(throws: EngramError.self) { try reader.verify(work: WorkContext(isCancelled: { true })) }
    #expect(error?.code == .cancelled)
  }

  @Test func `schemas that cannot be are refused`() {
    func code(_ epochs: [Double], _ statistics: [String]) -> EngramError.Code? {
      do throws(EngramError) {
        _ = try SegmentSchema(epochs: epochs, statistics: statistics, elementType: .float32)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code([0, 5], ["a", "b"]) == nil)
    for epochs in [[], [1, 1], [2, 1], [.nan], [0, .infinity]] as [[Double]] {
      #expect(code(epochs, ["a"]) == .invalidData)
    }
    for names in [[], [""], ["a", "a"], ["a\n"], [String(repeating: "a", count: 1025)]] {
      #expect(code([0], names) == .invalidData)
    }
    #expect(code((0...16_384).map { Double($0) }, ["a"]) == .limit)
    #expect(code((0..<16_384).map { Double($0) }, (0..<65).map { "s\($0)" }) == .limit)
  }

  @Test func `identifiers are 32 hexadecimal digits`() {
    let identifier = SegmentIdentifier.random()
    #expect(SegmentIdentifier(hex: identifier.hex) == identifier)
    #expect(SegmentIdentifier(hex: "000102030405060708090a0b0c0d0e0f")?.hex == "000102030405060708090a0b0c0d0e0f")
    for text in ["", "0", String(repeating: "g", count: 32), String(repeating: "A", count: 32)] {
      #expect(SegmentIdentifier(hex: text) == nil)
    }
  }
}
