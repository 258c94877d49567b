// Connection+Integrity.swift -- SQLite's own check of a database.

package import Base
import CSQLite

extension Connection {
  /// What SQLite finds wrong with the structure of the main database; empty when nothing is.
  ///
  /// - Parameter most: After so many problems it stops.
  /// - Returns: SQLite's words for each.
  /// - Throws: Code `io` when the disk does not give a page, which SQLite's check lists among the damage; `busy`, `cancelled`.
  package func integrityProblems(most: Int) throws(EngramError) -> [String] {
    let rows = try prepare("PRAGMA integrity_check(\(most))")
    defer { rows.reset() }
    var problems: [String] = []
    while try rows.step() {
      let text = rows.text(0)
      if text == "ok" { continue }
      if let code = Self.codeOfPageNotRead(text), code & 0xFF != SQLITE_CORRUPT { throw handle.error(code, sql: nil) }
      problems.append(text)
    }
    return problems
  }

  /// The result code in a text such as `unable to get the page. error code=266`, or nil in another.
  private static func codeOfPageNotRead(_ text: String) -> Int32? {
    let words = "unable to get the page. error code="
    guard let place = text.utf8.firstRange(of: words.utf8) else { return nil }
    return Int32(text[place.upperBound...].prefix(while: \.isNumber))
  }
}
