// SegmentHeader.swift -- the first 40 bytes of a segment file.
//   offset  size  field       rule              (little-endian; normative: schema/FORMAT.md, "Header")
//        0     8  magic       "ENGRMSEG"
//        8     2  minReader   at least 1; refuse the file if above `formatVersion`
//       10     2  minWriter   at least 1
//       12     4  reserved    zero
//       16    16  identifier  any
//       32     8  checksum    XXH3-64 of bytes 0 ..< 32
// Example: 45 4e 47 52 4d 53 45 47 | 03 00 | 03 00 | 00 00 00 00 | 00 01 … 0f | 80 e4 f9 ca 90 56 e0 69

import Base
import TrajectoryModel

/// The first 40 bytes of a segment file.
struct SegmentHeader {
  /// The version that this code reads and writes.
  static let formatVersion: UInt16 = 3
  /// Bytes of a header.
  static let byteCount = 40
  /// The first bytes of every segment file.
  static let magic = Array("ENGRMSEG".utf8)

  /// The identifier of the segment.
  let identifier: SegmentIdentifier

  init(identifier: SegmentIdentifier) { self.identifier = identifier }

  /// Reads the header of a file, which must be as long as one.
  ///
  /// - Throws: `corrupt` when the magic, the checksum or a field is wrong, `unsupported` when a newer reader is needed.
  init(_ file: RawSpan) throws(EngramError) {
    let bytes = file.extracting(0..<Self.byteCount)
    let found = bytes.littleEndian(at: 32, as: UInt64.self)
    let expected = XXH3.hash64(bytes.extracting(0..<32))
    guard XXH3.agrees(expected, with: found) else { throw .checksum("header", 32, expected: expected, found: found) }
    let minReader = bytes.littleEndian(at: 8, as: UInt16.self)
    let minWriter = bytes.littleEndian(at: 10, as: UInt16.self)
    guard minReader >= 1, minWriter >= 1 else {
      throw .rule("a version is zero", "header", 8, expected: "at least 1", found: "\(minReader) and \(minWriter)")
    }
    guard minReader <= Self.formatVersion else {
      throw EngramError(
        .unsupported, "the segment needs a newer version of this program", place: "header", offset: 8,
        expected: "format version up to \(Self.formatVersion)", found: "\(minReader)", mend: "upgrade the program")
    }
    let reserved = bytes.littleEndian(at: 12, as: UInt32.self)
    guard reserved == 0 else {
      throw .rule("reserved bytes are set", "header", 12, expected: "0", found: "\(reserved)")
    }
    identifier = SegmentIdentifier(
      low: bytes.littleEndian(at: 16, as: UInt64.self), high: bytes.littleEndian(at: 24, as: UInt64.self))
  }

  /// The bytes of the header.
  var bytes: [UInt8] {
    var bytes = Self.magic
    bytes.appendLittleEndian(Self.formatVersion)
    bytes.appendLittleEndian(Self.formatVersion)
    bytes.appendLittleEndian(UInt32(0))
    bytes.appendLittleEndian(identifier.low)
    bytes.appendLittleEndian(identifier.high)
    bytes.appendLittleEndian(XXH3.hash64(bytes))
    return bytes
  }
}

extension EngramError {
  /// A checksum that does not fit its bytes.
  static func checksum(_ place: String, _ offset: Int, expected: UInt64, found: UInt64) -> EngramError {
    EngramError(
      .corrupt, "the checksum of a \(place) is wrong", place: place, offset: offset,
      expected: String(expected, radix: 16), found: String(found, radix: 16), mend: "restore the file from a copy")
  }

  /// A rule of the format that is broken though the checksum fits.
  static func rule(_ message: String, _ place: String, _ offset: Int, expected: String, found: String) -> EngramError {
    EngramError(.corrupt, message, place: place, offset: offset, expected: expected, found: found)
  }
}
