// FileSlice.swift -- a range of an open file, as a source of bytes.

/// A range of an open file.
package struct FileSlice: ByteSource {
  /// The file.
  package let file: InputFile
  /// Where in the file the range starts.
  package let offset: Int
  /// Bytes in all; the range lies inside the file.
  package let byteCount: Int

  /// Makes a slice of a range that lies inside the file.
  package init(file: InputFile, offset: Int, byteCount: Int) {
    precondition(offset >= 0 && byteCount >= 0 && offset <= file.byteCount - byteCount, "a slice lies inside its file")
    self.file = file
    self.offset = offset
    self.byteCount = byteCount
  }

  /// Yes.
  package var isRandomAccess: Bool { true }

  /// Reads from the file.
  package func read(at offset: Int, into buffer: inout MutableRawSpan) throws(EngramError) {
    precondition(offset >= 0 && offset <= byteCount - buffer.byteCount, "reads stay inside the source")
    try file.read(at: self.offset + offset, into: &buffer)
  }
}
