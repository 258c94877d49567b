// TextInput.swift -- the text of a file, plain, gzip or zstd, read in order piece by piece.

package import Base

/// The bytes of a text file in order, decompressed where its first bytes say that it is compressed.
///
/// Memory is bounded by the pieces that are asked for. Not for two threads at once.
package final class TextInput {
  /// The file.
  package let path: String
  /// What it is compressed with.
  package let compression: StreamCompression?
  /// Bytes of the file, and how many of them have been read.
  package let byteCount: Int
  package private(set) var bytesRead = 0

  private let file: InputFile
  private let decompressor: (any Decompressor)?
  private var compressed: [UInt8] = []
  private var used = 0
  /// Whether a gzip member or a zstd frame is complete, so that the file may end here.
  private var isBetween = false
  private var isAtEnd = false

  /// Bytes read from the file at a time.
  private static let inputSize = 1 << 20

  /// Opens a file.
  ///
  /// - Throws: ``EngramError`` as ``InputFile/init(opening:)``, and code `unsupported` for what is no text, saying what it is.
  package init(opening path: String) throws(EngramError) {
    self.path = path
    file = try InputFile(opening: path)
    byteCount = file.byteCount
    let start = try FileSlice(file: file, offset: 0, byteCount: file.byteCount).bytes(
      0..<min(ForeignFile.bytesToTell, file.byteCount))
    compression = StreamCompression(firstBytes: start)
    switch compression {
    case .gzip: decompressor = try GzipDecompressor()
    case .zstd: decompressor = ZstdDecompressor()
    case nil:
      decompressor = nil
      if let foreign = ForeignFile(start, of: file) { throw foreign.error(file: path) }
    }
    file.willBeReadInOrder()
  }

  /// Reads up to `count` bytes of text, and puts them behind others.
  ///
  /// - Parameters:
  ///   - count: The most bytes to read.
  ///   - left: What stands before them.
  /// - Returns: Both, and whether there may be more.
  /// - Throws: As ``read(_:into:)``.
  package func read(
    _ count: Int, behind left: ArraySlice<UInt8>
  ) throws(EngramError) -> (bytes: [UInt8], hasMore: Bool) {
    if decompressor != nil {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(left.count + count)
      bytes.append(contentsOf: left)
      let hasMore = try read(count, into: &bytes)
      return (bytes, hasMore)
    }
    let more = min(count, byteCount - bytesRead)
    var failure: EngramError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: left.count + more) { (buffer, filled) in
      // SAFETY: the buffer has room for both parts, and counts as filled only when both are there.
      unsafe left.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<left.count])
          .copyMemory(from: $0)
      }
      var span = unsafe UnsafeMutableBufferPointer(rebasing: buffer[left.count...]).mutableSpan
      var raw = unsafe span.mutableBytes
      do throws(EngramError) {
        try file.read(at: bytesRead, into: &raw)
        filled = left.count + more
      } catch {
        failure = error
        filled = 0
      }
    }
    if let failure { throw failure }
    bytesRead += more
    isAtEnd = bytesRead == byteCount
    return (bytes, !isAtEnd)
  }

  /// Appends up to `count` bytes of text.
  ///
  /// - Returns: Whether there may be more.
  /// - Throws: ``EngramError`` with code `truncated` or `corrupt` for compressed bytes that are cut or broken.
  package func read(_ count: Int, into bytes: inout [UInt8]) throws(EngramError) -> Bool {
    if isAtEnd { return false }
    guard let decompressor else {
      let more = min(count, byteCount - bytesRead)
      bytes.append(contentsOf: try FileSlice(file: file, offset: bytesRead, byteCount: more).bytes(0..<more))
      bytesRead += more
      isAtEnd = bytesRead == byteCount
      return !isAtEnd
    }
    let wanted = bytes.count + count
    var piece = [UInt8](repeating: 0, count: count)
    while bytes.count < wanted {
      if used == compressed.count, bytesRead < byteCount { try refill() }
      let rest = wanted - bytes.count
      // SAFETY: both buffers are lent for the call; bytes have no padding.
      let done = unsafe compressed.withUnsafeBytes { input in
        unsafe piece.withUnsafeMutableBytes { output in
          unsafe decompressor.step(
            UnsafeRawBufferPointer(rebasing: input[used...]), UnsafeMutableRawBufferPointer(rebasing: output[..<rest]))
        }
      }
      used += done.taken
      bytes.append(contentsOf: piece[..<done.made])
      if done.isBroken { throw broken("bytes that break the rules of \(name)", .corrupt) }
      if done.taken > 0 || done.made > 0 { isBetween = done.isEnd }
      if used == compressed.count, bytesRead == byteCount, done.made == 0 {
        guard isBetween else { throw broken("the end of the file", .truncated) }
        isAtEnd = true
        return false
      }
      if done.made == 0, done.taken == 0, used < compressed.count {
        throw broken("bytes that \(name) does not go on with", .corrupt)
      }
    }
    return true
  }

  /// The whole text.
  ///
  /// - Throws: As ``read(_:into:)``, and code `limit` above a number of bytes.
  package func contents(limit: Int) throws(EngramError) -> [UInt8] {
    var bytes: [UInt8] = []
    if decompressor == nil, byteCount <= limit { bytes.reserveCapacity(byteCount) }
    while try read(Self.inputSize, into: &bytes) {
      guard bytes.count <= limit else {
        throw EngramError(
          .limit, "the file is larger than may be read into memory", file: path, expected: "at most \(limit) bytes",
          found: "more than that")
      }
    }
    return bytes
  }

  private var name: String { compression?.rawValue ?? "text" }

  private func refill() throws(EngramError) {
    let more = min(Self.inputSize, byteCount - bytesRead)
    compressed = try FileSlice(file: file, offset: bytesRead, byteCount: more).bytes(0..<more)
    bytesRead += more
    used = 0
  }

  private func broken(_ found: String, _ code: EngramError.Code) -> EngramError {
    EngramError(
      code, "the \(name) file cannot be decompressed", file: path, offset: bytesRead, found: found,
      mend: "copy the file again from its source")
  }
}
