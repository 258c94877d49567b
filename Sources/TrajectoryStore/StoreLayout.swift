// StoreLayout.swift -- what lies where in a store's directory.
//   NAME.engram/
//     catalog.sqlite   metadata, the commit log, staged batches, split sets   (SQLite, WAL)
//     segments/        one immutable file a segment, HEX.seg
//     incoming/        files being written; whatever lies here without a writer is left over from a crash
//     lock             held by the writer; says who it is

/// The paths inside a store's directory.
struct StoreLayout: Sendable {
  /// The store's directory.
  let root: String

  /// How the names of catalogs begin that are being made.
  static let unfinishedCatalog = "catalog.sqlite.making"

  var catalog: String { root + "/catalog.sqlite" }
  var segments: String { root + "/segments" }
  var incoming: String { root + "/incoming" }
  var lock: String { root + "/lock" }

  /// The file of a committed segment.
  func segment(_ hex: String) -> String { "\(segments)/\(hex).seg" }

  /// The file of a segment while it is written.
  func incomingSegment(_ hex: String) -> String { "\(incoming)/\(hex).seg" }
}
