// NpyFile.swift -- opening and writing .npy files.

package import Base

/// Files of one array, as `numpy.save` writes them.
package enum NpyFile {
  /// Opens the array in a file; its payload is read from the file when it is needed.
  ///
  /// - Throws: ``EngramError`` as ``InputFile/init(opening:)`` and ``NpyHeader/array(in:name:)``, with the file named.
  package static func open(_ path: String) throws(EngramError) -> NumPyArray {
    let file = try InputFile(opening: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    do {
      return try NpyHeader.array(
        in: FileSlice(file: file, offset: 0, byteCount: file.byteCount),
        name: name.hasSuffix(".npy") ? String(name.dropLast(4)) : name)
    } catch {
      throw error.inFile(path)
    }
  }
}

/// Writes an .npy file of known shape piece by piece; it appears under its name when it is whole.
///
/// ```swift
/// let writer = try NpyWriter(creating: "x.npy", header: NpyHeader(type: .float32, shape: [448, 21, 42]))
/// for block in blocks { try writer.write(block.span.bytes) }
/// try writer.finish()
/// ```
package final class NpyWriter {
  private let output: OutputFile
  private let header: NpyHeader
  private var remaining: Int

  /// Starts a file and writes its header.
  ///
  /// - Throws: ``EngramError`` with code `notFound`, `diskFull` or `io`.
  package init(creating path: String, header: NpyHeader) throws(EngramError) {
    output = try OutputFile(creating: path)
    self.header = header
    remaining = header.payloadByteCount
    try output.write(header.bytes)
  }

  /// Appends elements in the header's order and byte order.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`.
  package func write(_ bytes: RawSpan) throws(EngramError) {
    precondition(bytes.byteCount <= remaining, "no more bytes than the shape says")
    try output.write(bytes)
    remaining -= bytes.byteCount
  }

  /// Puts the whole file under its name.
  ///
  /// - Throws: ``EngramError`` with code `diskFull` or `io`; a file that was there before is then unchanged.
  package func finish() throws(EngramError) {
    precondition(remaining == 0, "as many bytes as the shape says")
    try output.finish()
  }

  /// Stops and leaves nothing.
  package func abandon() { output.abandon() }
}
