// NpzMember.swift -- one member of a zip file: where it lies, how it is compressed, whether it can be.

import CMinizip
import TrajectoryModel

/// What the directory says about a member, checked against what can be.
struct NpzMember: Sendable {
  /// Its name, such as `X.npy`.
  let name: String
  /// Its bytes when inflated.
  let byteCount: Int
  /// Its checksum.
  let checksum: UInt32
  private let file: InputFile
  private let directoryOffset: ZPOS64_T
  private let number: Int
  private let method: UInt
  private let isEncrypted: Bool
  private let compressedByteCount: Int

  /// A deflated byte stands for at most 1,032 bytes, says zlib's description ("Maximum Expansion Factor").
  static let mostExpansion = 1_032
  /// Longer names are not names of arrays.
  static let longestName = 4_096

  /// Reads what the directory says about the current member of an archive.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` or `limit`.
  init(current reading: ZipReading, number: Int) throws(EngramError) {
    let path = reading.file.path
    var info = unz_file_info64()
    var bytes = [CChar](repeating: 0, count: Self.longestName + 1)
    var position = unz64_file_pos()
    // SAFETY: minizip writes at most the given number of bytes of the name.
    var status = unsafe unzGetCurrentFileInfo64(
      reading.archive, &info, &bytes, UInt(Self.longestName), nil, 0, nil, 0)
    if status == UNZ_OK { status = unsafe unzGetFilePos64(reading.archive, &position) }
    guard status == UNZ_OK else {
      throw reading.failure
        ?? zipReadError(
          status, "the directory of the zip file is damaged", file: path, place: "zip directory, entry \(number)")
    }
    guard info.size_filename <= Self.longestName else {
      throw EngramError(
        .limit, "the name of a member is too long", file: path, place: "zip directory, entry \(number)",
        expected: "at most \(Self.longestName) bytes", found: "\(info.size_filename) bytes")
    }
    let units = bytes.prefix(Int(info.size_filename)).map { UInt8(bitPattern: $0) }
    guard let name = String(validating: units, as: UTF8.self) else {
      throw EngramError(
        .corrupt, "the name of a member is not UTF-8", file: path, place: "zip directory, entry \(number)",
        mend: "save the arrays under plain names")
    }
    guard let byteCount = Int(exactly: info.uncompressed_size),
      let compressed = Int(exactly: info.compressed_size), compressed <= reading.file.byteCount
    else {
      throw EngramError(
        .corrupt, "a member declares more bytes than the file has", file: path, place: "member \(name)",
        expected: "at most \(reading.file.byteCount) bytes", found: "\(info.compressed_size) bytes")
    }
    self.name = name
    self.byteCount = byteCount
    self.compressedByteCount = compressed
    self.checksum = UInt32(truncatingIfNeeded: info.crc)
    self.file = reading.file
    self.number = number
    directoryOffset = position.pos_in_zip_directory
    method = info.compression_method
    isEncrypted = info.flag & 1 != 0
  }

  /// The inflated bytes.
  ///
  /// - Throws: ``EngramError`` with code `unsupported` for encryption and odd methods, `corrupt` for sizes that cannot be.
  func source() throws(EngramError) -> any ByteSource {
    let place = "member \(name)"
    guard !isEncrypted else {
      throw EngramError(
        .unsupported, "the member is encrypted", file: file.path, place: place,
        mend: "unpack it with its password and save it with numpy.savez")
    }
    switch Int32(truncatingIfNeeded: method) {
    case 0:
      guard byteCount == compressedByteCount else {
        throw EngramError(
          .corrupt, "a stored member declares two lengths", file: file.path, place: place,
          expected: "\(compressedByteCount) bytes", found: "\(byteCount) bytes")
      }
      let offset = try payloadOffset()
      return StoredMember(
        slice: FileSlice(file: file, offset: offset, byteCount: byteCount), checksum: checksum, place: place)
    case Z_DEFLATED:
      guard byteCount / Self.mostExpansion <= compressedByteCount else {
        throw EngramError(
          .corrupt, "a member declares more bytes than deflate can hold", file: file.path, place: place,
          expected: "at most \(Self.mostExpansion) for each of \(compressedByteCount)", found: "\(byteCount) bytes")
      }
      return DeflatedMember(member: self)
    default:
      let names: [UInt: String] = [9: "deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd"]
      throw EngramError(
        .unsupported, "the member is compressed by a method that is not read here", file: file.path, place: place,
        expected: "stored or deflate", found: names[method] ?? "method \(method)",
        mend: "save it with numpy.savez or numpy.savez_compressed")
    }
  }

  /// Where the bytes of a stored member start.
  private func payloadOffset() throws(EngramError) -> Int {
    let reading = try open()
    let offset = unsafe unzGetCurrentFileZStreamPos64(reading.archive)
    guard let offset = Int(exactly: offset), offset <= file.byteCount - compressedByteCount else {
      throw EngramError(
        .truncated, "the file ends inside a member", file: file.path, place: "member \(name)",
        offset: file.byteCount, mend: "copy the file again from its source")
    }
    return offset
  }

  /// A state of minizip that is about to read the first byte of the member.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when the member does not start where the directory says.
  func open() throws(EngramError) -> ZipReading {
    let reading = try ZipReading(file)
    var position = unz64_file_pos()
    position.pos_in_zip_directory = directoryOffset
    position.num_of_file = ZPOS64_T(number)
    var status = unsafe unzGoToFilePos64(reading.archive, &position)
    if status == UNZ_OK { status = unsafe unzOpenCurrentFile(reading.archive) }
    guard status == UNZ_OK else {
      throw failure(reading, status)
    }
    return reading
  }

  /// The error for what minizip returned while it read the member.
  func failure(_ reading: ZipReading, _ status: Int32) -> EngramError {
    reading.failure
      ?? zipReadError(status, "a member of the zip file cannot be read", file: file.path, place: "member \(name)")
  }
}
