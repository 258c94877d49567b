// TrajectoryStore.swift -- a store: a directory of immutable segments and the catalog that says what they are.

public import Base
package import Catalog
import SegmentFile
public import TrajectoryModel

/// A store of trajectories: immutable compressed segments, and the catalog that says what they are.
///
/// Many threads and many processes may read a store at once, also while one writes. Reading goes through a
/// ``Snapshot``, which never changes; every write is one commit, which readers see whole or not at all.
///
/// ```swift
/// let store = try TrajectoryStore(opening: "lr.engram")
/// let snapshot = try store.snapshot()
/// let examples = try snapshot.examples(where: "architecture = 'alexnet'")
/// ```
public final class TrajectoryStore: Sendable {
  /// The store's directory.
  public let path: String
  let folder: StoreFolder
  private let catalog: Catalog
  private let readers = ForkSafeMutex(OpenReaders())
  /// The decoders of reads, with their memory.
  let decoders = DecoderPool()
  /// What small reads come back to.
  package let keptRowGroups = KeptRowGroups()

  /// The readers of segments, and the commit up to which those that were replaced are forgotten.
  private struct OpenReaders {
    var bySegment: [SegmentIdentifier: SegmentReader] = [:]
    var commit: Int64 = 0
  }

  /// Opens a store.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no store at `path`, `unsupported` when it needs a
  ///   newer version, `corrupt` when its catalog is damaged.
  /// - Complexity: O(1), whatever the number of runs.
  public init(opening path: String) throws(EngramError) {
    self.path = path
    folder = try StoreFolder(opening: path)
    catalog = try Catalog(in: folder.root, access: .read)
  }

  /// Makes an empty store and opens it.
  ///
  /// - Throws: ``EngramError`` with code `exists` when something other than the beginnings of a store is at `path`.
  public static func create(at path: String) throws(EngramError) -> TrajectoryStore {
    try create(at: path, identifier: nil)
  }

  /// Makes an empty store with the identifier of another, or with one of its own, and opens it.
  static func create(at path: String, identifier: String?) throws(EngramError) -> TrajectoryStore {
    // Another process may be making the same store; the lock decides.
    let root = try DirectoryHandle(making: path)
    try requireNothing(in: root)
    let lock = try WriterLock(
      in: root, operation: "creation", waitingUpTo: WriteOptions().waitSeconds, work: WorkContext())
    try requireNothing(in: root)
    do throws(EngramError) {
      for name in [StoreFolder.segments, StoreFolder.incoming] { _ = try root.directory(making: name) }
      try Catalog.create(in: root, identifier: identifier)
    } catch {
      removeBeginnings(of: path, root)
      throw error
    }
    try DirectoryHandle(opening: path + "/..").sync()
    extendLifetime(lock)
    return try TrajectoryStore(opening: path)
  }

  /// Takes back what a creation made before its catalog could not be, as far as that can be done.
  private static func removeBeginnings(of path: String, _ root: DirectoryHandle) {
    // Where the catalog stands, only its durability was in doubt. Whoever waits for the lock sees that it is gone.
    guard (try? root.status(of: Catalog.fileName) == nil) == true else { return }
    for name in [StoreFolder.incoming, StoreFolder.segments] { try? root.removeDirectory(name) }
    try? root.remove(StoreFolder.lock)
    try? DirectoryHandle.removeEmpty(path)
  }

  /// Refuses a directory that holds anything but the beginnings of a store.
  private static func requireNothing(in root: DirectoryHandle) throws(EngramError) {
    // What a creation that was killed leaves behind holds no catalog, for that is made last and at once.
    let own: Set = [StoreFolder.segments, StoreFolder.incoming, StoreFolder.recording, StoreFolder.lock]
    let others = try root.names().filter { !own.contains($0) && !Catalog.isUnfinished($0) }
    guard others.isEmpty else {
      throw EngramError(
        .exists, others.contains(Catalog.fileName) ? "there is a store here already" : "this directory is not empty",
        file: root.path, found: others.prefix(3).joined(separator: ", "),
        mend: "choose another path for the new store")
    }
    // Segments come after the catalog, so where it is not, it was lost.
    if try StoreFolder(root).hasSegments { throw StoreFolder.withoutCatalog(root.path, .exists) }
  }

  /// Opens a store, or makes it; when several processes make the same one at once, one makes it and all open it.
  ///
  /// - Returns: The store, and whether this call made it.
  package static func openOrCreate(at path: String) throws(EngramError) -> (store: TrajectoryStore, isNew: Bool) {
    if exists(at: path) { return (try TrajectoryStore(opening: path), false) }
    do throws(EngramError) {
      return (try create(at: path), true)
    } catch {
      guard error.code == .exists, exists(at: path) else { throw error }
      return (try TrajectoryStore(opening: path), false)
    }
  }

  /// The tables and views of the catalog that a query may read, ascending.
  public static var tables: [String] { CatalogReader.tables }

