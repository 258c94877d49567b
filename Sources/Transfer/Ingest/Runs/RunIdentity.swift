// RunIdentity.swift -- what tells runs apart, and what becomes of a layer of a run that is there already.

import TrajectoryModel
import TrajectoryStore

/// What becomes of rows that bring a layer of a run which is there already.
public enum RepeatPolicy: String, Sendable, Hashable, CaseIterable {
  /// In one input they are further measurements of the run; in a store they are refused, with what can be done.
  case ask
  /// They are further measurements of the run.
  case measurements
  /// They are further runs, told apart by the field `replicate`.
  case newRuns
}

/// What tells the runs of an ingest apart.
struct RunIdentity {
  /// The field whose number tells runs apart that are equal otherwise.
  static let replicate = "replicate"

  /// The fields that tell runs apart, or nil for all.
  var fields: [String]?
  /// What becomes of a layer that is there already.
  var repeats = RepeatPolicy.ask
  /// The fields of the store.
  var storedFields: [MetadataField] = []
  /// The store as it is, or nil for one that is not there yet.
  var snapshot: Snapshot?

  /// Fields that no layer is named by, though they are called so.
  var fieldsOfRuns: Set<String> {
    Set((fields ?? []).map { $0.lowercased() } + storedFields.map { $0.name.lowercased() })
  }
}
