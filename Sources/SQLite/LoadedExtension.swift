// LoadedExtension.swift -- tables for a connection of another program, which has loaded this library as an extension of SQLite.

package import Base
import CSQLite
import CSQLiteTable
import Synchronization

/// What makes a table of the words in the brackets of CREATE VIRTUAL TABLE.
package protocol VirtualTableMaker: Sendable {
  /// Makes a table.
  ///
  /// - Parameter words: The words, without quotes.
  /// - Returns: The table.
  /// - Throws: ``EngramError`` for whoever makes it.
  func table(_ words: [String]) throws(EngramError) -> any VirtualTable
}

/// Tables for connections of a program that has loaded this library as an extension of SQLite.
///
/// The program may have another SQLite than the one that this library is linked with, so nothing of it is called but through
/// the list of functions that it gives.
package enum LoadedExtension {
  private static let maker = Mutex<(any VirtualTableMaker)?>(nil)

  /// Adds a module and a function that makes tables of it to a connection.
  ///
  /// - Parameters:
  ///   - connection: The program's connection, a `sqlite3 *`.
  ///   - routines: The functions of its SQLite, a `sqlite3_api_routines *`.
  ///   - module: The name of the module.
  ///   - opener: The name of the function, which gets a path and perhaps a number.
  ///   - tables: The tables that the function makes, with a comma after each.
  ///   - maker: Makes a table of the path, its name, and the number where one was given; the same in every call.
  /// - Returns: An SQLite result code.
  @unsafe package static func add(
    to connection: OpaquePointer, routines: OpaquePointer, module: StaticString, opener: StaticString,
    tables: StaticString, maker: any VirtualTableMaker
  ) -> Int32 {
    self.maker.withLock { $0 = maker }
    // SAFETY: SQLite lends the connection and keeps its functions as long as the program runs; the names are constants.
    return unsafe engram_extension_add(
      connection, UnsafeRawPointer(routines), UnsafeRawPointer(module.utf8Start).assumingMemoryBound(to: CChar.self),
      UnsafeRawPointer(opener.utf8Start).assumingMemoryBound(to: CChar.self),
      UnsafeRawPointer(tables.utf8Start).assumingMemoryBound(to: CChar.self), makeTable, TableCalls.all)
  }

  /// What SQLite calls for CREATE VIRTUAL TABLE.
  private static let makeTable: engram_table_maker = { count, words, table, declaration, message, sqlite in
    guard let sqlite = unsafe sqlite, let maker = maker.withLock({ $0 }) else { return SQLITE_ERROR }
    // SAFETY (whole function): SQLite lends the words and the places for the answers for the call.
    var given: [String] = []
    for index in 0..<Int(max(0, count)) {
      given.append(unquoted(unsafe words?[index].map { unsafe String(cString: $0) } ?? ""))
    }
    do throws(EngramError) {
      let made = try maker.table(given)
      guard let copy = unsafe engram_sqlite_copy(made.declaration, sqlite) else { return SQLITE_NOMEM }
      unsafe declaration?.pointee = copy
      unsafe table?.pointee = Unmanaged.passRetained(TableBox(made)).toOpaque()
      return SQLITE_OK
    } catch {
      unsafe message?.pointee = engram_sqlite_copy(error.description, sqlite)
      return SQLITE_ERROR
    }
  }

  /// A word of CREATE VIRTUAL TABLE without the blanks and quotes around it.
  private static func unquoted(_ word: String) -> String {
    let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r\n" }
    let bare = String(word.drop(while: blanks).reversed().drop(while: blanks).reversed())
    guard let mark = bare.first, mark == "'" || mark == "\"", bare.count >= 2, bare.last == mark else { return bare }
    return String(bare.dropFirst().dropLast()).replacing("\(mark)\(mark)", with: "\(mark)")
  }
}
