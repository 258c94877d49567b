// SegmentDamageTests.swift -- no damage goes unseen, and each kind has its code.

import Base
import ColumnCodec
import SegmentFile
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct SegmentDamageTests {
  /// A small segment of two row groups with every codec and flag.
  static func sample() throws -> SegmentSample {
    var sample = try SegmentSample.walks(examples: 70, epochs: 3, statistics: 5, type: .float64, seed: 31)
    for index in sample.bits.indices where index % 5 == 3 { sample.bits[index] = Double(index % 7).bitPattern }
    var generator = SeededGenerator(seed: 32)
    for index in sample.bits.indices where index % 5 == 4 { sample.bits[index] = generator.next() }
    return sample
  }

  /// The code of opening and checking a file, nil when nothing is wrong.
  static func code(_ bytes: [UInt8], at path: String) -> EngramError.Code? {
    TestFiles.write(bytes, to: path)
    do throws(EngramError) {
      try SegmentReader(InputFile(opening: path)).verify()
      return nil
    } catch {
      return error.code
    }
  }

  static func sound(_ directory: TemporaryFolder) throws -> [UInt8] {
    try sample().write(to: directory["sound.seg"], rowGroupSize: 64)
    return TestFiles.read(directory["sound.seg"])
  }

  @Test func `the sample has chunks of every kind`() throws {
    let directory = TemporaryFolder()
    _ = try Self.sound(directory)
    let reader = try SegmentReader(InputFile(opening: directory["sound.seg"]))
    let storages = Set((0..<5).map { reader.storage(rowGroup: 0, statistic: $0) })
    #expect(Set(storages.map(\.codec)) == Set(ChunkCodec.allCases))
    #expect(Set(storages.map(\.isNarrowed)) == [true, false])
  }

  @Test func `a file cut at any length is truncated`() throws {
    let directory = TemporaryFolder()
    let bytes = try Self.sound(directory)
    for length in 0..<bytes.count {
      #expect(Self.code(Array(bytes.prefix(length)), at: directory["cut.seg"]) == .truncated, "length \(length)")
    }
  }

  @Test func `a file whose tail is zeros is truncated`() throws {
    let directory = TemporaryFolder()
    let bytes = try Self.sound(directory)
    for length in stride(from: 40, to: bytes.count - 8, by: 7) {
      let torn = bytes.prefix(length) + [UInt8](repeating: 0, count: bytes.count - length)
      #expect(Self.code(Array(torn), at: directory["torn.seg"]) == .truncated, "length \(length)")
    }
  }

  @Test func `a bit flipped in any byte is corrupt`() throws {
    let directory = TemporaryFolder()
    let bytes = try Self.sound(directory)
    for offset in bytes.indices {
      var flipped = bytes
      flipped[offset] ^= 1 << UInt8(offset % 8)
      #expect(Self.code(flipped, at: directory["flip.seg"]) == .corrupt, "byte \(offset)")
    }
  }

  @Test func `bytes added, removed or swapped within are corrupt`() throws {
    let directory = TemporaryFolder()
    let bytes = try Self.sound(directory)
    #expect(Self.code(bytes + bytes, at: directory["a.seg"]) == .corrupt)
    #expect(Self.code(Array(bytes.dropFirst()), at: directory["a.seg"]) == .corrupt)
    #expect(Self.code(Array(bytes[..<100] + bytes[101...]), at: directory["a.seg"]) == .corrupt)
    #expect(Self.code(Array(bytes[..<100] + [0] + bytes[100...]), at: directory["a.seg"]) == .corrupt)
    #expect(
      Self.code(
        Array("a text and no segment at all, but long enough for one: ".utf8) + bytes, at: directory["a.seg"])
        == .corrupt)
  }

  /// A field of the file that is replaced, with all checksums made to fit.
  struct Lie: Sendable, CustomTestStringConvertible {
    let name: String
    /// The start of the field: from the start of the file, the footer or the directory.
    let place: Place
    let offset: Int
    let size: Int
    let value: UInt64
    var code = EngramError.Code.corrupt

    enum Place { case header, footer, directory, trailer }
    var testDescription: String { name }
  }

  static let lies: [Lie] = [
    Lie(name: "newer reader", place: .header, offset: 8, size: 2, value: 4, code: .unsupported),
    Lie(name: "reader zero", place: .header, offset: 8, size: 2, value: 0),
    Lie(name: "writer zero", place: .header, offset: 10, size: 2, value: 0),
    Lie(name: "header reserved", place: .header, offset: 12, size: 4, value: 1),
    Lie(name: "no examples", place: .footer, offset: 0, size: 8, value: 0),
    Lie(name: "one example less", place: .footer, offset: 0, size: 8, value: 69),
    Lie(name: "absurd examples", place: .footer, offset: 0, size: 8, value: .max),
    Lie(name: "most examples", place: .footer, offset: 0, size: 8, value: 1 << 40),
    Lie(name: "no row group", place: .footer, offset: 8, size: 4, value: 0),
    Lie(name: "row groups of one", place: .footer, offset: 8, size: 4, value: 1),
    Lie(name: "absurd row group", place: .footer, offset: 8, size: 4, value: 0xffff_ffff),
    Lie(name: "other row group", place: .footer, offset: 8, size: 4, value: 65),
    Lie(name: "no epochs", place: .footer, offset: 12, size: 4, value: 0),
    Lie(name: "absurd epochs", place: .footer, offset: 12, size: 4, value: 0xffff_ffff),
    Lie(name: "one epoch less", place: .footer, offset: 12, size: 4, value: 2),
    Lie(name: "no statistics", place: .footer, offset: 16, size: 4, value: 0),
    Lie(name: "absurd statistics", place: .footer, offset: 16, size: 4, value: 0xffff_ffff),
    Lie(name: "unknown type", place: .footer, offset: 20, size: 4, value: 3, code: .unsupported),
    Lie(name: "huge type", place: .footer, offset: 20, size: 4, value: 0x101, code: .unsupported),
    Lie(name: "float32 instead", place: .footer, offset: 20, size: 4, value: 1),
    Lie(name: "no names", place: .footer, offset: 24, size: 4, value: 0),
    Lie(name: "absurd names", place: .footer, offset: 24, size: 4, value: 0xffff_ffff),
    Lie(name: "footer reserved", place: .footer, offset: 28, size: 4, value: 1),
    Lie(name: "another hash", place: .footer, offset: 32, size: 8, value: 1),
    Lie(name: "epoch is NaN", place: .footer, offset: 48, size: 8, value: 0x7ff8 << 48),
    Lie(name: "epochs descend", place: .footer, offset: 48, size: 8, value: (100.0).bitPattern),
    Lie(name: "name too long", place: .footer, offset: 72, size: 2, value: 0xffff),
    Lie(name: "name empty", place: .footer, offset: 72, size: 2, value: 0),
    Lie(name: "name not UTF-8", place: .footer, offset: 82, size: 1, value: 0xff),
    Lie(name: "name with a line break", place: .footer, offset: 82, size: 1, value: 10),
    Lie(name: "name twice", place: .footer, offset: 82 + 10, size: 1, value: UInt64(UInt8(ascii: "1"))),
    Lie(name: "chunk in the header", place: .directory, offset: 0, size: 8, value: 0),
    Lie(name: "chunk beyond the end", place: .directory, offset: 0, size: 8, value: 1 << 62),
    Lie(name: "chunk at a negative offset", place: .directory, offset: 0, size: 8, value: .max),
    Lie(name: "chunks overlap", place: .directory, offset: 56, size: 8, value: 40),
    Lie(name: "chunk of no bytes", place: .directory, offset: 8, size: 4, value: 0),
    Lie(name: "absurd chunk", place: .directory, offset: 8, size: 4, value: 0xffff_ffff),
    Lie(name: "chunk too short", place: .directory, offset: 8, size: 4, value: 10),
    Lie(name: "too many finite values", place: .directory, offset: 12, size: 4, value: 193),
    Lie(name: "fewer finite values", place: .directory, offset: 12, size: 4, value: 191),
    Lie(name: "unknown codec", place: .directory, offset: 16, size: 1, value: 2, code: .unsupported),
    Lie(name: "unknown flag", place: .directory, offset: 17, size: 1, value: 32, code: .unsupported),
    Lie(name: "unknown predictor", place: .directory, offset: 18, size: 1, value: 13, code: .unsupported),
    Lie(name: "narrowed and is not", place: .directory, offset: 17, size: 1, value: 3),
    Lie(name: "reserved byte", place: .directory, offset: 19, size: 1, value: 1),
    Lie(name: "reserved word", place: .directory, offset: 28, size: 4, value: 1),
    Lie(name: "an operand without a formula", place: .directory, offset: 20, size: 2, value: 1),
    Lie(name: "a formula without operands", place: .directory, offset: 18, size: 1, value: 1),
    Lie(name: "a copy of itself", place: .directory, offset: 26, size: 2, value: 0),
    Lie(name: "a copy of no statistic", place: .directory, offset: 26, size: 2, value: 5),
    Lie(name: "a copy of another type", place: .directory, offset: 26, size: 2, value: 3),
    Lie(name: "a raw chunk with differences", place: .directory, offset: 4 * 56 + 17, size: 1, value: 2),
    Lie(name: "a trend of no differences", place: .directory, offset: 17, size: 1, value: 4),
    Lie(name: "a raw chunk with grades", place: .directory, offset: 4 * 56 + 17, size: 1, value: 8),
    Lie(name: "a raw chunk with repeats", place: .directory, offset: 4 * 56 + 17, size: 1, value: 16),
    Lie(name: "grades and has none", place: .directory, offset: 17, size: 1, value: 2 + 8),
    Lie(name: "repeats and has none", place: .directory, offset: 17, size: 1, value: 2 + 16),
    Lie(name: "minimum is NaN", place: .directory, offset: 40, size: 8, value: 0x7ff8 << 48),
    Lie(name: "minimum above maximum", place: .directory, offset: 40, size: 8, value: (1e300).bitPattern),
    Lie(name: "minimum wrong", place: .directory, offset: 40, size: 8, value: (-1e300).bitPattern),
    Lie(name: "infinite maximum", place: .directory, offset: 48, size: 8, value: 0x7ff0 << 48),
    Lie(name: "no footer", place: .trailer, offset: 0, size: 8, value: 0),
    Lie(name: "short footer", place: .trailer, offset: 0, size: 8, value: 48),
    Lie(name: "absurd footer", place: .trailer, offset: 0, size: 8, value: .max),
    Lie(name: "footer over the header", place: .trailer, offset: 0, size: 8, value: 5000),
  ]

  @Test(arguments: lies)
  func `a lie behind sound checksums is told by its code`(lie: Lie) throws {
    let directory = TemporaryFolder()
    var bytes = try Self.sound(directory)
    let chunkCount = 10
    let start =
      switch lie.place {
      case .header: 0
      case .footer: SegmentBytes.footerStart(bytes)
      case .directory: bytes.count - 32 - 56 * chunkCount
      case .trailer: bytes.count - 32
      }
    SegmentBytes.put(lie.value, lie.size, at: start + lie.offset, in: &bytes)
    SegmentBytes.put(SegmentBytes.checksum(bytes[0..<32]), 8, at: 32, in: &bytes)
    SegmentBytes.resealTrailer(&bytes)
    #expect(Self.code(bytes, at: directory["lie.seg"]) == lie.code)
  }

  @Test func `random changes behind sound checksums never do harm`() throws {
    let directory = TemporaryFolder()
    let sound = try Self.sound(directory)
    let seed: UInt64 = 2020
    var generator = SeededGenerator(seed: seed)
    var counts: [EngramError.Code?: Int] = [:]
    for _ in 0..<4_000 {
      var bytes = sound
      // Mostly the footer and the chunks: the parser behind the checksums.
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let footer = SegmentBytes.footerStart(sound)
        let range = Bool.random(using: &generator) ? 40..<footer : footer..<(sound.count - 24)
        let offset = Int.random(in: range, using: &generator)
        let value: [UInt8] = [
          0, 1, 0x7f, 0x80, 0xff, .random(in: .min ... .max, using: &generator), bytes[offset] &+ 1,
        ]
        bytes[offset] = value.randomElement(using: &generator) ?? 0
      }
      SegmentBytes.reseal(&bytes, chunkCount: 10)
      counts[Self.code(bytes, at: directory["mutant.seg"]), default: 0] += 1
    }
    #expect(Set(counts.keys).isSubset(of: [nil, .corrupt, .unsupported]), "seed \(seed): \(counts)")
    #expect(counts[.corrupt, default: 0] > 1000, "seed \(seed): \(counts)")
  }
}
