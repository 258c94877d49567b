// Catalog+Migrating.swift -- bringing a catalog of an older format over, all of it or nothing.

package import Base
import SQLite
import TrajectoryModel

extension Catalog {
  /// Brings the catalog of a folder to the current format.
  ///
  /// A new catalog is made beside the old one, checked, and renamed over it; so a kill at any instant leaves the old one
  /// or the new one, whole. The old one is locked meanwhile, and its log is emptied and removed first, so that nobody
  /// takes it for the log of the new one.
  ///
  /// - Parameters:
  ///   - name: The name of the catalog in its folder.
  ///   - directory: The folder of the store, whose writer's lock the caller holds.
  /// - Returns: The version that the catalog had; the current one where nothing was to be done.
  /// - Throws: Code `busy` while others have the store open, `corrupt` when the old catalog breaks a rule, `unsupported`
  ///   when it is newer or of another program, `diskFull`, `io`.
  package static func migrate(_ name: String = fileName, in directory: DirectoryHandle) throws(EngramError) -> Int64 {
    try requireFile(name, in: directory, access: .readWrite)
    let old = try connect(name, in: directory, .readWrite)
    let version = try version(of: old)
    if version == formatVersion { return version }
    try CatalogSchema.version1.require(old)
    // Needs the database for itself, and leaves it whole in its one file. What changes in it then are two bytes of its first
    // sector, so no journal is needed, and a kill leaves none: one that lies beside a catalog is refused.
    let mode = try old.prepare("PRAGMA journal_mode = MEMORY")
    guard try mode.step(), mode.text(0) == "memory" else {
      throw EngramError(
        .busy, "another process has the store open", file: directory.path,
        mend: "end the programs that read it, then run the command again; nothing was changed")
    }
    mode.reset()
    try old.execute("BEGIN EXCLUSIVE")
    if let problem = try old.integrityProblems(most: 1).first {
      throw EngramError(
        .corrupt, "SQLite finds damage: \(problem)", file: old.path, place: "the database file",
        mend: "restore the catalog from a copy")
    }
    try make(name, in: directory) { (new) throws(EngramError) in
      try CatalogCopy(from: old, to: new).run()
      let reader = CatalogReader(new)
      defer { reader.end() }
      if let problem = try reader.brokenRules(most: 1).first {
        throw EngramError(
          .corrupt, problem.message, file: old.path, place: problem.place,
          mend: "restore the store from a copy; it was left as it is")
      }
    }
    try old.execute("ROLLBACK")
    return version
  }
}
