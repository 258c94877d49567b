// PublishedDatasetTests.swift -- pickles in the published layout against what Python itself reads from them.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite(.seedReport) struct `Published data sets` {
  /// Everything in memory, and everything longer than a few bytes left in the file.
  static let limits = [PickleLimits.standard, PickleLimits(inlineBytes: 40)]

  /// How to read the files that need help.
  static func dataset(_ name: String, limits: PickleLimits = .standard) throws -> PublishedDataset {
    let path = PickleFixtures.path(name)
    let value = try PickleFile.read(path: path, limits: limits)
    switch name {
    case "other_names.pkl":
      let map = [
        "X": "data", "Y": "rules", "X_cat": "position", "obs_keys": "statistics", "meta": "info",
        "learning_rule": "rule", "architecture": "net",
      ]
      return try PublishedDataset(value, file: path, map: map)
    case "no_statistics.pkl":
      return try PublishedDataset(value, file: path, statistics: { _ in Statistic.publishedNames })
    case "labels_disagree.pkl": return try PublishedDataset(value, file: path, map: ["Y": ""])
    case "positions_not_one_hot.pkl", "positions_change.pkl":
      return try PublishedDataset(value, file: path, map: ["X_cat": ""])
    default: return try PublishedDataset(value, file: path)
    }
  }

  @Test(arguments: PickleFixtures.names(in: "pickles").filter { !$0.hasPrefix("plain_") }, [0, 1])
  func `reads what Python reads`(name: String, limit: Int) throws {
    let expected = try #require(PickleFixtures.expected[name])
    let dataset = try Self.dataset(name, limits: Self.limits[limit])
    let x = dataset.trajectories
    #expect(x.shape == expected.shape)
    #expect(x.isFortranOrder == expected.fortran)
    #expect(x.type.isBigEndian == name.hasPrefix("big_endian"))
    #expect(x.type.kind == .float && expected.type.hasSuffix("f\(x.type.byteCount)"))
    var bytes = try x.payload.bytes()
    // NumPy turns big-endian elements round when it loads them.
    if x.type.isBigEndian {
      let size = x.type.byteCount
      bytes = stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<($0 + size)].reversed() }
    }
    #expect(PickleFixtures.hash(bytes) == expected.payload)
    if !x.isFortranOrder && x.type.byteCount == 8 {
      #expect(expected.payload == expected.float64)
    }
    #expect(dataset.statistics == expected.statistics ?? Statistic.publishedNames)
    if name != "labels_disagree.pkl" { #expect(dataset.labels == expected.labels) }
    if !name.hasPrefix("positions_") { #expect(dataset.positions?.map(\.rawValue) == expected.positions) }
    let renamed = ["rule": "learning_rule", "net": "architecture"]
    #expect(dataset.metadata.map(\.name) == expected.metadata.map { renamed[$0.name] ?? $0.name })
    for (column, theirs) in zip(dataset.metadata, expected.metadata) {
      let values = theirs.values.map(\.value)
      #expect(zip(column.values, values).allSatisfy { Self.isSame($0, $1) }, "\(column.name)")
      #expect(column.values.count == values.count)
    }
  }

  /// JSON writes 0.0 as a number that reads as an integer.
  static func isSame(_ ours: MetadataValue, _ theirs: MetadataValue) -> Bool {
    if case .real(let number) = ours, case .integer(let whole) = theirs { return number == Double(whole) }
    return ours == theirs
  }

  @Test func `fixtures and expectations are the same files`() {
    let names = PickleFixtures.names(in: "pickles").filter { !$0.hasPrefix("plain_") }
    #expect(names == PickleFixtures.expected.keys.sorted())
    #expect(names.count >= 28)
  }

  @Test(arguments: PickleFixtures.names(in: "pickles"))
  func `are read whole or refused after any mutation`(name: String) throws {
    let bytes = PickleFixtures.bytes(name)
    var random = SeededGenerator(seed: 29)
    for round in 0..<40 {
      let file = ScratchFile(random.mutated(bytes))
      do throws(EngramError) {
        let dataset = try PublishedDataset(try PickleFile.read(path: file.path), file: file.path)
        #expect(dataset.metadata.allSatisfy { $0.values.count == dataset.exampleCount }, "seed 29, round \(round)")
      } catch {
        #expect(error.file == file.path, "seed 29, round \(round)")
      }
    }
  }
}
