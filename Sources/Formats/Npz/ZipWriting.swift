// ZipWriting.swift -- minizip writing through an output file.

import Base
import CMinizip

/// One open zip state of minizip over an output file.
@safe
final class ZipWriting {
  /// Where the bytes go; the owner finishes or abandons it.
  private let output: OutputFile
  private var archive: zipFile?
  /// What went wrong in the output; minizip itself only says that something did.
  private var failure: EngramError?

  /// Version 4.5 of the format (64-bit lengths), made on Unix: what Python writes.
  private static let madeBy: UInt = 3 << 8 | 45
  /// The flag for names in UTF-8.
  private static let utf8Flag: UInt = 1 << 11
  /// zlib's default compromise, which NumPy uses too.
  private static let level: Int32 = 6

  /// Starts an archive at the start of the output.
  init(_ output: OutputFile) throws(EngramError) {
    self.output = output
    var functions = unsafe zlib_filefunc64_def()
    unsafe functions.opaque = Unmanaged.passUnretained(self).toOpaque()
    unsafe functions.zopen64_file = { opaque, _, _ in unsafe opaque }
    unsafe functions.zread_file = { _, _, _, _ in 0 }
    unsafe functions.zwrite_file = { opaque, _, bytes, count in
      // SAFETY: minizip gives `count` readable bytes.
      unsafe from(opaque)?.put(UnsafeRawBufferPointer(start: bytes, count: Int(count))) ?? 0
    }
    unsafe functions.ztell64_file = { opaque, _ in ZPOS64_T(unsafe from(opaque)?.output.offset ?? 0) }
    unsafe functions.zseek64_file = { opaque, _, offset, origin in
      unsafe from(opaque)?.seek(offset, origin) == true ? 0 : -1
    }
    unsafe functions.zclose_file = { _, _ in 0 }
    unsafe functions.zerror_file = { _, _ in 0 }
    // SAFETY: minizip copies the functions; their opaque pointer is this object, which closes the state before it goes.
    unsafe archive = zipOpen2_64("", APPEND_STATUS_CREATE, nil, &functions)
    guard unsafe archive != nil else { throw failed(ZIP_INTERNALERROR) }
  }

  deinit {
    // What is not finished is thrown away by the owner of the output; here only minizip's memory is freed.
    if let archive = unsafe archive {
      failure = failure ?? EngramError(.cancelled, "abandoned")
      unsafe zipClose(archive, nil)
    }
  }

  /// Starts a member.
  func begin(_ name: String, isDeflated: Bool, isLarge: Bool) throws(EngramError) {
    // 1980-01-01 00:00, the earliest date: equal contents give equal bytes.
    var info = zip_fileinfo()
    info.dosDate = 1 << 21 | 1 << 16
    // Permissions as Python sets them: a regular file, rw-r--r--.
    info.external_fa = 0o100644 << 16
    let flags = name.utf8.allSatisfy { $0 < 0x80 } ? 0 : Self.utf8Flag
    try check(
      unsafe zipOpenNewFileInZip4_64(
        archive, name, &info, nil, 0, nil, 0, nil, isDeflated ? Z_DEFLATED : 0, Self.level, 0, -MAX_WBITS,
        DEF_MEM_LEVEL, Z_DEFAULT_STRATEGY, nil, 0, Self.madeBy, flags, isLarge ? 1 : 0))
  }

  /// Appends at most 2^32 - 1 bytes to the member.
  func write(_ bytes: RawSpan) throws(EngramError) {
    // SAFETY: minizip reads the bytes that the span lends for the call.
    try check(unsafe bytes.withUnsafeBytes { unsafe zipWriteInFileInZip(archive, $0.baseAddress, UInt32($0.count)) })
  }

  /// Ends the member.
  func end() throws(EngramError) { try check(unsafe zipCloseFileInZip(archive)) }

  /// Writes the directory.
  func finish() throws(EngramError) {
    let status = unsafe zipClose(archive, nil)
    unsafe archive = nil
    try check(status)
  }

  private func check(_ status: Int32) throws(EngramError) {
    guard status == ZIP_OK, failure == nil else { throw failed(status) }
  }

  private func failed(_ status: Int32) -> EngramError {
    failure ?? EngramError(.io, "the zip file cannot be written", file: output.path, found: "minizip status \(status)")
  }

  private func put(_ bytes: UnsafeRawBufferPointer) -> UInt {
    guard failure == nil else { return 0 }
    do {
      try unsafe output.write(bytes.bytes)
      return UInt(bytes.count)
    } catch {
      failure = error
      return 0
    }
  }

  private func seek(_ offset: ZPOS64_T, _ origin: Int32) -> Bool {
    guard failure == nil else { return false }
    let base =
      origin == ZLIB_FILEFUNC_SEEK_SET ? 0 : origin == ZLIB_FILEFUNC_SEEK_CUR ? output.offset : output.byteCount
    do {
      try output.seek(to: base + Int(offset))
      return true
    } catch {
      failure = error
      return false
    }
  }
}

/// The object behind minizip's opaque pointer.
private func from(_ opaque: UnsafeMutableRawPointer?) -> ZipWriting? {
  // SAFETY: the pointer was made from a ZipWriting that outlives the state that holds it.
  unsafe opaque.map { unsafe Unmanaged<ZipWriting>.fromOpaque($0).takeUnretainedValue() }
}
