// TrajectoryStore+Migrate.swift -- bringing a store of an older format over.

public import Base
import Catalog

/// What a migration did.
public struct MigrateReport: Sendable, Hashable {
  /// The version of the store's format before, and since.
  public let versionBefore, version: Int
}

extension TrajectoryStore {
  /// Brings a store of an older format to the one that this program reads; every id, value, commit and result stays.
  ///
  /// Segment files stay as they are. The catalog is made anew beside the old one, checked, and renamed over it, so a kill
  /// at any instant leaves a whole store of one format or the other.
  ///
  /// - Parameters:
  ///   - path: The store.
  ///   - options: How long to wait for a writer.
  /// - Returns: The versions; they are equal where nothing was to be done.
  /// - Throws: ``EngramError`` with code `busy` while others have the store open, `corrupt` when it is damaged,
  ///   `unsupported` when it is of a newer version, `notFound`, `diskFull`, `io`.
  public static func migrate(
    at path: String, options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> MigrateReport {
    let folder = try StoreFolder(opening: path)
    let lock = try WriterLock(
      in: folder.root, operation: "migration", waitingUpTo: options.waitSeconds, work: options.work)
    let before = try Catalog.migrate(in: folder.root)
    extendLifetime(lock)
    return MigrateReport(versionBefore: Int(before), version: Int(Catalog.formatVersion))
  }
}
