// Extension.swift -- the library as an extension of SQLite.
// swift-format-ignore-file: AllPublicDeclarationsHaveDocumentation, AlwaysUseLowerCamelCase
// What each function does stands in engram.h, which declares it.

import CEngram
import SQLTable

/// What SQLite calls success of an extension that must stay loaded: code of Swift cannot be unloaded.
private let loadedForGood: Int32 = 256
/// What SQLite calls failure.
private let failed: Int32 = 1

@c @implementation
public func sqlite3_engram_init(
  _ connection: UnsafeMutableRawPointer?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ routines: UnsafeRawPointer?
) -> Int32 {
  guard let connection = unsafe connection, let routines = unsafe routines else { return failed }
  // SAFETY: SQLite lends its connection for the call, and its list of functions for good.
  let code = unsafe StoreTables.load(into: OpaquePointer(connection), routines: OpaquePointer(routines))
  return code == 0 ? loadedForGood : code
}
