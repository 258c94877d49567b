// RunsInProgress.swift -- runs that have not ended, as a store of their own for as long as they are looked at.

import Base
import Glibc
import TrajectoryModel
import TrajectoryStore

/// The runs of a store that are being recorded or were cut short, with what is recorded of them so far.
///
/// They lie in a store of their own in the folder for temporary files, which goes with the object; so they can be selected
/// and read as others are.
final class RunsInProgress: Sendable {
  /// What is recorded so far.
  let snapshot: Snapshot
  /// The path of the store that they will be part of.
  let path: String

  /// Reads the journals of a store; nil where no run has a checkpoint.
  ///
  /// - Throws: ``EngramError`` with code `corrupt` when a journal is damaged, `io`, `diskFull`.
  init?(of store: TrajectoryStore) throws(EngramError) {
    let runs = Self.ordered(try store.runsInProgress().filter { !$0.epochs.isEmpty })
    if runs.isEmpty { return nil }
    let fields = Self.fields(of: runs, beside: try store.snapshot().fields())
    path = store.path
    // SAFETY: getenv's text is copied at once.
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    let scratchPath = "\(folder)/engram-in-progress-\(getpid())-\(UInt64.random(in: 0 ... .max)).engram"
    let scratch = try TrajectoryStore.create(at: scratchPath)
    do throws(EngramError) {
      _ = try scratch.edit([], adding: fields)
      let known = Dictionary(fields.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
      for group in Self.alike(runs) {
        let first = group[0]
        _ = try scratch.append(
          group.map { Self.recording($0, known) }, epochs: first.epochs, statistics: first.run.statistics)
      }
      snapshot = try scratch.snapshot()
    } catch {
      try? scratch.removeWithContents()
      throw error
    }
  }

  deinit { try? snapshot.store.removeWithContents() }

  /// Runs by their metadata, for journals have no order.
  private static func ordered(_ runs: [RunInProgress]) -> [RunInProgress] {
    let names = Set(runs.flatMap(\.run.metadata.keys)).sorted()
    func key(_ run: RunInProgress) -> [MetadataValue] { names.map { run.run.metadata[$0] ?? .null } }
    return runs.sorted { key($0).lexicographicallyPrecedes(key($1)) }
  }

  /// Runs that can be added at once: of the same epochs, statistics and type.
  private static func alike(_ runs: [RunInProgress]) -> [[RunInProgress]] {
    struct Axes: Hashable {
      let epochs: [Double]
      let statistics: [String]
      let type: ElementType
    }
    var groups: [Axes: Int] = [:]
    var found: [[RunInProgress]] = []
    for run in runs {
      let axes = Axes(epochs: run.epochs, statistics: run.run.statistics, type: run.run.elementType)
      if let group = groups[axes] {
        found[group].append(run)
      } else {
        groups[axes] = found.count
        found.append([run])
      }
    }
    return found
  }

  /// The fields of a store and those of runs, each with a type that holds the values of both.
  private static func fields(of runs: [RunInProgress], beside stored: [MetadataField]) -> [MetadataField] {
    var fields = stored
    var places: [String: Int] = [:]
    for (place, field) in stored.enumerated() { places[field.name.lowercased()] = place }
    var values: [Int: [MetadataValue]] = [:]
    for run in runs {
      for (name, value) in run.run.metadata.sorted(by: { $0.key < $1.key }) where value != .null {
        let place = places[name.lowercased()] ?? fields.count
        if place == fields.count {
          places[name.lowercased()] = place
          fields.append(MetadataField(name: name, type: MetadataType(narrowestFor: [value])))
        }
        values[place, default: []].append(value)
      }
    }
    for (place, given) in values {
      let types = [fields[place].type, MetadataType(narrowestFor: given)]
      var type = MetadataType.allCases.last { types.contains($0) } ?? .text
      // A whole number that no real holds.
      if type == .real, !given.allSatisfy(type.accepts) { type = .text }
      fields[place] = MetadataField(name: fields[place].name, type: type)
    }
    return fields
  }

  /// A value as a field of some type holds it.
  private static func fitted(_ value: MetadataValue, _ type: MetadataType) -> MetadataValue {
    switch (type, value) {
    case (.text, .integer), (.text, .real): .text(value.description)
    case (.real, .integer(let number)): .real(Double(number))
    default: value
    }
  }

  private static func recording(_ run: RunInProgress, _ fields: [String: MetadataField]) -> Recording {
    var metadata: [String: MetadataValue] = [:]
    for (name, value) in run.run.metadata where value != .null {
      let field = fields[name.lowercased()] ?? MetadataField(name: name, type: MetadataType(narrowestFor: [value]))
      metadata[field.name] = fitted(value, field.type)
    }
    let count = run.run.statistics.count
    var values: [Double] = []
    values.reserveCapacity(run.run.layers.count * run.epochs.count * count)
    for layer in run.run.layers.indices {
      for checkpoint in run.values { values += checkpoint[(layer * count)..<((layer + 1) * count)] }
    }
    return Recording(
      metadata: metadata, layers: run.run.layers,
      values: run.run.elementType == .float32 ? .float32(values.map { Float($0) }) : .float64(values),
      metrics: run.metrics)
  }
}
