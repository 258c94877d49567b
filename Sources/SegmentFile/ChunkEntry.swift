// ChunkEntry.swift -- one entry of the chunk directory, 48 bytes.
//   offset  size  field         rule                   (little-endian; normative: schema/FORMAT.md, "Chunk directory")
//        0     8  offset        where the chunk before ends
//        8     4  byteCount     at least 1, at most the bytes of the values
//       12     4  finiteCount   at most the number of values
//       16     1  codec         0 raw, 1 planes, 2 delta planes; 64 to 127 are kept for predictors
//       17     1  flags         bit 0: a Float64 chunk stored as Float32; the others are zero
//       18     6  dependencies  three statistics that the codec predicts from; ffff is none
//       24     8  checksum      XXH3-64 of the chunk
//       32     8  minimum       of the finite values, as Float64; +infinity where there is none
//       40     8  maximum       of the finite values, as Float64; -infinity where there is none

import ColumnCodec
import TrajectoryModel

/// One entry of the chunk directory.
struct ChunkEntry {
  /// Bytes of an entry.
  static let byteCount = 48
  /// Three times "no statistic".
  private static let noDependencies = Array(repeating: UInt8(0xff), count: 6)
  /// The bit that says that a Float64 chunk is stored as Float32.
  private static let narrowedFlag: UInt8 = 1

  /// The offset of the chunk in the file.
  let offset: Int
  /// The length of the chunk.
  let byteCount: Int
  /// How the chunk is stored.
  let storage: ChunkStorage
  /// XXH3-64 of the chunk.
  let checksum: UInt64
  /// The range of the values.
  let zone: ZoneMap

  /// Reads an entry that was checked before.
  init(trusted bytes: RawSpan, valueCount: Int) {
    offset = Int(truncatingIfNeeded: bytes.littleEndian(at: 0, as: UInt64.self))
    byteCount = Int(bytes.littleEndian(at: 8, as: UInt32.self))
    storage = ChunkStorage(
      codec: ChunkCodec(rawValue: bytes.littleEndian(at: 16, as: UInt8.self)) ?? .raw,
      isNarrowed: bytes.littleEndian(at: 17, as: UInt8.self) == Self.narrowedFlag)
    checksum = bytes.littleEndian(at: 24, as: UInt64.self)
    zone = ZoneMap(
      count: valueCount, finiteCount: Int(bytes.littleEndian(at: 12, as: UInt32.self)),
      minimum: bytes.float64(at: 32), maximum: bytes.float64(at: 40))
  }

  /// Reads and checks an entry.
  ///
  /// - Parameters:
  ///   - bytes: The entry.
  ///   - place: Its offset in the file.
  ///   - expectedOffset: Where the chunk before it ends.
  ///   - shape: What the chunk holds.
  /// - Throws: `unsupported` for a codec or a flag that is not known, `corrupt` for anything else that is wrong.
  init(checking bytes: RawSpan, at place: Int, expectedOffset: Int, shape: ChunkShape) throws(EngramError) {
    func fault(_ message: String, _ offset: Int, expected: String, found: String) -> EngramError {
      .rule(message, "chunk directory", place + offset, expected: expected, found: found)
    }
    let codec = bytes.littleEndian(at: 16, as: UInt8.self)
    let flags = bytes.littleEndian(at: 17, as: UInt8.self)
    guard ChunkCodec(rawValue: codec) != nil, flags & ~Self.narrowedFlag == 0 else {
      throw EngramError(
        .unsupported, "a chunk needs a newer version of this program", place: "chunk directory", offset: place + 16,
        expected: "codec 0 to 2 and flags 0 or 1", found: "codec \(codec) and flags \(flags)",
        mend: "upgrade the program")
    }
    self.init(trusted: bytes, valueCount: shape.valueCount)
    let offset = bytes.littleEndian(at: 0, as: UInt64.self)
    guard offset == UInt64(expectedOffset) else {
      throw fault("chunks have a gap or overlap", 0, expected: "\(expectedOffset)", found: "\(offset)")
    }
    guard byteCount >= 1, byteCount <= shape.byteCount else {
      throw fault("the length of a chunk cannot be", 8, expected: "1 to \(shape.byteCount)", found: "\(byteCount)")
    }
    guard flags == 0 || shape.elementType == .float64 else {
      throw fault("a float32 chunk cannot be narrowed", 17, expected: "0", found: "\(flags)")
    }
    guard (0..<6).allSatisfy({ bytes.littleEndian(at: 18 + $0, as: UInt8.self) == 0xff }) else {
      throw fault("a codec that predicts nothing has dependencies", 18, expected: "ffff three times", found: "others")
    }
    let (low, high) = (zone.minimum, zone.maximum)
    let isRange =
      zone.finiteCount == 0 ? low == .infinity && high == -.infinity : low.isFinite && low <= high && high.isFinite
    guard zone.finiteCount <= shape.valueCount, isRange else {
      throw fault(
        "a zone map cannot be", 12, expected: "at most \(shape.valueCount) finite values in ascending range",
        found: "\(zone.finiteCount) from \(low) to \(high)")
    }
  }

  /// The bytes of the entry of a chunk.
  static func bytes(of chunk: EncodedChunk, offset: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    bytes.appendLittleEndian(UInt64(offset))
    bytes.appendLittleEndian(UInt32(chunk.bytes.count))
    bytes.appendLittleEndian(UInt32(chunk.zone.finiteCount))
    bytes.append(chunk.storage.codec.rawValue)
    bytes.append(chunk.storage.isNarrowed ? narrowedFlag : 0)
    bytes.append(contentsOf: noDependencies)
    bytes.appendLittleEndian(checksum64(chunk.bytes))
    bytes.appendLittleEndian(chunk.zone.minimum.bitPattern)
    bytes.appendLittleEndian(chunk.zone.maximum.bitPattern)
    return bytes
  }
}
