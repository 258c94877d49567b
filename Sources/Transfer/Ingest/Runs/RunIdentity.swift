// RunIdentity.swift -- what tells runs apart, and what becomes of a layer of a run that is there already.

import Base
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
  /// They correct what is stored: metadata are edited, trajectories that differ take the place of the stored ones, which
  /// are hidden, and what is equal stays.
  case update
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

  /// Whether the fields are to be declared as those that tell the runs of the store apart.
  var declares = false

  /// What tells runs apart in a store: what was declared there, or what is asked for where nothing was.
  ///
  /// - Parameters:
  ///   - wanted: The fields that are asked for, or nil.
  ///   - repeats: What becomes of a layer that is there already.
  ///   - snapshot: The store, or nil for one that is not there yet.
  /// - Throws: ``EngramError`` with code `usage` when other fields are declared, or when stored runs are equal in those that
  ///   are asked for.
  init(_ wanted: [String]?, _ repeats: RepeatPolicy, in snapshot: Snapshot?) throws(EngramError) {
    (fields, self.repeats, self.snapshot) = (wanted, repeats, snapshot)
    declares = wanted != nil
    guard let snapshot else { return }
    storedFields = try snapshot.fields()
    if let declared = try snapshot.runKey() {
      if let wanted, Set(wanted.map { $0.lowercased() }) != Set(declared.map { $0.lowercased() }) {
        throw EngramError(
          .usage, "the runs of this store are told apart by other fields", file: snapshot.store.path,
          expected: declared.joined(separator: ", "), found: wanted.joined(separator: ", "),
          mend: "leave \(option: .runFields) out")
      }
      (fields, declares) = (declared, false)
    } else if let wanted {
      try checkApart(wanted, in: snapshot)
    }
  }

  /// Refuses fields in which stored runs are equal.
  private func checkApart(_ wanted: [String], in snapshot: Snapshot) throws(EngramError) {
    let known = Set(storedFields.map { $0.name.lowercased() })
    let names = (wanted + [Self.replicate]).filter { known.contains($0.lowercased()) }
    var seen: [[MetadataValue]: Int64] = [:]
    let table = try snapshot.runs(fields: names)
    for (id, values) in zip(table.ids, table.rows) {
      guard let other = seen.updateValue(id, forKey: values) else { continue }
      throw EngramError(
        .usage, "these fields do not tell the stored runs apart", file: snapshot.store.path,
        place: "runs \(other) and \(id)", expected: "fields in which no two runs are equal",
        found: zip(names, values).map { "\($0) = \($1)" }.joined(separator: ", "),
        mend: "name more fields with \(option: .runFields), or leave it out")
    }
  }

  /// Fields that no layer is named by, though they are called so.
  var fieldsOfRuns: Set<String> {
    Set((fields ?? []).map { $0.lowercased() } + storedFields.map { $0.name.lowercased() })
  }
}
