// MetadataValue+Check.swift -- which values and names of layers a catalog can hold and SQL can read.

package import Base

extension MetadataValue {
  /// Bytes of the longest text: a query reads no more than 2^20 bytes at once, and a row has other columns too.
  package static let longestText = 1_000_000

  /// Whether it is a text that is too long for a store.
  package var isTooLong: Bool { if case .text(let text) = self { text.utf8.count > Self.longestText } else { false } }

  /// Refuses a value that a store cannot hold, or that a query could not read.
  ///
  /// - Parameter place: Where the value stands, for the error.
  /// - Throws: ``EngramError`` with code `invalidData` for NaN and for a text that is too long or has a NUL.
  package func check(place: @autoclosure () -> String) throws(EngramError) {
    switch self {
    case .null, .integer: return
    case .real(let number):
      if number.isNaN {
        throw EngramError(
          .invalidData, "a value of metadata is not a number", place: place(), found: "NaN", mend: "leave it out")
      }
    case .text(let text): try Self.check(text: text, place: place())
    }
  }

  /// Refuses a text that a store cannot hold, or that a query could not read.
  static func check(text: String, place: @autoclosure () -> String) throws(EngramError) {
    guard text.utf8.count <= longestText else {
      throw EngramError(
        .invalidData, "a text is too long", place: place(), expected: "at most \(longestText) bytes",
        found: "\(text.utf8.count) bytes", mend: "keep it in a file, and the name of the file here")
    }
    if text.utf8.contains(0) {
      throw EngramError(
        .invalidData, "a text holds a NUL character", place: place(), found: text.prefix(64).debugDescription)
    }
  }
}

extension Layer {
  /// Refuses a name that a store cannot hold.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a name that is empty, too long or has a NUL.
  package func checkName() throws(EngramError) {
    if name.isEmpty { throw EngramError(.invalidData, "a layer has no name", expected: "each with a name") }
    try MetadataValue.check(text: name, place: "layer \(name.prefix(64))")
  }
}
