// ZipDirectory.swift -- the members of a zip file, from the directory at its end.
//   end of the file, backwards                              (little-endian; PKWARE's APPNOTE.TXT 6.3, section 4.3)
//   end record           50 4b 05 06  22 bytes and a comment   counts, size and offset of the directory
//   [64-bit locator      50 4b 06 07  20 bytes]                where the 64-bit end record is
//   [64-bit end record   50 4b 06 06  56 bytes and more]       the same fields as the end record, in 64 bits
//   directory entry      50 4b 01 02  46 bytes, name, extra, comment; one for each member
//   local header         50 4b 03 04  30 bytes, name, extra; then the member's bytes
// A field of 32 bits that is all ones has its value in the extra field 0x0001, in 64 bits.
// minizip writes these files here and does not read them: the 1.1 of Debian does not understand 64-bit offsets.

import Base

/// One member as the directory describes it; nothing is checked against the member itself.
struct ZipEntry: Sendable {
  let name: String
  let flags: Int
  let method: Int
  let checksum: UInt32
  let compressedByteCount: Int
  let byteCount: Int
  let headerOffset: Int
}

/// Reads the directory of a zip file.
struct ZipDirectory {
  /// The members in the order of the directory.
  private(set) var entries: [ZipEntry] = []

  /// A directory of as many members as are allowed is far smaller.
  private static let longest = 64 << 20
  private static let all16 = 0xFFFF
  private static let all32 = 0xFFFF_FFFF

  private let file: InputFile

  /// Reads and checks the directory.
  ///
  /// - Throws: ``EngramError`` with code `truncated` when a zip file has no directory at its end, `corrupt` when the
  ///   file is no zip file or the directory is damaged, `limit` for too many members, `unsupported` for split archives.
  init(of file: InputFile) throws(EngramError) {
    self.file = file
    let (count, size, offset) = try endRecord()
    guard count <= NpzFile.mostMembers, size <= Self.longest else {
      throw EngramError(
        .limit, "the zip file has too many members", file: file.path, place: "zip directory", offset: offset,
        expected: "at most \(NpzFile.mostMembers)", found: "\(count) in \(size) bytes")
    }
    let bytes = LittleEndianBytes(try FileSlice(file: file, offset: offset, byteCount: size).bytes(0..<size))
    var position = 0
    for number in 0..<count {
      position = try readEntry(bytes, at: position, number: number, directoryOffset: offset)
    }
    guard position == size else { throw damaged("as many entries as it counts", offset: offset + position) }
  }

  /// Finds the end record, and the 64-bit one where it must be asked.
  private func endRecord() throws(EngramError) -> (count: Int, size: Int, offset: Int) {
    // A comment, of at most 65,535 bytes, may follow the record.
    let length = min(file.byteCount, 22 + Self.all16)
    let tailOffset = file.byteCount - length
    let tail = LittleEndianBytes(try FileSlice(file: file, offset: tailOffset, byteCount: length).bytes(0..<length))
    var place = length - 22
    while place >= 0, tail.u32(place) != 0x0605_4B50 || tail.u16(place + 20) != length - place - 22 { place -= 1 }
    guard place >= 0 else { throw try noDirectory() }
    let recordOffset = tailOffset + place
    var (count, size, offset) = (tail.u16(place + 10), tail.u32(place + 12), tail.u32(place + 16))
    var end = recordOffset
    var isSplit = tail.u16(place + 4) != 0 || tail.u16(place + 6) != 0 || tail.u16(place + 8) != count
    if count == Self.all16 || size == Self.all32 || offset == Self.all32, recordOffset >= 20 {
      let locator = LittleEndianBytes(try FileSlice(file: file, offset: recordOffset - 20, byteCount: 20).bytes(0..<20))
      if locator.u32(0) == 0x0706_4B50 {
        guard let place = locator.u64(8), place <= recordOffset - 20 - 56 else {
          throw damaged("a 64-bit end record before its locator", offset: recordOffset - 20)
        }
        let record = LittleEndianBytes(try FileSlice(file: file, offset: place, byteCount: 56).bytes(0..<56))
        guard record.u32(0) == 0x0606_4B50, let wideCount = record.u64(32), let wideSize = record.u64(40),
          let wideOffset = record.u64(48)
        else { throw damaged("a 64-bit end record", offset: place) }
        (count, size, offset, end) = (wideCount, wideSize, wideOffset, place)
        isSplit = record.u32(16) != 0 || record.u32(20) != 0 || record.u64(24) != count
      }
    }
    guard !isSplit else {
      throw EngramError(
        .unsupported, "the zip file is one part of several", file: file.path, place: "zip directory",
        offset: recordOffset, mend: "join the parts, or save the arrays with numpy.savez")
    }
    // The directory ends where the end records start; any other place means that bytes were lost or added.
    guard size <= end, offset == end - size else {
      throw damaged("a directory that ends at byte \(end)", offset: recordOffset)
    }
    return (count, size, offset)
  }

