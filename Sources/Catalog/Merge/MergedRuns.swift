// MergedRuns.swift -- which runs of other catalogs are runs of this one, by what this one declares to tell runs apart.

import Base
import TrajectoryModel

/// Which runs of other catalogs are runs of this one.
///
/// Without a declaration every run is one of its own. With one, a run whose values in the declared fields are those of a run
/// here, its number among replicates included, is that run; one without any value in them is a run of its own.
struct MergedRuns {
  /// What tells runs apart by name, and the places of those fields here.
  private let key: [String]
  private let places: [Int]
  private var runs: [[MetadataValue]: Int64] = [:]
  /// The layers of runs that are measured, with the first example of each.
  private var measured: [Measured: Int64] = [:]
  /// The runs that were here or came before, for those that join them.
  private(set) var joined: Set<Int64> = []

  private struct Measured: Hashable {
    let run: Int64
    let layer: String
    let condition: ObservationCondition
  }

  /// What a field that numbers replicates is called.
  private static let replicate = "replicate"

  /// Reads the runs that are here; nil where nothing is declared.
  ///
  /// - Parameters:
  ///   - catalog: This catalog.
  ///   - joined: Runs that others have joined already.
  /// - Throws: What reading throws.
  /// - Complexity: O(runs + observations).
  init?(in catalog: CatalogWriter, joined: Set<Int64> = []) throws(EngramError) {
    guard let key = try catalog.runKey() else { return nil }
    let fields = try catalog.fields()
    self.key = key
    self.joined = joined
    places = Self.places(key, fields)
    var known: [[MetadataValue]: Int64] = [:]
    let (keyCount, all) = (key.count, places)
    try catalog.runs(fields, before: .max) { (id, values) in
      let place = all.map { values[$0] }
      if place.prefix(keyCount).contains(where: { $0 != .null }) { known[place] = id }
    }
    runs = known
    let hidden = try catalog.firstHiddenExamples()
    let layers = try catalog.layers()
    var measured: [Measured: Int64] = [:]
    try catalog.observations(before: .max) { (observation) in
      guard !hidden.contains(observation.firstExample) else { return }
      for layer in layers[observation.layerSet] ?? [] {
        measured[Measured(run: observation.run, layer: layer.name, condition: observation.condition)] =
          observation.firstExample
      }
    }
    self.measured = measured
  }

  private static func places(_ key: [String], _ fields: [MetadataField]) -> [Int] {
    (key + [replicate]).compactMap { name in fields.firstIndex { $0.name.lowercased() == name.lowercased() } }
  }

  /// Whether the fields that tell runs apart are the same as when the runs were read.
  func fits(_ fields: [MetadataField]) -> Bool { places == Self.places(key, fields) }

  /// The run here that some values are, or nil.
  func run(_ values: [MetadataValue]) -> Int64? { runs[places.map { values[$0] }] }

  /// Remembers a run that came.
  mutating func add(_ id: Int64, _ values: [MetadataValue]) {
    let place = places.map { values[$0] }
    if place.prefix(key.count).contains(where: { $0 != .null }) { runs[place] = id }
  }

  /// Forgets measurements that have become hidden.
  mutating func hide(_ examples: ExampleSet) {
    if examples.isEmpty { return }
    measured = measured.filter { !examples.contains($0.value) }
  }

  /// Remembers that a run was joined.
  mutating func join(_ id: Int64) { joined.insert(id) }

  /// Remembers a measurement that came.
  ///
  /// - Returns: A layer of it that its run has already, with the first example of that measurement.
  mutating func add(
    _ layers: [Layer], ofRun run: Int64, _ condition: ObservationCondition, firstExample: Int64
  ) -> (layer: String, example: Int64)? {
    var found: (layer: String, example: Int64)?
    for layer in layers {
      let place = Measured(run: run, layer: layer.name, condition: condition)
      if let known = measured[place], joined.contains(run) { found = found ?? (layer.name, known) }
      measured[place] = firstExample
    }
    return found
  }
}
