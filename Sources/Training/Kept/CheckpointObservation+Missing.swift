// CheckpointObservation+Missing.swift -- what a store lacks of kept networks, and what a user should know of them.

import Base
import Observables
import TrajectoryModel
import TrajectoryStore

extension CheckpointObservation {
  /// A layer of a run under a condition that the store does not have.
  struct Missing {
    let layer: Layer
    /// The number of the layer in its network, and of the condition.
    let place: Int
    let condition: Int
    /// What the store is to have.
    let observation: ObservationCondition
  }

  /// What the store lacks of each run; conditions that come to one observation of a layer come once.
  ///
  /// - Parameters:
  ///   - path: The store, which need not be there.
  ///   - tasks: The tasks of the runs.
  ///   - whole: Gets the names of layers with as many units as a condition counts.
  /// - Returns: What is missing of each run.
  /// - Throws: ``EngramError`` with code `usage` for a layer with fewer units than a condition counts, and what is wrong with the store.
  func missing(
    in path: String, _ tasks: TaskCatalogue, whole: inout Set<String>
  ) throws(EngramError) -> [[Missing]] {
    let (ids, stored) = try stored(in: path)
    var all: [[Missing]] = []
    for (run, id) in zip(runs, ids) {
      let description = try network(of: run, try tasks.task(of: run.settings))
      var missing: [Missing] = []
      for (number, layer) in description.layers.enumerated() {
        let units = description.operations[layer.output].shape.count
        var seen: Set<ObservationCondition> = []
        for (place, condition) in conditions.enumerated() {
          let observation = try condition.observation(ofUnits: units)
          if condition.isCount, observation == .perfect { whole.insert(layer.layer.name) }
          let key = id.map { MeasuredLayer(run: $0, layer: layer.layer.name, condition: observation) }
          guard key.map({ !stored.contains($0) }) ?? true, seen.insert(observation).inserted else { continue }
          missing.append(Missing(layer: layer.layer, place: number, condition: place, observation: observation))
        }
      }
      all.append(missing)
    }
    return all
  }

  /// The number of each run in a store, and what the store has of them.
  private func stored(in path: String) throws(EngramError) -> ([Int64?], Set<MeasuredLayer>) {
    let none: ([Int64?], Set<MeasuredLayer>) = (runs.map { _ in nil }, [])
    guard TrajectoryStore.exists(at: path) else { return none }
    let snapshot = try TrajectoryStore(opening: path).snapshot()
    let names = runs.first.map { $0.settings.metadata.keys.sorted() } ?? []
    let known = try snapshot.fields().map { $0.name.lowercased() }
    guard names.allSatisfy({ known.contains($0) }) else { return none }
    let table = try snapshot.runs(fields: names)
    var ids: [[MetadataValue]: Int64] = [:]
    for (id, row) in zip(table.ids, table.rows) { ids[row] = id }
    let stored = runs.map { run in ids[names.map { run.settings.metadata[$0] ?? .null }] }
    return (stored, Set(try snapshot.measuredLayers(of: Set(stored.compactMap { $0 })).keys))
  }

  /// What a user should know of the networks that are chosen, and of those that the store has.
  func notes(_ missing: [[Missing]], _ chosen: [Int]) throws(EngramError) -> [String] {
    var notes: [String] = []
    let library = try TensorLibrary.version()
    let others = Set(chosen.map { runs[$0].library }).subtracting([library]).sorted()
    if !others.isEmpty {
      notes.append(
        "networks were trained with version \(others.joined(separator: ", ")) of the tensor library and are measured with "
          + "\(library), so statistics may differ in their last bits from those of training")
    }
    let lacking = chosen.filter { runs[$0].epochs != runs[$0].settings.checkpoints }
    if !lacking.isEmpty {
      notes.append(
        "\(lacking.count) of the networks are kept at some of their checkpoints only, and are measured at those")
    }
    let empty = runs.count { $0.epochs.isEmpty }
    if empty > 0 { notes.append("\(empty) of the networks have no checkpoint yet, and are left out") }
    let twins = Dictionary(grouping: chosen) { runs[$0].settings.metadata }.values.filter { $0.count > 1 }.joined()
    if !twins.isEmpty {
      let folders = twins.sorted().map { runs[$0].path.split(separator: "/").last.map(String.init) ?? "" }
      notes.append(
        "\(folders.count) of the networks have the metadata of another that was trained with other settings, and all of them are "
          + "measured; remove the folders that are out of date: \(folders.joined(separator: ", "))")
    }
    return notes + notesOnNorms(missing, chosen)
  }

  /// What the norm of weights is where it is not what was asked for.
  private func notesOnNorms(_ missing: [[Missing]], _ chosen: [Int]) -> [String] {
    if weightNorm == .rows {
      let isDegraded = chosen.contains { missing[$0].contains { $0.observation != .perfect } }
      return isDegraded ? [WeightNorm.ofAllUnderConditions] : []
    }
    let isStored = conditions.contains(.perfect) && missing.contains { !$0.contains { $0.observation == .perfect } }
    return isStored
      ? [
        "no condition tells norms of weights apart, so networks that the store has keep the one with which they were measured; "
          + "measure them into another store for that of all weights"
      ] : []
  }
}
