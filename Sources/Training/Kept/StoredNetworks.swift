// StoredNetworks.swift -- what a store has of networks, each found by the metadata of its training.

import Base
import TrajectoryModel
import TrajectoryStore

/// What a store has of networks, each found by the metadata of its training, whatever other fields its runs have.
struct StoredNetworks {
  /// The fields by which training tells runs apart.
  static let fields = TrainingSettings.gridKeys + ["recipe"]

  private let snapshot: Snapshot
  private var shown: [[MetadataValue]: Int64] = [:]
  private var hidden: Set<[MetadataValue]> = []

  /// Reads the runs of a store.
  ///
  /// - Throws: What reading the catalog throws.
  /// - Complexity: O(runs).
  init(in store: TrajectoryStore) throws(EngramError) {
    snapshot = try store.snapshot()
    let known = Set(try snapshot.fields().map { $0.name.lowercased() })
    guard Self.fields.allSatisfy({ known.contains($0) }) else { return }
    let table = try snapshot.runs(fields: Self.fields)
    // Of runs that are equal otherwise the first.
    for (id, row) in zip(table.ids, table.rows) where shown[row] == nil { shown[row] = id }
    hidden = Set(try snapshot.hiddenRuns(fields: Self.fields).rows)
  }

  private static func key(_ settings: TrainingSettings) -> [MetadataValue] {
    let metadata = settings.metadata
    return fields.map { metadata[$0] ?? .null }
  }

  /// The number of a run that is shown, or nil.
  func run(_ settings: TrainingSettings) -> Int64? { shown[Self.key(settings)] }

  /// Whether a run is stored and hidden whole.
  func isHidden(_ settings: TrainingSettings) -> Bool {
    let key = Self.key(settings)
    return shown[key] == nil && hidden.contains(key)
  }

  /// The values that some runs have in all their fields, as training names those that it has.
  func values(of runs: Set<Int64>) throws(EngramError) -> [Int64: [String: MetadataValue]] {
    if runs.isEmpty { return [:] }
    let table = try snapshot.runs(ids: runs)
    let names = table.fields.map { field in Self.fields.first { $0 == field.name.lowercased() } ?? field.name }
    var values: [Int64: [String: MetadataValue]] = [:]
    for (id, row) in zip(table.ids, table.rows) {
      values[id] = Dictionary(zip(names, row), uniquingKeysWith: { first, _ in first })
    }
    return values
  }

  /// The epochs, ascending, that the layers of some runs have as training measures them; runs without such layers are absent.
  func trainedEpochs(of runs: Set<Int64>) throws(EngramError) -> [Int64: [Double]] {
    var found: [Int64: [Double]] = [:]
    for (layer, epochs) in try epochs(of: runs) where layer.condition == .perfect { found[layer.run] = epochs }
    return found
  }

  /// The epochs, ascending, that the layers of some runs have under each condition.
  ///
  /// - Returns: For each layer the epochs that all layers of its run have under its condition.
  func epochs(of runs: Set<Int64>) throws(EngramError) -> [MeasuredLayer: [Double]] {
    struct Observation: Hashable {
      let run: Int64
      let condition: ObservationCondition
    }
    let measured = try snapshot.measuredLayers(of: runs)
    var examples: [Observation: [Int64]] = [:]
    for (layer, ids) in measured {
      examples[Observation(run: layer.run, condition: layer.condition), default: []] += ids
    }
    let epochs = examples.mapValues { snapshot.epochs(of: ExampleSet(ids: $0)) }
    var found: [MeasuredLayer: [Double]] = [:]
    for layer in measured.keys {
      found[layer] = epochs[Observation(run: layer.run, condition: layer.condition)] ?? []
    }
    return found
  }
}