  /// Reads one entry and gives where the next starts.
  private mutating func readEntry(
    _ bytes: LittleEndianBytes, at start: Int, number: Int, directoryOffset: Int
  ) throws(EngramError) -> Int {
    let place = directoryOffset + start
    guard start + 46 <= bytes.count, bytes.u32(start) == 0x0201_4B50 else { throw damaged("an entry", offset: place) }
    let (nameLength, extraLength) = (bytes.u16(start + 28), bytes.u16(start + 30))
    let nameStart = start + 46
    let extraStart = nameStart + nameLength
    let next = extraStart + extraLength + bytes.u16(start + 32)
    guard next <= bytes.count else { throw damaged("an entry inside the directory", offset: place) }
    guard let name = String(validating: bytes.bytes[nameStart..<extraStart], as: UTF8.self) else {
      throw EngramError(
        .corrupt, "the name of a member is not UTF-8", file: file.path, place: "zip directory, entry \(number)",
        offset: directoryOffset + nameStart, mend: "save the arrays under plain names")
    }
    var sizes = [bytes.u32(start + 24), bytes.u32(start + 20), bytes.u32(start + 42)]
    if sizes.contains(Self.all32) {
      guard var field = wideField(bytes, extraStart..<(extraStart + extraLength)) else {
        throw damaged("the 64-bit lengths of \(name)", offset: place)
      }
      for index in sizes.indices where sizes[index] == Self.all32 {
        guard field.count >= 8, let wide = bytes.u64(field.lowerBound) else {
          throw damaged("the 64-bit lengths of \(name)", offset: place)
        }
        sizes[index] = wide
        field = (field.lowerBound + 8)..<field.upperBound
      }
    }
    // The local header alone has 30 bytes; a member lies before the directory.
    guard sizes[2] <= directoryOffset - 30, sizes[1] <= directoryOffset - 30 - sizes[2] else {
      throw damaged("the member \(name) before the directory", offset: place)
    }
    entries.append(
      ZipEntry(
        name: name, flags: bytes.u16(start + 8), method: bytes.u16(start + 10),
        checksum: UInt32(bytes.u32(start + 16)), compressedByteCount: sizes[1], byteCount: sizes[0],
        headerOffset: sizes[2]))
    return next
  }

  /// Where the contents of the extra field 0x0001 lie.
  private func wideField(_ bytes: LittleEndianBytes, _ extra: Range<Int>) -> Range<Int>? {
    var start = extra.lowerBound
    while start + 4 <= extra.upperBound {
      let end = start + 4 + bytes.u16(start + 2)
      guard end <= extra.upperBound else { return nil }
      if bytes.u16(start) == 1 { return (start + 4)..<end }
      start = end
    }
    return nil
  }

  private func damaged(_ expected: String, offset: Int) -> EngramError {
    EngramError(
      .corrupt, "the directory of the zip file is damaged", file: file.path, place: "zip directory", offset: offset,
      expected: expected, mend: "copy the file again from its source")
  }

  /// The error for a file without an end record.
  private func noDirectory() throws(EngramError) -> EngramError {
    let length = min(4, file.byteCount)
    let start = try FileSlice(file: file, offset: 0, byteCount: length).bytes(0..<length)
    let isZip = [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]].contains { (magic: [UInt8]) in
      start.elementsEqual(magic.prefix(length))
    }
    guard isZip else {
      return EngramError(
        .corrupt, "this is not an .npz file", file: file.path, place: "magic", offset: 0, expected: "a zip file",
        mend: "save it with numpy.savez")
    }
    return EngramError(
      .truncated, "the zip file has no directory at its end", file: file.path, place: "zip directory",
      offset: file.byteCount, mend: "copy the file again from its source")
  }
}

/// Little-endian numbers of a few bytes that stand in memory; the caller keeps inside them.
struct LittleEndianBytes {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }

  func u16(_ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }
  func u32(_ place: Int) -> Int { u16(place) | u16(place + 2) << 16 }
  /// A number of 64 bits, or nil where it is beyond any file.
  func u64(_ place: Int) -> Int? {
    let high = u32(place + 4)
    return high < 1 << 31 ? high << 32 | u32(place) : nil
  }
}
