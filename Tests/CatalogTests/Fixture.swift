// Fixture.swift -- catalogs for the tests, in folders that remove themselves.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

/// A small catalog whose contents the tests know.
enum Sample {
  static let early = Layer(name: "conv1", position: .early)
  static let middle = Layer(name: "conv2", position: .middle)
  static let deep = Layer(name: "fc", position: .deep)
  static let untold = Layer(name: "probe", position: nil)

  /// An extent of one epoch and two statistics in a segment file that is not there.
  static func segment(_ first: Int64, _ count: Int64, number: Int64 = 0) -> Extent {
    let digits = String(first * 16 + number, radix: 16)
    let identifier = SegmentIdentifier(hex: String(repeating: "0", count: 32 - digits.count) + digits)
    return Extent(
      firstExample: first, exampleCount: count,
      place: .segment(identifier: identifier ?? .random(), byteCount: 100), epochs: [0],
      statistics: ["weightabs_mean", "weightraw_mean"], elementType: .float32, nonFiniteStatistics: [1],
      valuesHash: String(repeating: "a", count: 32))
  }

  /// Creates and opens a catalog.
  static func empty(_ scratch: TemporaryFolder) throws -> Catalog {
    try Catalog.create(in: scratch.directory)
    return try Catalog(in: scratch.directory, access: .readWrite)
  }

  /// Appends runs, each observed at the layers given, as one commit.
  static func append(
    _ catalog: Catalog, _ runs: [(values: [MetadataValue], layers: [Layer])]
  ) throws {
    try catalog.commit("append", "\(runs.count) runs") { writer throws in
      let first = writer.nextExample
      for run in runs {
        let id = try writer.addRun(run.values)
        try writer.addObservation(run: id, layerSet: writer.layerSet(for: run.layers))
      }
      try writer.addSegment(segment(first, writer.nextExample - first))
    }
  }

  static func values(
    _ task: String?, _ architecture: String?, _ rule: String = "adam", batch: Int64 = 128, seed: Int64? = nil
  ) -> [MetadataValue] {
    [
      task.map { .text($0) } ?? .null, architecture.map { .text($0) } ?? .null, .text(rule), .integer(batch),
      seed.map { .integer($0) } ?? .null, .null,
    ]
  }

  /// Two commits: runs 1, 2, 3 with examples 0..<3, 3..<6, 6..<8, then run 4 with examples 8..<10.
  static func filled(_ scratch: TemporaryFolder) throws -> Catalog {
    let catalog = try empty(scratch)
    try append(
      catalog,
      [
        (values("cifar10", "knet", seed: 0), [early, middle, deep]),
        (values("imagenet", "resnet18"), [early, middle, deep]),
        (values(nil, "knet", "sgdm"), [early, untold]),
      ])
    try append(catalog, [(values("cifar10", "knet", "sgdm", batch: 256, seed: 0), [early, deep])])
    return catalog
  }
}

extension Catalog {
  /// `read`, for closures that also hold expectations and whose errors Swift would have to be told the type of.
  func look<R>(_ body: (CatalogReader) throws -> R) throws -> R {
    try read { reader throws(EngramError) in try Self.typed { try body(reader) } }
  }

  /// `read(asOf:bounds:)`, likewise, with later rows out of sight.
  func look<R>(asOf commit: Int64?, _ body: (CatalogReader) throws -> R) throws -> R {
    try read(asOf: commit, bounds: commit != nil) { reader throws(EngramError) in try Self.typed { try body(reader) } }
  }

  /// `write`, likewise.
  @discardableResult
  func commit<R>(_ operation: String, _ message: String, _ body: (CatalogWriter) throws -> R) throws -> R {
    try write(operation: operation, message: message) { writer throws(EngramError) in
      try Self.typed { try body(writer) }
    }
  }

  private static func typed<R>(_ body: () throws -> R) throws(EngramError) -> R {
    do {
      return try body()
    } catch let error as EngramError {
      throw error
    } catch {
      throw EngramError(EngramError.Code(rawValue: "test"), "\(error)")
    }
  }

  /// The ids that a filter selects.
  func ids(_ filter: String?, asOf commit: Int64? = nil) throws -> [Int64] {
    try look { reader in try reader.examples(where: filter, asOf: commit).ids }
  }

  /// The rows of a free query.
  func rows(_ sql: String, limits: QueryLimits = QueryLimits()) throws -> [[MetadataValue]] {
    try look { reader throws in
      var rows: [[MetadataValue]] = []
      try reader.query(sql, limits: limits, header: { _ in }, row: { rows.append($0) })
      return rows
    }
  }
}

extension TemporaryFolder {
  /// The path of the catalog.
  var catalog: String { self["catalog.sqlite"] }

  /// The folder, opened.
  var directory: DirectoryHandle { get throws(EngramError) { try DirectoryHandle(opening: path) } }
}
