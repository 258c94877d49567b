// SegmentTrailer.swift -- the last 32 bytes of a segment file.
//   offset  size  field            rule                  (little-endian; normative: schema/FORMAT.md, "Trailer")
//        0     8  footerByteCount  header, footer and trailer fit into the file
//        8     8  footerChecksum   XXH3-64 of the footer
//       16     8  checksum         XXH3-64 of bytes 0 ..< 16
//       24     8  magic            "ENGRMEND", last, so that a torn write is seen at once
// Example: c0 00 00 00 00 00 00 00 | 10 c3 e6 1d 81 45 2c 7a | 76 17 ba 93 1e 66 cc f3 | 45 4e 47 52 4d 45 4e 44

import Base

/// The last 32 bytes of a segment file.
struct SegmentTrailer {
  /// Bytes of a trailer.
  static let byteCount = 32
  /// The last bytes of every segment file.
  static let magic = Array("ENGRMEND".utf8)

  /// Where the footer lies in the file.
  let footer: Range<Int>
  /// XXH3-64 of the footer.
  let footerChecksum: UInt64

  /// Reads the trailer of a file, which must be as long as header and trailer.
  ///
  /// - Throws: `truncated` when the file ends in something else, `corrupt` when a field is wrong.
  init(_ file: RawSpan) throws(EngramError) {
    let start = file.byteCount - Self.byteCount
    let bytes = file.extracting(start..<file.byteCount)
    let found = bytes.littleEndian(at: 16, as: UInt64.self)
    let expected = XXH3.hash64(bytes.extracting(0..<16))
    guard (0..<8).allSatisfy({ bytes.littleEndian(at: 24 + $0, as: UInt8.self) == Self.magic[$0] }) else {
      if found == expected {
        throw .rule(
          "the last bytes of a segment are wrong", "trailer", start + 24, expected: "ENGRMEND", found: "others")
      }
      throw EngramError(
        .truncated, "the segment file ends too early", place: "trailer", offset: start,
        expected: "a trailer", found: "\(file.byteCount) bytes in all", mend: "restore the file from a copy")
    }
    guard XXH3.agrees(expected, with: found) else {
      throw .checksum("trailer", start + 16, expected: expected, found: found)
    }
    let byteCount = bytes.littleEndian(at: 0, as: UInt64.self)
    let room = start - SegmentHeader.byteCount
    guard byteCount <= UInt64(room), Int(byteCount) >= SegmentFooter.fixedByteCount else {
      throw .rule(
        "the length of the footer cannot be", "trailer", start,
        expected: "\(SegmentFooter.fixedByteCount) to \(room)", found: "\(byteCount)")
    }
    footer = (start - Int(byteCount))..<start
    footerChecksum = bytes.littleEndian(at: 8, as: UInt64.self)
  }

  /// The bytes of the trailer of a footer.
  static func bytes(footer: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(UInt64(footer.count))
    bytes.appendLittleEndian(XXH3.hash64(footer))
    bytes.appendLittleEndian(XXH3.hash64(bytes))
    return bytes + magic
  }
}
