// ChosenEpochs.swift -- which epoch stands for each of some examples, where each run gives its own.

package import Base
import Catalog
package import TrajectoryModel

/// Which epoch stands for each of some examples.
struct ChosenEpochs: Sendable {
  /// The epochs from which was chosen, ascending.
  let axis: [Double]
  /// Neighbouring examples and the place of their epoch on the axis, ascending.
  private var parts: [(examples: Range<Int64>, place: Int)] = []

  init(axis: [Double]) { self.axis = axis }

  /// Adds examples after those that are there.
  mutating func append(_ examples: Range<Int64>, place: Int) {
    if let last = parts.last, last.examples.upperBound == examples.lowerBound, last.place == place {
      parts[parts.count - 1].examples = last.examples.lowerBound..<examples.upperBound
    } else {
      parts.append((examples, place))
    }
  }

  /// The examples for which an epoch stands.
  var examples: ExampleSet { ExampleSet(parts.map(\.examples)) }

  /// The epochs that stand for any example, ascending.
  var epochs: [Double] { Set(parts.map(\.place)).sorted().map { axis[$0] } }

  /// The epoch of an example, or nil where none stands for it.
  func epoch(of example: Int64) -> Double? { place(of: example).map { axis[$0] } }

  /// Adds the places of neighbouring examples to a list; that after the last place of the axis stands for none.
  func appendPlaces(of examples: Range<Int64>, to places: inout [Int32]) {
    for id in examples { places.append(Int32(place(of: id) ?? axis.count)) }
  }

  private func place(of example: Int64) -> Int? {
    var (low, high) = (0, parts.count)
    while low < high {
      let middle = (low + high) / 2
      if parts[middle].examples.upperBound <= example { low = middle + 1 } else { high = middle }
    }
    return low < parts.count && parts[low].examples.contains(example) ? parts[low].place : nil
  }
}

extension Snapshot {
  /// Finds which epoch stands for each of some examples.
  ///
  /// - Parameters:
  ///   - choice: Which epoch of each run.
  ///   - axis: The epochs that may be chosen, ascending.
  ///   - examples: The examples.
  /// - Returns: The epochs; examples that have none of the axis, or no value of the metric at any, have none.
  /// - Throws: ``EngramError`` with code `notFound` for a metric that no run has.
  /// - Complexity: O(segments); for a metric O(its values + observations).
  func chosenEpochs(
    _ choice: EpochChoice, axis: [Double], of examples: ExampleSet
  ) throws(EngramError) -> ChosenEpochs {
    var chosen = ChosenEpochs(axis: axis)
    let places = Dictionary(axis.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var metric: MetricStretches?
    if case .best(let name, _) = choice { metric = try stretches(ofMetric: name) }
    for extent in extents(holding: examples) {
      let known = extent.epochs.compactMap { places[$0] }
      let epochs = known.map { axis[$0] }
      for range in examples.clamped(to: extent.examples).ranges {
        guard let metric else {
          if let place = choice.place(among: epochs, metric: [:]) { chosen.append(range, place: known[place]) }
          continue
        }
        for stretch in metric.stretches(in: range) {
          guard let place = choice.place(among: epochs, metric: stretch.values) else { continue }
          chosen.append(stretch.examples.clamped(to: range), place: known[place])
        }
      }
    }
    return chosen
  }

  /// The values of a metric for every example, kept until another metric is asked for.
  private func stretches(ofMetric name: String) throws(EngramError) -> MetricStretches {
    if let known = lastMetric.withLock({ $0 }), known.name == name { return known }
    // Asked first, for the error that says what there is.
    _ = try metric(name)
    var values: [Int64: [Double: Double]] = [:]
    try read { (catalog) throws(EngramError) in
      try catalog.metrics(name, asOf: commit) { (metric) throws(EngramError) in
        values[metric.run, default: [:]][metric.value.epoch] = metric.value.value
      }
    }
    var stretches: [MetricStretches.Stretch] = []
    for group in try groups(by: ["run_id"]) {
      guard case .integer(let run) = group.key[0], let known = values[run] else { continue }
      for range in group.examples.ranges { stretches.append(.init(examples: range, values: known)) }
    }
    let made = MetricStretches(name: name, stretches)
    lastMetric.withLock { $0 = made }
    return made
  }

  /// The epoch that stands for each of some examples under columns whose view chooses one of each run.
  ///
  /// - Returns: An epoch for each example, ascending by id, or nil where none stands for it; nil where each column has an
  ///   epoch of its own.
  package func chosenEpochs(
    of examples: ExampleSet, _ columns: FeatureColumns
  ) throws(EngramError) -> [Double?]? {
    guard let choice = columns.view.choice else { return nil }
    let chosen = try chosenEpochs(choice, axis: columns.epochsRead, of: examples)
    return examples.ids.map { chosen.epoch(of: $0) }
  }
}

/// The values of one metric, by stretches of examples of one run.
struct MetricStretches: Sendable {
  /// Neighbouring examples of one run.
  struct Stretch: Sendable {
    let examples: Range<Int64>
    /// The values by epoch.
    let values: [Double: Double]
  }

  /// The name of the metric.
  let name: String
  /// Ascending.
  private let stretches: [Stretch]

  init(name: String, _ stretches: [Stretch]) {
    self.name = name
    self.stretches = stretches.sorted { $0.examples.lowerBound < $1.examples.lowerBound }
  }

  /// Those that hold any of some examples, ascending.
  func stretches(in range: Range<Int64>) -> ArraySlice<Stretch> {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].examples.upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return stretches[low...].prefix { $0.examples.lowerBound < range.upperBound }
  }
}
