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

  /// Makes options; a writer waits half a minute for another.
  public init(
    waitSeconds: Double = 30, codec: SegmentCodec = .predicted, work: WorkContext = WorkContext()
  ) {
    self.waitSeconds = waitSeconds
    self.codec = codec
    self.work = work
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
  /// Whether the system failed during a commit, so that it may or may not be durable.
  private var isCommitUncertain = false

  /// Waits for the lock and sweeps what a killed writer left behind.
  init(_ store: TrajectoryStore, operation: String, options: WriteOptions) throws(EngramError) {
    self.store = store
    self.options = options
    lock = try WriterLock(
      path: store.layout.lock, operation: operation, waitingUpTo: options.waitSeconds, work: options.work)
    catalog = try Catalog(opening: store.layout.catalog, access: .readWrite)
    try sweep()
  }

  deinit { catalog.checkpoint() }

  /// Makes one commit of the catalog, all or nothing.
  func commit<R>(
    operation: String, message: String, _ body: (CatalogWriter) throws(EngramError) -> R
  ) throws(EngramError) -> R {
    do throws(EngramError) {
      return try catalog.write(operation: operation, message: message, body)
    } catch {
      isCommitUncertain = error.code == .io || error.code == .diskFull
      throw error
    }
  }

  /// Reads the newest state.
  func read<R>(_ body: (CatalogReader) throws(EngramError) -> R) throws(EngramError) -> R {
    try catalog.read(body)
  }

  /// Starts a segment under `incoming/`.
  func beginSegment(_ schema: SegmentSchema) throws(EngramError) -> IncomingSegment {
    let identifier = SegmentIdentifier.random()
    let path = store.layout.incomingSegment(identifier.hex)
    let writer = try SegmentWriter(
      creating: path, schema: schema, identifier: identifier, codec: options.codec, work: options.work)
    return IncomingSegment(identifier: identifier.hex, schema: schema, writer: writer)
  }

  /// Moves a finished segment among the others; it is durable when this returns, and not yet part of the store.
  func publish(_ segment: IncomingSegment) throws(EngramError) {
    try FileSystem.move(
      store.layout.incomingSegment(segment.identifier), to: store.layout.segment(segment.identifier))
    try FileSystem.syncDirectory(store.layout.segments)
  }

  /// Removes segment files that a commit has just replaced; readers that have them open keep them.
  func removeReplaced(_ identifiers: [String]) {
    // A file that cannot be removed now is swept by the next writer.
    for identifier in identifiers { try? FileSystem.remove(store.layout.segment(identifier)) }
    store.forgetReaders(of: identifiers)
  }

  /// Removes the files of segments whose append failed.
  ///
  /// When the system failed while the catalog was committing, only opening it again tells whether the commit is durable.
  /// Then published files stay until the next writer's sweep, which knows.
  func discard(_ identifiers: [String]) {
    for identifier in identifiers {
      try? FileSystem.remove(store.layout.incomingSegment(identifier))
      if !isCommitUncertain { try? FileSystem.remove(store.layout.segment(identifier)) }
    }
    store.forgetReaders(of: identifiers)
  }

  /// Removes every file that no commit names.
  private func sweep() throws(EngramError) {
    let named = try catalog.read { (catalog) throws(EngramError) in
      Set(
        try catalog.extents().compactMap { extent in
          if case .segment(let identifier, _) = extent.place { return identifier + ".seg" } else { return nil }
        })
    }
    for name in try FileSystem.names(in: store.layout.incoming) {
      try FileSystem.remove("\(store.layout.incoming)/\(name)")
    }
    for name in try FileSystem.names(in: store.layout.segments) where !named.contains(name) {
      try FileSystem.remove("\(store.layout.segments)/\(name)")
    }
    // Creation holds the lock too, so whoever began these is dead.
    for name in try FileSystem.names(in: store.path) where name.hasPrefix(StoreLayout.unfinishedCatalog) {
      try FileSystem.remove("\(store.path)/\(name)")
    }
  }
}

/// A segment while it is written.
struct IncomingSegment {
  let identifier: String
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
