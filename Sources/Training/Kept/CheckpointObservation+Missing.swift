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

  /// Why nothing of a network is measured.
  enum Obstacle: CaseIterable {
    /// Its run is recorded in the store and has not ended, or its last checkpoint is not kept.
    case unfinished
    /// Its run is hidden in the store.
    case hidden
    /// Its run is in the store under other metadata than those it was trained under.
    case corrected
    /// It was trained on other data than there is.
    case otherData
  }

  /// What a store has of the networks, and what it lacks.
  struct Survey {
    /// What is missing of each network; nothing of those that are left out.
    var missing: [[Missing]] = []
    /// The networks that are left out.
    var obstacles: [Int: Obstacle] = [:]
    /// The networks of which the store has a condition at fewer epochs than are kept.
    var short: Set<Int> = []
    /// The values that the stored run of a network has in all its fields; nil for a network that the store does not have.
    var values: [[String: MetadataValue]?] = []
    /// The names of layers with as many units as a condition counts.
    var whole: Set<String> = []

    /// Networks whose every condition the store has.
    var present: Int {
      missing.indices.count { missing[$0].isEmpty && obstacles[$0] == nil && !short.contains($0) }
    }
  }

  /// Finds what the store lacks of each run; conditions that come to one observation of a layer come once.
  ///
  /// - Parameters:
  ///   - path: The store, which need not be there.
  ///   - tasks: The tasks of the runs.
  ///   - others: The networks that were trained on other data.
  ///   - replaces: Whether observations at fewer epochs than are kept are to be measured again.
  /// - Returns: What is missing of each network, and which are left out.
  /// - Throws: ``EngramError`` with code `usage` for a layer with fewer units than a condition counts, and what is wrong with the store.
  func survey(
    _ path: String, _ tasks: TaskCatalogue, ofOtherData others: Set<Int>, replaces: Bool
  ) throws(EngramError) -> Survey {
    var survey = Survey()
    let store = TrajectoryStore.exists(at: path) ? try TrajectoryStore(opening: path) : nil
    let stored = try store.map { (store) throws(EngramError) in try StoredNetworks(in: store) }
    let ids = runs.map { stored?.run($0.settings) }
    let found = Set(ids.compactMap { $0 })
    let epochs = try stored?.epochs(of: found) ?? [:]
    let values = try stored?.values(of: found) ?? [:]
    var begun: Set<[String: MetadataValue]> = []
    for run in try store?.runsInProgress() ?? [] { begun.insert(run.run.metadata.filter { $0.value != .null }) }
    for (index, run) in runs.enumerated() {
      let id = ids[index]
      survey.values.append(id.flatMap { values[$0] })
      let description = try network(of: run, try tasks.task(of: run.settings))
      func has(_ layer: Layer, _ observation: ObservationCondition) -> [Double]? {
        id.flatMap { epochs[MeasuredLayer(run: $0, layer: layer.name, condition: observation)] }
      }
      let layers = description.layers.map(\.layer)
      let isStored = layers.contains { has($0, .perfect)?.last == Double(run.settings.epochs) }
      let isFinished = isStored || run.epochs.last == run.settings.epochs
      if others.contains(index) {
        survey.obstacles[index] = .otherData
        // A journal may be left of a run that came whole by a merge.
      } else if !isStored, begun.contains(run.settings.metadata.filter({ $0.value != .null })) {
        survey.obstacles[index] = .unfinished
      } else if id == nil, stored?.isHidden(run.settings) == true {
        survey.obstacles[index] = .hidden
      } else if id == nil,
        try store?.holdsRecorded(run: run.settings.metadata, layers: layers, statistics: Statistic.publishedNames)
          == true
      {
        survey.obstacles[index] = .corrected
      } else if !isFinished || run.epochs.isEmpty {
        survey.obstacles[index] = .unfinished
      }
      var missing: [Missing] = []
      let kept = Set(run.epochs.map(Double.init))
      for (number, layer) in description.layers.enumerated() where survey.obstacles[index] == nil {
        let units = description.operations[layer.output].shape.count
        var seen: Set<ObservationCondition> = []
        for (place, condition) in conditions.enumerated() {
          let observation = try condition.observation(ofUnits: units)
          if condition.isCount, observation == .perfect { survey.whole.insert(layer.layer.name) }
          guard seen.insert(observation).inserted else { continue }
          if let known = has(layer.layer, observation) {
            if kept.isSubset(of: known) { continue }
            if !replaces {
              survey.short.insert(index)
              continue
            }
          }
          missing.append(Missing(layer: layer.layer, place: number, condition: place, observation: observation))
        }
      }
      survey.missing.append(missing)
    }
    return survey
  }

  /// What a user should know of networks that are left out, and of observations that the store has at fewer epochs.
  func notes(_ survey: Survey) -> [String] {
    func titles(_ indices: [Int]) -> String {
      let shown = indices.sorted().prefix(5).map { runs[$0].settings.title }.joined(separator: "; ")
      return indices.count > 5 ? shown + "; …" : shown
    }
    var notes: [String] = []
    for obstacle in Obstacle.allCases {
      let indices = survey.obstacles.filter { $0.value == obstacle }.map(\.key)
      if indices.isEmpty { continue }
      let why =
        switch obstacle {
        case .unfinished: "are still being trained, or their last checkpoint is not kept, and are left out until it is"
        case .hidden: "are of runs that are hidden in the store, and are left out; show these again to measure them"
        case .corrected:
          "are of runs whose metadata were corrected in the store, and are left out; measure them into another store"
        case .otherData: "were trained on other data, and are left out; name the folder of theirs to measure them"
        }
      notes.append("\(indices.count) of the networks \(why): \(titles(indices))")
    }
    if !survey.short.isEmpty {
      notes.append(
        "the store has \(survey.short.count) of the networks at fewer checkpoints than are kept, and keeps these; as an update "
          + "they are measured again: \(titles(Array(survey.short)))")
    }
    return notes
  }

  /// What a user should know of the networks that are chosen, and of those that the store has.
  func notes(_ survey: Survey, _ chosen: [Int]) throws(EngramError) -> [String] {
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
    let twins = Dictionary(grouping: chosen) { runs[$0].settings.metadata }.values.filter { $0.count > 1 }.joined()
    if !twins.isEmpty {
      let folders = twins.sorted().map { runs[$0].path.split(separator: "/").last.map(String.init) ?? "" }
      notes.append(
        "\(folders.count) of the networks have the metadata of another that was trained with other settings, and all of them are "
          + "measured; remove the folders that are out of date: \(folders.joined(separator: ", "))")
    }
    return notes + notesOnNorms(survey, chosen)
  }

  /// What the norm of weights is where it is not what was asked for.
  private func notesOnNorms(_ survey: Survey, _ chosen: [Int]) -> [String] {
    let missing = survey.missing
    if weightNorm == .rows {
      let isDegraded = chosen.contains { missing[$0].contains { $0.observation != .perfect } }
      return isDegraded ? [WeightNorm.ofAllUnderConditions] : []
    }
    let isStored =
      conditions.contains(.perfect)
      && missing.indices.contains { index in
        survey.obstacles[index] == nil && !missing[index].contains { $0.observation == .perfect }
      }
    return isStored
      ? [
        "no condition tells norms of weights apart, so networks that the store has keep the one with which they were measured; "
          + "measure them into another store for that of all weights"
      ] : []
  }
}
