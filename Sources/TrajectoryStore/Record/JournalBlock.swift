// JournalBlock.swift -- one block of the journal of a run that is being recorded.
//
//   offset  size  field      rule                                              (little-endian)
//        0     4  magic      "EJB" and the kind: 1 the run, 2 a checkpoint
//        4     4  length     bytes of the payload, at most 2^30
//        8     4  ~length    all bits of it the other way, so that a damaged length is told from a torn block
//       12     4  zero
//       16     n  payload
//     16+n     8  checksum   XXH3-64 of the checksum of the block before (8 bytes; zeros for the first) and bytes 0 ..< 16+n
//
// A journal is a block of kind 1 and then blocks of kind 2. The payload of the first is JSON: metadata, layers, statistics,
// type. That of a checkpoint is the epoch (binary64), the values [layer][statistic], and its metrics as JSON. Whatever
// follows the last whole block was being written when its process was killed, and nobody was told that it was kept. After a
// power cut that may be zeros, where the file system had made room for bytes that never came: zeros for a whole rest, or
// for the checksum of a last block.

import Base

/// One block of a journal.
struct JournalBlock {
  /// What a block holds.
  enum Kind: UInt8 { case run = 1, checkpoint = 2 }

  let kind: Kind
  let payload: ArraySlice<UInt8>
  /// What the next block's checksum begins with.
  let checksum: UInt64
  /// The bytes of the block in its file.
  var byteCount: Int { Self.headCount + payload.count + Self.sumCount }

  static let headCount = 16
  static let sumCount = 8
  /// More than any checkpoint has, and little enough to add to.
  static let mostBytes = 1 << 30
  private static let magic = Array("EJB".utf8)

  /// The bytes of a block.
  static func bytes(_ kind: Kind, _ payload: [UInt8], after checksum: UInt64) -> (bytes: [UInt8], checksum: UInt64) {
    var chained = littleEndian(checksum)
    let length = UInt32(payload.count)
    var block = magic + [kind.rawValue]
    block += littleEndian(UInt64(length) | UInt64(~length) << 32)
    block += [0, 0, 0, 0]
    block += payload
    chained += block
    let sum = XXH3.hash64(chained)
    return (block + littleEndian(sum), sum)
  }

  /// What stands at a place of a journal.
  enum Reading {
    case block(JournalBlock)
    /// The file ends inside the block, or before it.
    case end
    /// The bytes are whole and are no block.
    case damage(String)
  }

  /// Reads the block at a place.
  static func read(_ bytes: [UInt8], at place: Int, after checksum: UInt64) -> Reading {
    let rest = bytes[place...]
    // A whole block has more than its head; zeros from within the head on are bytes that never came.
    guard rest.count >= headCount, let last = rest.lastIndex(where: { $0 != 0 }), last >= place + headCount
    else { return .end }
    guard rest.starts(with: magic), let kind = Kind(rawValue: rest[place + 3]) else {
      return .damage("no block begins here")
    }
    let lengths = number(rest[(place + 4)..<(place + 12)])
    let length = UInt32(truncatingIfNeeded: lengths)
    guard UInt32(truncatingIfNeeded: lengths >> 32) == ~length, length <= mostBytes else {
      return .damage("the length of a block is damaged")
    }
    let end = place + headCount + Int(length)
    guard bytes.count - place >= headCount + Int(length) + sumCount else { return .end }
    let sum = XXH3.hash64(littleEndian(checksum) + bytes[place..<end])
    let written = number(bytes[end..<(end + sumCount)])
    guard XXH3.agrees(sum, with: written) else {
      if written == 0, end + sumCount == bytes.count { return .end }
      return .damage("a block differs from its checksum")
    }
    return .block(JournalBlock(kind: kind, payload: bytes[(place + headCount)..<end], checksum: sum))
  }

  /// The bytes of a number, lowest first.
  static func littleEndian(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }

  /// The number of eight bytes, lowest first.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
