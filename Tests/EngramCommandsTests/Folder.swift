// Folder.swift -- a folder of its own for a test.

import Foundation

/// A folder of its own for a test, removed at the end.
enum Folder {
  /// Runs the body with a new folder.
  static func with<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "engram-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
