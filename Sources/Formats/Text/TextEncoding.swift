// TextEncoding.swift -- text that is not UTF-8: what it is and what makes UTF-8 of it.

package import Base

/// Text that is not UTF-8.
package enum TextEncoding {
  /// The error for a text that begins with the mark of UTF-16, or is a file of another kind, as a compressed one may
  /// be; nil for others.
  static func refusal(ofStart bytes: [UInt8], file: String) -> EngramError? {
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      return EngramError(
        .unsupported, "the compressed file holds a NumPy array", file: file, offset: 0,
        expected: "text, or the array itself", found: "an array in gzip or zstd",
        mend: "unpack it first, in a shell with gunzip or unzstd")
    }
    // A pickle begins with its protocol, from the second on.
    if bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return EngramError(
        .unsupported, "the file holds a pickle", file: file, offset: 0, expected: "text, or a pickle by itself",
        found: "a pickle where text stands, or one in gzip or zstd",
        mend: "where it is compressed, unpack it first, in a shell with gunzip or unzstd, and ingest the pickle")
    }
    if let foreign = ForeignFile(inside: Array(bytes.prefix(ForeignFile.bytesToTell))) {
      return EngramError(
        .unsupported, "the compressed file holds \(foreign.what)", file: file, offset: 0, expected: "text",
        found: "\(foreign.what), compressed",
        mend: foreign.isTar
          ? Mend(foreign.mend) : Mend("unpack it first, in a shell with gunzip or unzstd; then \(foreign.mend)"))
    }
    guard bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) else { return nil }
    return EngramError(
      .unsupported, "the text is UTF-16", file: file, place: "line 1", offset: 0, expected: "UTF-8",
      mend: "in a shell: iconv -f UTF-16 -t UTF-8 \(quoted(file)) > utf8.csv")
  }

  /// The error for bytes that are not UTF-8.
  package static func notUTF8(
    file: String, place: String, offset: Int? = nil, found: String? = nil
  ) -> EngramError {
    EngramError(
      .corrupt, "the text is not UTF-8", file: file, place: place, offset: offset, found: found,
      mend: """
        save the file as UTF-8; where it is of Excel or Windows, in a shell: iconv -f WINDOWS-1252 -t UTF-8 \
        \(quoted(file)) > utf8.csv
        """)
  }

  /// A path as a word of a shell.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || "/._-".utf8.contains(byte)
    }
    return isPlain
      ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
