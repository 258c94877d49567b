// StatisticImportances.swift -- how important each statistic is as a whole: all its samples together.

import Base
import Classifiers
import TrajectoryStore

/// How important each statistic is, all its samples together: means over several measurements, and how these differ.
///
/// Measurements are the trees of a forest (Gini importance, paper figure 3), or random orders (permutation importance). The
/// columns of layer positions stand first, each for itself or together as `layer_position`.
public struct StatisticImportances: Sendable, Hashable {
  /// The names.
  public let statistics: [String]
  /// The mean importance of each.
  public let means: [Double]
  /// The sample standard deviation over the measurements; 0 where there is only one.
  public let deviations: [Double]
  /// The number of measurements.
  public let count: Int

  /// Takes the means of measurements: one list for each, of a number for each statistic.
  init(statistics: [String], measurements: [[Double]]) {
    let number = Double(max(1, measurements.count))
    self.statistics = statistics
    count = measurements.count
    let means = statistics.indices.map { place in measurements.reduce(0) { $0 + $1[place] } / number }
    self.means = means
    deviations = statistics.indices.map { place in
      let squares = measurements.reduce(0) { $0 + ($1[place] - means[place]) * ($1[place] - means[place]) }
      return measurements.count > 1 ? (squares / (number - 1)).squareRoot() : 0
    }
  }

  /// The Gini importances of a forest; nil for another model.
  init?(of model: any ClassifierModel, _ columns: FeatureColumns) {
    guard let forest = model as? ForestModel else { return nil }
    let groups = Self.groups(of: columns, joinsPositions: false)
    self.init(statistics: groups.map(\.name), measurements: forest.giniImportances(of: groups.map(\.columns)))
  }

  /// The columns of each statistic, those of positions first.
  static func groups(of columns: FeatureColumns, joinsPositions: Bool) -> [(name: String, columns: Range<Int>)] {
    let positions = columns.positionCount
    var groups: [(name: String, columns: Range<Int>)] = []
    if joinsPositions, positions > 0 {
      groups.append(("layer_position", 0..<positions))
    } else {
      for (place, name) in columns.names.prefix(positions).enumerated() { groups.append((name, place..<(place + 1))) }
    }
    for (place, name) in columns.statistics.enumerated() {
      let first = positions + place * columns.samplesPerStatistic
      groups.append((name, first..<(first + columns.samplesPerStatistic)))
    }
    return groups
  }

  /// The JSON form.
  var json: JSONValue {
    [
      "statistics": .array(statistics.map { .string($0) }), "means": .array(means.map { .real($0) }),
      "deviations": .array(deviations.map { .real($0) }), "count": .count(count),
    ]
  }

  /// Reads the JSON form.
  init(json: JSONValue) throws(EngramError) {
    let object = try json.asObject()
    statistics = try object.strings("statistics")
    means = try object.reals("means")
    deviations = try object.reals("deviations")
    /// More than any forest has trees.
    let most: Int64 = 1 << 40
    let number = try object.integer("count")
    guard means.count == statistics.count, deviations.count == statistics.count, (0...most).contains(number) else {
      throw EngramError(
        .invalidData, "importances of statistics are not well formed", expected: "\(statistics.count) of each",
        found: "\(means.count) means and \(deviations.count) deviations of \(number)")
    }
    count = Int(number)
  }
}
