// JSONValue+Document.swift -- documents that a person writes and programs exchange: an object with a version.

extension JSONValue {
  /// Reads a document: an object whose `version` is the one that is known.
  ///
  /// - Parameters:
  ///   - noun: What the document is called in errors, such as `study`.
  ///   - version: The version that is known.
  ///   - read: Reads the object; its `version` is right.
  /// - Returns: What `read` returns.
  /// - Throws: ``EngramError`` with code `unsupported` for another version, `usage` for whatever else is wrong; both name the
  ///   document.
  public func document<T>(
    _ noun: String, version: Int64, _ read: (JSONObject) throws(EngramError) -> T
  ) throws(EngramError) -> T {
    do throws(EngramError) {
      let object = try asObject()
      let found = try object.integer("version")
      guard found == version else {
        throw EngramError(
          .unsupported, "its version is not known here", place: "key \"version\"", expected: String(version),
          found: String(found), mend: "use a newer version of engram")
      }
      return try read(object)
    } catch {
      var named = error
      if named.code != .unsupported { named.code = .usage }
      named.message = "the \(noun) is not valid: \(error.message)"
      throw named
    }
  }
}
