// PicklePublishedTests.swift -- files that are not quite in the published layout: the error says what was found.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite struct PicklePublishedTests {
  static func failure(
    _ name: String, map: [String: String] = [:], statistics: [String]? = nil
  ) throws -> EngramError? {
    let path = PickleFixtures.path(name)
    let value = try PickleFile.read(path: path)
    return #expect(throws: EngramError.self, "\(name)") {
      if let statistics {
        try PublishedDataset(value, file: path, map: map, statistics: { _ in statistics })
      } else {
        try PublishedDataset(value, file: path, map: map)
      }
    }
  }

  @Test(arguments: [
    (
      "other_names.pkl", [:],
      ["data: an array of float64 (4, 3, 45)", "info:", "rule", "net", #"`map: ["X": "data"]`"#]
    ),
    (
      "other_names.pkl", ["X": "data", "meta": "info", "obs_keys": "statistics"],
      ["architecture, learning_rule", "rule", #"`map: ["learning_rule": "NAME"]`"#]
    ),
    ("other_names.pkl", ["X": "nothing"], ["no key 'nothing'", "data:"]),
    (
      "other_names.pkl", ["X": "data", "meta": "info", "obs_keys": "statistics", "learning_rule": "role"],
      ["no field 'role'", "rule"]
    ),
    ("no_statistics.pkl", [:], ["does not name its statistics", "45 names", #"`map: ["obs_keys": "NAME"]`"#]),
    ("labels_disagree.pkl", [:], ["row 0", "adam", "feedback", #"`map: ["Y": ""]`"#]),
    ("positions_not_one_hot.pkl", [:], ["X_cat row 2", "one-hot"]),
    ("positions_change.pkl", [:], ["X_cat row 1", "one-hot"]),
    ("plain_array.pkl", [:], ["an array of float64 (4, 3, 45)", "numpy.save"]),
    ("plain_values.pkl", [:], ["float64: the float 1.5", "has no X and no meta"]),
    ("float32.pkl", ["X": "meta"], ["of the wrong kind", "records (4)", "architecture U10"]),
    ("float32.pkl", ["meta": "X"], ["metadata are of the wrong kind", "float32"]),
    ("float32.pkl", ["X_cat": "X"], ["positions are of the wrong kind", "float32 (4, 3, 45)"]),
  ])
  func `a file that does not fit says what was found and how to mend it`(
    name: String, map: [String: String], parts: [String]
  ) throws {
    let error = try Self.failure(name, map: map)
    #expect(error?.code == .invalidData)
    let text = error?.description ?? ""
    for part in parts { #expect(text.contains(part), "\(part) in: \(text)") }
  }

  @Test func `names of statistics must be as many as the trajectories have, unique and not empty`() throws {
    for names in [["a", "b"], [String](repeating: "same", count: 45), [""] + Statistic.publishedNames.dropFirst()] {
      #expect(try Self.failure("no_statistics.pkl", statistics: names)?.code == .invalidData)
    }
  }

  @Test func `a field that the user says is absent is not missed`() throws {
    let path = PickleFixtures.path("float32.pkl")
    let value = try PickleFile.read(path: path)
    let dataset = try PublishedDataset(value, file: path, map: ["task": "", "my_task": "task", "Y": "", "X_cat": ""])
    #expect(dataset.metadata.map(\.name).contains("my_task"))
    #expect(!dataset.metadata.map(\.name).contains("task"))
    #expect(dataset.labels == nil && dataset.positions == nil)
  }

  @Test func `labels stand in for a learning rule that the metadata lack`() throws {
    let path = PickleFixtures.path("other_names.pkl")
    let map = [
      "X": "data", "Y": "rules", "X_cat": "position", "obs_keys": "statistics", "meta": "info", "architecture": "net",
      "rule": "rule",
    ]
    let dataset = try PublishedDataset(try PickleFile.read(path: path), file: path, map: map)
    #expect(dataset.metadata.last?.name == "learning_rule")
    #expect(dataset.metadata.last?.values.first == .text("adam"))
  }
}
