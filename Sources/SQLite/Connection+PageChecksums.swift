// Connection+PageChecksums.swift -- checksums of the pages of a database: room for them, and the check.

import CPageChecksums
import CSQLite
package import Base

extension Connection {
  /// Reserves room for a checksum in each page of a database that has no page yet.
  package func reservePageChecksums() throws(EngramError) {
    // SAFETY: the handle is open.
    let code = unsafe engram_checksums_reserve(handle.pointer)
    if code != SQLITE_OK { throw handle.error(code, sql: nil) }
  }

  /// Whether the pages of the database have room for a checksum.
  package var hasPageChecksums: Bool {
    // SAFETY: the handle is open.
    unsafe engram_checksums_reserved(handle.pointer) == ENGRAM_CHECKSUM_BYTES
  }

  /// Compares every page of the database file with its checksum.
  ///
  /// - Parameter most: After so many pages that differ, the rest are not read.
  /// - Returns: The numbers of the pages that differ, from 1, ascending; and how many have no checksum, because another SQLite
  ///   brought them from the log into the file.
  /// - Throws: Code `io` when the file cannot be read.
  package func checkPages(most: Int) throws(EngramError) -> (damaged: [Int64], unsealed: Int64) {
    let size = try integer("PRAGMA page_size") ?? 0
    var damaged: [Int64] = []
    var (page, unsealed): (Int64, Int64) = (1, 0)
    while damaged.count < most {
      // SAFETY: the handle is open, and the numbers outlive the call.
      let code = unsafe engram_checksums_check(handle.pointer, Int32(size), &page, &unsealed)
      if code != SQLITE_OK { throw handle.error(code, sql: nil) }
      if page == 0 { break }
      damaged.append(page)
      page += 1
    }
    return (damaged, unsealed)
  }
}
