// StorePlace.swift -- by what a folder is known as a store, and in which one a folder lies.

import Glibc

/// By what a folder is known as a store, and in which one a folder lies.
package enum StorePlace {
  /// The names that every store holds: the file of its metadata, and the folder of its segments.
  package static let (catalog, segments) = ("catalog.sqlite", "segments")

  /// The store that a folder is or lies in; nil outside of all.
  static func enclosing(_ folder: DirectoryHandle) -> String? {
    guard var path = try? folder.currentPath() else { return nil }
    while true {
      if kind(of: "\(path)/\(catalog)") == .file, kind(of: "\(path)/\(segments)") == .directory { return path }
      guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
      path = String(path[..<slash])
    }
  }

  /// Refuses a folder for outputs, there already or not, that is a store or lies in one.
  ///
  /// - Throws: ``EngramError`` with code `usage`.
  package static func refuse(folder path: String) throws(EngramError) {
    var place = path
    while true {
      if let folder = try? DirectoryHandle(opening: place.isEmpty ? "." : place) {
        if let store = enclosing(folder) { throw inside(store, path) }
        return
      }
      guard !place.isEmpty, place != "/" else { return }
      let slash = place.utf8.lastIndex(of: UInt8(ascii: "/"))
      place = slash.map { $0 == place.startIndex ? "/" : String(place[..<$0]) } ?? ""
    }
  }

  /// What is wrong with an output in a store.
  static func inside(_ store: String, _ path: String) -> EngramError {
    EngramError(
      .usage, "the output lies inside a store, of which only commits change the files", file: path,
      expected: "a place outside of \(store)", mend: "name one beside the store")
  }

  private static func kind(of path: String) -> FileStatus.Kind? {
    var status = stat()
    // SAFETY: `status` is a valid place for the answer, and the path a C string for the time of the call.
    return unsafe lstat(path, &status) == 0 ? FileStatus(status).kind : nil
  }
}
