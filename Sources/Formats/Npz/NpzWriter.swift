// NpzWriter.swift -- writes .npz files that numpy.load reads without pickle.

package import Base
import CMinizip

/// Writes an .npz file, array by array, each piece by piece; it appears under its name when it is whole.
///
/// The bytes depend only on what is written: every member has the earliest date that a zip file can say.
///
/// ```swift
/// let writer = try NpzWriter(creating: "split.npz")
/// try writer.begin("X_train", NpyHeader(type: .float32, shape: [15_552, 504]))
/// for block in blocks { try writer.write(block.bytes) }
/// try writer.end()
/// try writer.add("y_train", texts: labels)
/// try writer.finish()
/// ```
package final class NpzWriter {
  /// How members are stored.
  package enum Method: Sendable {
    /// As they are, like `numpy.savez`: written and read at the speed of the disk.
    case stored
    /// Deflated, like `numpy.savez_compressed`.
    case deflated
  }

  private let output: OutputFile
  private let method: Method
  private let archive: ZipWriting
  private var names: Set<String> = []
  private var remaining: Int?

  /// From this many bytes on a member gets 64-bit lengths; below the limit of 2^32 - 1 by more than deflate can add.
  private static let zip64Size = 0xF000_0000
  /// Bytes given to minizip at a time, whose lengths are 32 bits.
  private static let writeSize = 1 << 30

  /// Starts a file.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `diskFull` or `io`.
  package init(creating path: String, method: Method = .stored) throws(EngramError) {
    output = try OutputFile(creating: path)
    archive = try ZipWriting(output)
    self.method = method
  }

  /// Starts an array; ``write(_:)`` gives its elements and ``end()`` ends it.
  ///
  /// - Parameters:
  ///   - name: Its name in `numpy.load(path)[name]`; not empty, not used before.
  ///   - header: Its type, shape and order.
  /// - Throws: ``EngramError`` with code `diskFull` or `io`, as all of these.
  package func begin(_ name: String, _ header: NpyHeader) throws(EngramError) {
    precondition(remaining == nil, "an array ends before the next begins")
    precondition(!name.isEmpty && name.utf8.count < 1_000 && names.insert(name).inserted, "names are short and differ")
    let start = header.bytes
    try archive.begin(
      name + ".npy", isDeflated: method == .deflated,
      isLarge: start.count + header.payloadByteCount >= Self.zip64Size)
    remaining = start.count + header.payloadByteCount
    // SAFETY: a UInt8 has no padding, so all its bytes are initialised.
    try write(unsafe start.span.bytes)
  }

  /// Appends elements to the array, in the header's order and byte order.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func write(_ bytes: RawSpan) throws(EngramError) {
    precondition((remaining ?? -1) >= bytes.byteCount, "no more bytes than the shape says")
    remaining = remaining.map { $0 - bytes.byteCount }
    var done = 0
    while done < bytes.byteCount {
      let count = min(Self.writeSize, bytes.byteCount - done)
      try archive.write(bytes.extracting(done..<(done + count)))
      done += count
    }
  }

  /// Ends the array.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func end() throws(EngramError) {
    precondition(remaining == 0, "as many bytes as the shape says")
    remaining = nil
    try archive.end()
  }

  /// Writes a whole array whose elements stand in memory.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func add(_ name: String, _ header: NpyHeader, _ bytes: RawSpan) throws(EngramError) {
    try begin(name, header)
    try write(bytes)
    try end()
  }

  /// Writes whole numbers as a one-dimensional int64 array.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func add(_ name: String, integers: [Int64]) throws(EngramError) {
    // SAFETY: an Int64 has no padding, so all its bytes are initialised.
    try add(name, NpyHeader(type: .int64, shape: [integers.count]), unsafe integers.span.bytes)
  }

  /// Writes reals as a one-dimensional float64 array.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func add(_ name: String, reals: [Double]) throws(EngramError) {
    // SAFETY: a Double has no padding, so all its bytes are initialised.
    try add(name, NpyHeader(type: .float64, shape: [reals.count]), unsafe reals.span.bytes)
  }

  /// Writes texts as a one-dimensional array of `<U` elements; NULs at the end of a text do not come back, as in NumPy.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func add(_ name: String, texts: [String]) throws(EngramError) {
    let width = max(1, texts.reduce(0) { max($0, $1.unicodeScalars.count) })
    let type = NumPyType(kind: .unicode, byteCount: 4 * width, isBigEndian: false)
    try begin(name, NpyHeader(type: type, shape: [texts.count]))
    for text in texts {
      var units = [UInt32](repeating: 0, count: width)
      for (index, scalar) in text.unicodeScalars.enumerated() { units[index] = scalar.value.littleEndian }
      // SAFETY: a UInt32 has no padding, so all its bytes are initialised.
      try write(unsafe units.span.bytes)
    }
    try end()
  }

  /// Writes the directory and puts the whole file under its name.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`; a file that was there before is then unchanged.
  package func finish() throws(EngramError) {
    precondition(remaining == nil, "the last array is ended")
    try archive.finish()
    try output.finish()
  }

  /// Stops and leaves nothing.
  package func abandon() { output.abandon() }
}
