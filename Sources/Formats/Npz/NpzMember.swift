// NpzMember.swift -- one member of a zip file: where it lies, how it is compressed, whether it can be.

import Base
import CMinizip

/// A member whose directory entry has been read.
struct NpzMember: Sendable {
  /// What the directory says.
  let entry: ZipEntry
  /// The archive.
  let file: InputFile

  /// A deflated byte stands for at most 1,032 bytes, says zlib's description ("Maximum Expansion Factor").
  static let mostExpansion = 1_032

  /// Its part of an error.
  var place: String { "member \(entry.name)" }

  /// The inflated bytes.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` for encryption and odd methods, `corrupt` for sizes that cannot be
  ///   and for a local header that differs from the directory.
  func source() throws(EngramError) -> any ByteSource {
    guard entry.flags & 1 == 0 else {
      throw EngramError(
        .unsupported, "the member is encrypted", file: file.path, place: place,
        mend: "unpack it with its password and save it with numpy.savez")
    }
    guard entry.method == 0 || entry.method == Int(Z_DEFLATED) else {
      let names = [9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"]
      throw EngramError(
        .unsupported, "the member is compressed by a method that is not read here", file: file.path, place: place,
        expected: "stored or deflate", found: names[entry.method] ?? "method \(entry.method)",
        mend: "save it with numpy.savez or numpy.savez_compressed")
    }
    let slice = try payload()
    if entry.method == 0 {
      guard entry.byteCount == entry.compressedByteCount else {
        throw EngramError(
          .corrupt, "a stored member declares two lengths", file: file.path, place: place,
          expected: "\(entry.compressedByteCount) bytes", found: "\(entry.byteCount) bytes")
      }
      return StoredMember(slice: slice, checksum: entry.checksum, place: place)
    }
    guard entry.byteCount / Self.mostExpansion <= entry.compressedByteCount else {
      throw EngramError(
        .corrupt, "a member declares more bytes than deflate can hold", file: file.path, place: place,
        expected: "at most \(Self.mostExpansion) for each of \(entry.compressedByteCount)",
        found: "\(entry.byteCount) bytes")
    }
    return DeflatedMember(slice: slice, byteCount: entry.byteCount, checksum: entry.checksum, place: place)
  }

  /// The bytes of the member as they lie in the file, behind a local header that agrees with the directory.
  private func payload() throws(EngramError) -> FileSlice {
    let start = entry.headerOffset
    let header = LittleEndianBytes(try FileSlice(file: file, offset: start, byteCount: 30).bytes(0..<30))
    let (nameLength, extraLength) = (header.u16(26), header.u16(28))
    let offset = start + 30 + nameLength + extraLength
    guard header.u32(0) == 0x0403_4B50, offset <= file.byteCount - entry.compressedByteCount else { throw differs() }
    let name = try FileSlice(file: file, offset: start + 30, byteCount: nameLength).bytes(0..<nameLength)
    guard name.elementsEqual(entry.name.utf8), header.u16(8) == entry.method else { throw differs() }
    // With flag 3 the lengths and the checksum come after the member; all ones mean 64-bit lengths.
    if header.u16(6) & 8 == 0 {
      guard header.u32(14) == Int(entry.checksum),
        [entry.compressedByteCount, 0xFFFF_FFFF].contains(header.u32(18)),
        [entry.byteCount, 0xFFFF_FFFF].contains(header.u32(22))
      else { throw differs() }
    }
    return FileSlice(file: file, offset: offset, byteCount: entry.compressedByteCount)
  }

  private func differs() -> EngramError {
    EngramError(
      .corrupt, "a member is not as the directory says", file: file.path, place: place, offset: entry.headerOffset,
      expected: "a local header of the same name, lengths and checksum", mend: "copy the file again from its source")
  }
}

/// The error for a member whose bytes differ from their checksum.
func checksumError(file: String, place: String?) -> EngramError {
  EngramError(
    .corrupt, "the bytes of a member differ from their checksum", file: file, place: place, expected: "an equal CRC-32",
    mend: "copy the file again from its source")
}
