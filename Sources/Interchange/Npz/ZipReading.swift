// ZipReading.swift -- minizip reading through a file that is already open.

import CMinizip
import TrajectoryModel

/// One open unzip state of minizip over an open file; not for two threads at once.
///
/// minizip asks for single bytes of the directory, so reads go through a small buffer.
@safe
final class ZipReading {
  /// The archive.
  let file: InputFile
  /// minizip's state; nil only while it is being opened and after a failure to.
  private(set) var archive: unzFile?
  /// What went wrong in the last read of the file; minizip itself only says that something did.
  fileprivate(set) var failure: EngramError?

  fileprivate var position = 0
  /// Whether the last read met the end of the file; minizip asks, and takes what it read for zeros if not told.
  fileprivate var isShort = false
  private var buffer: [UInt8] = []
  private var bufferStart = 0

  private static let bufferSize = 16 << 10

  /// Opens the archive: finds and checks its directory.
  ///
  /// - Throws: ``EngramError`` with code `truncated` when a zip file has no directory at its end, `corrupt` when the
  ///   file is no zip file at all.
  init(_ file: InputFile) throws(EngramError) {
    self.file = file
    var functions = unsafe zlib_filefunc64_def()
    unsafe functions.opaque = Unmanaged.passUnretained(self).toOpaque()
    unsafe functions.zopen64_file = { opaque, _, _ in
      unsafe from(opaque)?.position = 0
      return unsafe opaque
    }
    unsafe functions.zread_file = { opaque, _, bytes, count in
      // SAFETY: minizip gives `count` writable bytes.
      unsafe from(opaque)?.read(UnsafeMutableRawBufferPointer(start: bytes, count: Int(count))) ?? 0
    }
    unsafe functions.zwrite_file = { _, _, _, _ in 0 }
    unsafe functions.ztell64_file = { opaque, _ in ZPOS64_T(unsafe from(opaque)?.position ?? 0) }
    unsafe functions.zseek64_file = { opaque, _, offset, origin in
      unsafe from(opaque)?.seek(offset, origin) == true ? 0 : -1
    }
    unsafe functions.zclose_file = { _, _ in 0 }
    unsafe functions.zerror_file = { opaque, _ in unsafe from(opaque)?.isShort == true ? 1 : 0 }
    // SAFETY: minizip copies the functions; their opaque pointer is this object, which closes the state before it goes.
    unsafe archive = unzOpen2_64("", &functions)
    guard unsafe archive != nil else { throw failure ?? Self.noDirectory(file) }
  }

  deinit { unsafe _ = archive.map { unsafe unzClose($0) } }

  private func read(_ bytes: UnsafeMutableRawBufferPointer) -> UInt {
    var done = 0
    while done < bytes.count, position < file.byteCount {
      if position < bufferStart || position >= bufferStart + buffer.count {
        let size = min(Self.bufferSize, file.byteCount - position)
        do {
          buffer = try FileSlice(file: file, offset: position, byteCount: size).bytes(0..<size)
          bufferStart = position
        } catch {
          failure = error
          break
        }
      }
      let start = position - bufferStart
      let count = min(bytes.count - done, buffer.count - start)
      // SAFETY: `count` is at most what is left of both buffers.
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done..<(done + count)]).copyBytes(
        from: buffer[start..<(start + count)])
      done += count
      position += count
    }
    isShort = done < bytes.count
    return UInt(done)
  }

  private func seek(_ offset: ZPOS64_T, _ origin: Int32) -> Bool {
    let base: Int
    switch origin {
    case ZLIB_FILEFUNC_SEEK_SET: base = 0
    case ZLIB_FILEFUNC_SEEK_CUR: base = position
    default: base = file.byteCount
    }
    // Offsets are unsigned in minizip; hostile ones do not fit a file.
    guard let offset = Int(exactly: offset) else { return false }
    let (target, overflows) = base.addingReportingOverflow(offset)
    guard !overflows, target <= file.byteCount else { return false }
    position = target
    return true
  }

  /// The error for a file in which minizip finds no directory.
  private static func noDirectory(_ file: InputFile) -> EngramError {
    let start =
      (try? FileSlice(file: file, offset: 0, byteCount: min(4, file.byteCount)).bytes(0..<min(4, file.byteCount))) ?? []
    let isZip = [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]].contains { (magic: [UInt8]) in
      start.elementsEqual(magic.prefix(start.count))
    }
    if isZip {
      return EngramError(
        .truncated, "the zip file has no directory at its end", file: file.path, place: "zip directory",
        offset: file.byteCount, mend: "copy the file again from its source")
    }
    return EngramError(
      .corrupt, "this is not an .npz file", file: file.path, place: "magic", offset: 0, expected: "a zip file",
      mend: "save it with numpy.savez")
  }
}

/// The object behind minizip's opaque pointer.
private func from(_ opaque: UnsafeMutableRawPointer?) -> ZipReading? {
  // SAFETY: the pointer was made from a ZipReading that outlives the state that holds it.
  unsafe opaque.map { unsafe Unmanaged<ZipReading>.fromOpaque($0).takeUnretainedValue() }
}
