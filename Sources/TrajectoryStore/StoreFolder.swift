// StoreFolder.swift -- the open folder of a store, and what lies where in it.
//   NAME.engram/
//     catalog.sqlite   metadata, the commit log, staged batches, split sets   (SQLite, WAL)
//     segments/        one immutable file a segment, HEX.seg
//     incoming/        files being written; whatever lies here without a writer is left over from a crash
//     recording/       one journal a run that is being recorded, KEY.journal, and what it goes on from, KEY.state
//     lock             held by the writer; says who it is

import Base
import Catalog
import SegmentFile
import TrajectoryModel

/// The open folder of a store, and what lies where in it.
///
/// The path of a store is its user's choice. What lies inside may have come from anyone, so it is reached from the open
/// folder by name, and no link there is followed.
struct StoreFolder: Sendable {
  /// The folder.
  let root: DirectoryHandle

  /// The names of the parts of a store.
  static let (segments, incoming, recording, lock) = (StorePlace.segments, "incoming", "recording", "lock")

  /// Opens the folder of a store.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is no store, `io` when it may not be looked into.
  init(opening path: String) throws(EngramError) {
    do throws(EngramError) {
      root = try DirectoryHandle(opening: path)
    } catch {
      guard error.code == .notFound || (try? InputFile(opening: path)) != nil else { throw error }
      throw Self.absent(error.code == .notFound ? "there is no store here" : "this is not an Engram store", path)
    }
    guard try root.status(of: Catalog.fileName) == nil else { return }
    throw (try? hasSegments) == true
      ? Self.withoutCatalog(path, .notFound) : Self.absent("this is not an Engram store", path)
  }

  /// The folder, whatever is in it.
  init(_ root: DirectoryHandle) { self.root = root }

  private static func absent(_ message: String, _ path: String) -> EngramError {
    EngramError(
      .notFound, message, file: path, expected: "a directory with a file catalog.sqlite",
      mend: "check the path, or make a store with \(run: .ingest, on: path)")
  }

  /// Whether there are files of committed segments.
  var hasSegments: Bool {
    get throws(EngramError) {
      guard try root.status(of: Self.segments) != nil else { return false }
      return try root.directory(Self.segments).names().contains { SegmentIdentifier(fileName: $0) != nil }
    }
  }

  /// The error for a store that has lost its catalog, without which nothing says what its segments hold.
  static func withoutCatalog(_ path: String, _ code: EngramError.Code) -> EngramError {
    EngramError(
      code, "the segments of a store are here, and its catalog is gone", file: path,
      expected: "a file catalog.sqlite beside \(segments)/", found: "none",
      mend: "bring catalog.sqlite back from a copy of the store of the same state, or choose another path")
  }

  /// The path of the catalog, for messages.
  var catalogPath: String { root.path(of: Catalog.fileName) }

  /// The path of a committed segment, for messages.
  func path(of segment: SegmentIdentifier) -> String { root.path(of: "\(Self.segments)/\(segment.fileName)") }

  /// Opens a committed segment.
  ///
  /// - Throws: Code `notFound` when its file is not there, `corrupt` when something else is, or when the segment is
  ///   another one than its name says.
  func open(_ segment: SegmentIdentifier) throws(EngramError) -> SegmentReader {
    try Self.open(segment, in: root.directory(Self.segments))
  }

  /// Opens a segment in a folder of segments.
  static func open(_ segment: SegmentIdentifier, in folder: DirectoryHandle) throws(EngramError) -> SegmentReader {
    let reader = try SegmentReader(InputFile(segment.fileName, in: folder))
    guard reader.identifier == segment else {
      throw EngramError(
        .corrupt, "the segment is another one than its name says", file: reader.path, place: "header",
        expected: segment.hex, found: reader.identifier.hex, mend: "restore the store's segments from a copy")
    }
    return reader
  }
}

extension SegmentReader {
  /// Refuses a segment that does not hold what the catalog says, by its footer; no chunk is read.
  func requireMatch(_ extent: Extent) throws(EngramError) {
    guard valuesHash == extent.valuesHash, byteCount == extent.byteCount, exampleCount == Int(extent.exampleCount),
      schema.statistics == extent.statistics, schema.epochs == extent.epochs, schema.elementType == extent.elementType
    else {
      throw EngramError(
        .corrupt, "the segment does not hold what the catalog says", file: path, place: "footer",
        expected: "\(extent.exampleCount) examples, values hash \(extent.valuesHash)",
        found: "\(exampleCount) examples, values hash \(valuesHash)", mend: "restore the store from a copy")
    }
  }
}

/// A file that a dead writer has left.
struct Leftover {
  /// Where it lies.
  let folder: DirectoryHandle
  /// Its name there.
  let name: String
  /// Its path from the folder of the store on, for people.
  let place: String
}

extension StoreFolder {
  /// What dead writers have left: files with the name of a segment that none of the extents names, and catalogs that
  /// were being made.
  ///
  /// Whatever else somebody has put into the folder is no concern of a store's.
  func leftovers(named extents: [Extent]) throws(EngramError) -> [Leftover] {
    let named = Set(extents.compactMap(\.segmentIdentifier))
    var found: [Leftover] = []
    func add(_ place: String?, _ isLeftover: (String) -> Bool) throws(EngramError) {
      // Copies of a store often lack its empty folders.
      if let place, try root.status(of: place) == nil { return }
      let folder = if let place { try root.directory(place) } else { root }
      for name in try folder.names() where isLeftover(name) {
        guard try folder.status(of: name)?.kind == .file else { continue }
        found.append(Leftover(folder: folder, name: name, place: place.map { "\($0)/\(name)" } ?? name))
      }
    }
    try add(Self.incoming) { SegmentIdentifier(fileName: $0) != nil }
    try add(Self.segments) { SegmentIdentifier(fileName: $0).map { !named.contains($0) } ?? false }
    // Creation holds the lock too, so whoever began these is dead.
    try add(nil, Catalog.isUnfinished)
    return found
  }
}
