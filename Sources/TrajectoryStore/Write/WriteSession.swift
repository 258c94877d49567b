// WriteSession.swift -- one writer's turn: the lock, a catalog that may be written, and a swept directory.

public import Base
import Catalog
import SegmentFile
public import TrajectoryModel

/// How a writer waits and works.
public struct WriteOptions: Sendable {
  /// How long to wait for another writer, in seconds.
  public var waitSeconds: Double
  /// How the statistics of segments are stored; the values are the same by bits.
  public var codec: SegmentCodec
  /// How the work is done; one that is stopped leaves the store as it was.
  public var work: WorkContext
  /// Who writes, for the log; nil for the user of the process.
  public var author: String?
  /// Why, for the log.
  public var reason: String?

  /// Makes options; a writer waits half a minute for another.
  public init(
    waitSeconds: Double = 30, codec: SegmentCodec = .predicted, work: WorkContext = WorkContext(),
    author: String? = nil, reason: String? = nil
  ) {
    self.waitSeconds = waitSeconds
    self.codec = codec
    self.work = work
    self.author = author
    self.reason = reason
  }
}

/// One writer's turn in a store: it holds the lock as long as it lives.
///
/// A change goes in this order, so that a kill at any instant leaves the last commit readable: segment files are
/// written and synced under `incoming/`, moved to `segments/`, and then named by one catalog transaction. Files
/// that no transaction names are swept when the next writer's turn begins.
package final class WriteSession {
  let store: TrajectoryStore
  let options: WriteOptions
  private let catalog: Catalog
  private let lock: WriterLock
  private let segments, incoming: DirectoryHandle
  /// Segments that have been moved among the others and that no commit of this turn names yet.
  private var published: Set<SegmentIdentifier> = []
  /// Whether the system failed during a commit, so that it may or may not be durable.
  private var isCommitUncertain = false
  private let generation = ForkGate.generation

  /// Waits for the lock and sweeps what a killed writer left behind.
  init(_ store: TrajectoryStore, operation: String, options: WriteOptions) throws(EngramError) {
    self.store = store
    self.options = options
    let root = store.folder.root
    lock = try WriterLock(
      in: root, operation: operation, waitingUpTo: options.waitSeconds, work: options.work)
    segments = try root.directory(making: StoreFolder.segments)
    incoming = try root.directory(making: StoreFolder.incoming)
    catalog = try Catalog(in: root, access: .readWrite)
    try sweep()
  }

  deinit { catalog.checkpoint() }

  /// Makes one commit of the catalog, all or nothing; none where the result says that nothing was to be done.
  func commit<R>(
    operation: String, message: String, unless isNothing: (R) -> Bool = { _ in false },
    _ body: (CatalogWriter) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    do throws(EngramError) {
      let result = try catalog.write(
        operation: operation, message: message, author: options.author, reason: options.reason, unless: isNothing
      ) { (writer) throws(EngramError) -> R in
        let result = try body(writer)
        try requireUndisturbed()
        return result
      }
      published = []
      return result
    } catch {
      isCommitUncertain = error.code == .io || error.code == .diskFull
      throw error
    }
  }

  /// Refuses to commit when somebody has removed the lock and another writer may be at work.
  ///
  /// Asked inside the transaction, which excludes the sweep of another writer: what is there now is named before anyone
  /// looks for what is not.
  private func requireUndisturbed() throws(EngramError) {
    try lock.requireHeld()
    for identifier in published where try segments.status(of: identifier.fileName) == nil {
      throw EngramError(
        .io, "a segment that was just written has been removed", file: segments.path(of: identifier.fileName),
        mend: "find out what removes files of the store, then run the command again; nothing was changed")
    }
  }

  /// Reads the newest state.
  func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try catalog.read(body)
  }

  /// The store as it is, which nobody else changes during this turn.
  package func snapshot() throws(EngramError) -> Snapshot { try store.snapshot() }

  /// Starts a segment under `incoming/`.
  func beginSegment(_ schema: SegmentSchema) throws(EngramError) -> IncomingSegment {
    let identifier = SegmentIdentifier.random()
    let writer = try SegmentWriter(
      to: OutputFile(identifier.fileName, in: incoming), schema: schema, identifier: identifier, codec: options.codec,
      work: options.work)
    return IncomingSegment(identifier: identifier, schema: schema, writer: writer)
  }

  /// Opens a segment that lies under `incoming/`.
  func openIncoming(_ identifier: SegmentIdentifier) throws(EngramError) -> SegmentReader {
    // A writer that was let in when the lock was removed has swept the file.
    try lock.requireHeld()
    return try StoreFolder.open(identifier, in: incoming)
  }

  /// Brings a segment file of another store under `incoming/`, by a link or a copy.
  func bringIn(_ identifier: SegmentIdentifier, from other: DirectoryHandle) throws(EngramError) {
    try incoming.linkOrCopy(identifier.fileName, from: other)
  }

  /// Moves a finished segment among the others; it is durable when this returns, and not yet part of the store.
  func publish(_ identifier: SegmentIdentifier) throws(EngramError) {
    try lock.requireHeld()
    try incoming.move(identifier.fileName, to: segments, as: identifier.fileName)
    published.insert(identifier)
    try segments.sync()
  }

  /// Removes segment files that a commit has just replaced; readers that have them open keep them.
  func removeReplaced(_ identifiers: [SegmentIdentifier]) {
    // A file that cannot be removed now is swept by the next writer.
    for identifier in identifiers { try? segments.remove(identifier.fileName) }
    store.forgetReaders(of: identifiers)
  }

  /// Gives back what the catalog no longer needs, where that is much.
  func shrinkCatalog() { catalog.shrink() }

  /// Leaves no byte of what was deleted in any file of the store.
  ///
  /// - Throws: Code `busy` while others read the store, `io` when a file that is no longer named cannot be removed.
  func eraseRemains() throws(EngramError) {
    let extents = try read { (catalog) throws(EngramError) in try catalog.extents() }
    for file in try store.folder.leftovers(named: extents) { try file.folder.remove(file.name) }
    for folder in [segments, incoming] { try folder.sync() }
    try catalog.erase()
  }

  /// Removes the files of segments whose append failed.
  ///
  /// When the system failed while the catalog was committing, only opening it again tells whether the commit is durable.
  /// Then published files stay until the next writer's sweep, which knows.
  func discard(_ identifiers: [SegmentIdentifier]) {
    // In a child of fork the files are the parent's.
    guard generation == ForkGate.generation else { return }
    for identifier in identifiers {
      try? incoming.remove(identifier.fileName)
      if !isCommitUncertain { try? segments.remove(identifier.fileName) }
    }
    published.subtract(identifiers)
    store.forgetReaders(of: identifiers)
  }

  /// Removes what dead writers have left: files with the name of a segment that no commit names, and catalogs that were
  /// being made.
  ///
  /// Nobody can commit meanwhile, so a segment that no commit names is nobody's, even if the lock was removed.
  private func sweep() throws(EngramError) {
    try catalog.readExclusively { (catalog) throws(EngramError) in
      for file in try store.folder.leftovers(named: catalog.extents()) { try file.folder.remove(file.name) }
    }
  }
}

/// A segment while it is written.
struct IncomingSegment {
  let identifier: SegmentIdentifier
  let schema: SegmentSchema
  let writer: SegmentWriter

  /// The extent that a finished segment makes.
  func extent(firstExample: Int64, _ summary: SegmentSummary) -> Extent {
    Extent(
      firstExample: firstExample, exampleCount: Int64(summary.exampleCount),
      place: .segment(identifier: identifier, byteCount: Int64(summary.byteCount)), epochs: schema.epochs,
      statistics: schema.statistics, elementType: schema.elementType,
      nonFiniteStatistics: summary.nonFiniteCounts.indices.filter { summary.nonFiniteCounts[$0] > 0 },
      valuesHash: summary.valuesHash)
  }
}

extension TrajectoryStore {
  /// Takes a writer's turn.
  ///
  /// - Throws: ``EngramError`` with code `busy` that names the holder when another writer does not end in time.
  package func write<R>(
    _ operation: String, options: WriteOptions = WriteOptions(),
    _ body: (WriteSession) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    try body(try WriteSession(self, operation: operation, options: options))
  }
}
