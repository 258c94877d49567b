// JSONValue+File.swift -- a JSON value from a file.

extension JSONValue {
  /// Reads a file that is one JSON text.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes that are read into memory.
  /// - Throws: ``EngramError`` as ``init(parsing:file:)-([UInt8],_)``; `limit` for a longer file, `notFound` and `io` as
  ///   the system says.
  package init(reading path: String, limit: Int) throws(EngramError) {
    try self.init(parsing: try InputFile(opening: path).contents(limit: limit), file: path)
  }
}