  /// Asks the catalog anything, in SQL that can read and nothing else.
  ///
  /// - Parameters:
  ///   - sql: One SELECT statement of SQLite over the tables and views of `schema/catalog.sql`.
  ///   - commit: The commit whose runs and examples the SQL sees; nil for the newest. What is hidden is not seen in either.
  ///   - limits: How long it may run.
  ///   - header: Gets the names of the columns, once.
  ///   - row: Gets each row.
  /// - Throws: ``EngramError`` with code `usage` and SQLite's own message when the statement is refused.
  public func query(
    _ sql: String, asOf commit: Int64? = nil, limits: QueryLimits = QueryLimits(),
    header: (_ columns: [String]) throws(EngramError) -> Void,
    row: (_ values: [MetadataValue]) throws(EngramError) -> Void
  ) throws(EngramError) {
    try read(asOf: commit, bounds: commit != nil) { (catalog) throws(EngramError) in
      try catalog.query(sql, limits: limits, header: header, row: row)
    }
  }

  /// Removes a store that was made for an append that then failed; one that holds a commit is left alone.
  ///
  /// - Throws: ``EngramError`` with code `busy` when somebody else has begun to write there.
  package func removeIfEmpty() throws(EngramError) {
    try write("removal of an empty store", options: WriteOptions(waitSeconds: 0)) { (session) throws(EngramError) in
      guard try session.read({ (catalog) throws(EngramError) in try catalog.latestCommit() }) == nil else { return }
      let root = folder.root
      guard try journals().isEmpty else { return }
      for name in [StoreFolder.incoming, StoreFolder.segments, StoreFolder.recording]
      where try root.status(of: name) != nil {
        let inside = try root.directory(name)
        for state in try inside.names() where Recorder.isState(state) { try inside.remove(state) }
        try root.removeDirectory(name)
      }
      for name in Catalog.fileNames + [StoreFolder.lock] { try root.remove(name) }
      try DirectoryHandle.removeEmpty(path)
    }
  }

  /// Removes the store and everything in it; for stores that are made for a while.
  ///
  /// - Throws: ``EngramError`` with code `io`.
  package func removeWithContents() throws(EngramError) {
    let root = folder.root
    for name in [StoreFolder.incoming, StoreFolder.segments, StoreFolder.recording]
    where try root.status(of: name) != nil {
      let inner = try root.directory(name)
      for file in try inner.names() { try inner.remove(file) }
      try root.removeDirectory(name)
    }
    for name in try root.names() { try root.remove(name) }
    try DirectoryHandle.removeEmpty(path)
  }

  /// Whether there is a store at a path.
  public static func exists(at path: String) -> Bool { (try? StoreFolder(opening: path)) != nil }

  /// The store as of a commit, or as it is now.
  ///
  /// - Parameter commit: The number of a commit; nil for the newest.
  /// - Returns: A view that never changes.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such commit.
  public func snapshot(asOf commit: Int64? = nil) throws(EngramError) -> Snapshot {
    let snapshot = try Snapshot(of: self, asOf: commit)
    if commit == nil { forgetReplaced(by: snapshot) }
    return snapshot
  }

  /// Reads the catalog in one consistent view; any number of threads may, also inside another read.
  func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try catalog.read(body)
  }

  /// Reads the catalog as of a commit, without what is hidden at it.
  func read<R>(
    asOf commit: Int64?, bounds: Bool = false, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try catalog.read(asOf: commit, bounds: bounds, body)
  }

  /// Reads the catalog as of a commit with a connection of its own, on which the body may leave what it likes.
  package func readApart<R>(
    asOf commit: Int64?, bounds: Bool, _ body: (CatalogReader) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try catalog.readApart(asOf: commit, bounds: bounds, body)
  }

  /// The reader of a segment, opened once and kept.
  func reader(of identifier: SegmentIdentifier) throws(EngramError) -> SegmentReader {
    if let known = readers.withLock({ $0.bySegment[identifier] }) { return known }
    let reader = try folder.open(identifier)
    readers.withLock { $0.bySegment[identifier] = reader }
    return reader
  }

  /// The segments that are open.
  package var openSegments: Set<SegmentIdentifier> { readers.withLock { Set($0.bySegment.keys) } }

  /// Forgets the readers of segments that are no longer part of the store.
  func forgetReaders(of identifiers: [SegmentIdentifier]) {
    let gone = Set(identifiers)
    // A reader that is let go of unmaps its file, which nobody needs to wait for.
    let forgotten = readers.withLock { readers in gone.compactMap { readers.bySegment.removeValue(forKey: $0) } }
    if !forgotten.isEmpty { keptRowGroups.letGo(of: gone) }
  }

  /// Forgets the readers of segments that others have replaced or purged since the last time.
  ///
  /// A snapshot of an earlier commit that named one looks its examples up again, and finds them in a segment that it has not
  /// read yet. Where a later snapshot is taken at the same time, a reader of its segments may be opened once more.
  private func forgetReplaced(by snapshot: Snapshot) {
    let open = readers.withLock { readers -> [SegmentIdentifier] in
      guard snapshot.commit > readers.commit else { return [] }
      readers.commit = snapshot.commit
      return Array(readers.bySegment.keys)
    }
    if open.isEmpty { return }
    let named = Set(snapshot.extents.compactMap(\.segmentIdentifier))
    forgetReaders(of: open.filter { !named.contains($0) })
  }
}
