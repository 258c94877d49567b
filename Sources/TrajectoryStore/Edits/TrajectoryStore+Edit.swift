// TrajectoryStore+Edit.swift -- correcting the metadata of runs; what was there before is kept and can be read.

public import Base
import Catalog
public import TrajectoryModel

extension TrajectoryStore {
  /// Changes fields of runs, in one commit; snapshots of earlier commits go on showing what was there.
  ///
  /// ```swift
  /// let report = try store.edit([RunEdit(run: 7, values: ["learning_rule": .text("adam")])],
  ///   options: WriteOptions(reason: "the notebook of 3 May says so"))
  /// ```
  ///
  /// - Parameters:
  ///   - edits: The new values; each run stands once.
  ///   - newFields: Fields that the store gets with this commit; those that it has are passed over.
  ///   - message: What is done, for the log; nil says how many runs and which fields.
  ///   - isTrial: Whether only to say what would change.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What changed; a commit is made only where something did.
  /// - Throws: ``EngramError`` with code `notFound` when there is no such run, `usage` when there is no such field or a run
  ///   stands twice, `invalidData` when a value does not fit its field, `busy`, `diskFull`, `io`.
  public func edit(
    _ edits: [RunEdit], adding newFields: [MetadataField] = [], message: String? = nil, isTrial: Bool = false,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> EditReport {
    try edit(isTrial: isTrial, options: options) { (_) throws(EngramError) in
      RunEdits(edits: edits, newFields: newFields, message: message)
    }
  }

  /// Changes fields of runs as a plan says that is made during the writer's turn, when nobody else changes what runs are.
  ///
  /// - Parameters:
  ///   - isTrial: Whether only to say what would change; no turn is taken then.
  ///   - options: How to wait and work, who does it and why.
  ///   - planning: Says what is to change of the store as it is.
  /// - Returns: What changed.
  /// - Throws: As ``edit(_:adding:message:isTrial:options:)``, and what the plan throws.
  package func edit(
    isTrial: Bool, options: WriteOptions, planning: (_ snapshot: Snapshot) throws(EngramError) -> RunEdits
  ) throws(EngramError) -> EditReport {
    if isTrial {
      let planned = try planning(try snapshot())
      return try read { (catalog) throws(EngramError) in
        let (plan, new) = try self.plan(try once(planned.edits), planned.newFields, catalog)
        return plan.report(of: planned, new, nil)
      }
    }
    return try write("edit", options: options) { (session) throws(EngramError) in
      let planned = try planning(try session.snapshot())
      let (plan, new) = try session.read { (catalog) throws(EngramError) in
        try self.plan(try once(planned.edits), planned.newFields, catalog)
      }
      if plan.cells.isEmpty && new.isEmpty { return plan.report(of: planned, new, nil) }
      let fields = Set(plan.changes.map(\.field)).sorted().joined(separator: ", ")
      let message = planned.message ?? "\(fields) of \(plan.cells.count) runs"
      return try session.commit(operation: "edit", message: message) { (catalog) throws(EngramError) in
        try catalog.addFields(new)
        for (run, values) in plan.cells { _ = try catalog.edit(run: run, values) }
        return plan.report(of: planned, new, catalog.commitID)
      }
    }
  }

  /// Edits by run, each of which stands once.
  private func once(_ edits: [RunEdit]) throws(EngramError) -> [RunEdit] {
    guard Set(edits.map(\.run)).count == edits.count else {
      throw EngramError(.usage, "a run stands twice among the edits", file: path, mend: "give all its values at once")
    }
    return edits.sorted { $0.run < $1.run }
  }

  /// Changes fields of all runs for which a condition is true, in one commit.
  ///
  /// - Parameters:
  ///   - filter: An SQL expression over the columns of the `example` view; it must be true for all examples of a run or for
  ///     none where fields of runs change, for those belong to the whole run.
  ///   - values: The new values, by field. `layer_name` and `layer_position` change the layers for which the condition is true;
  ///     their measurements are stored anew, and the old ones are hidden.
  ///   - isTrial: Whether only to say what would change.
  ///   - options: How to wait and work, who does it and why.
  /// - Returns: What changed.
  /// - Throws: ``EngramError`` as ``edit(_:adding:message:isTrial:options:)``, `notFound` when no run is selected, `usage`
  ///   when SQLite refuses the condition, when it tells layers of one run apart, and for a field of layers.
  public func edit(
    where filter: String, set values: [String: MetadataValue], isTrial: Bool = false,
    options: WriteOptions = WriteOptions()
  ) throws(EngramError) -> EditReport {
    let said = values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    var values = values
    if let layers = try LayerEdit(takingFrom: &values, path) {
      return try edit(
        layersWhere: filter, layers, set: values, message: "\(said) where \(filter)", isTrial: isTrial, options: options
      )
    }
    let fields = values
    return try edit(isTrial: isTrial, options: options) { (snapshot) throws(EngramError) in
      let runs = try self.runs(where: filter, in: snapshot, work: options.work)
      return RunEdits(
        edits: runs.keys.map { RunEdit(run: $0, values: fields) },
        message: "\(said) for \(runs.count) runs where \(filter)")
    }
  }

  /// What differs between what some runs have and what they are to have, and the fields that are new.
  func plan(
    _ edits: [RunEdit], _ newFields: [MetadataField], _ catalog: CatalogReader
  ) throws(EngramError) -> (EditPlan, [MetadataField]) {
    let known = try catalog.fields()
    let names = Set(known.map { $0.name.lowercased() })
    let new = newFields.filter { !names.contains($0.name.lowercased()) }
    for field in new { try MetadataField.check(name: field.name) }
    let fields = known + new
    let places = Dictionary(
      fields.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var plan = EditPlan(fields: fields)
    var open = Dictionary(edits.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
    try catalog.runs(known, ids: edits.map(\.run), before: .max) { (run, old) throws(EngramError) in
      guard let edit = open.removeValue(forKey: run) else { return }
      var differing: [(field: Int, before: MetadataValue, after: MetadataValue)] = []
      for (name, value) in edit.values.sorted(by: { $0.key < $1.key }) {
        guard let place = places[name.lowercased()] else { throw Self.noField(name, among: fields, path) }
        guard fields[place].type.accepts(value) else { throw Self.misfit(value, fields[place], run, path) }
        try value.check(place: "run \(run), field \(fields[place].name)")
        let before = place < old.count ? old[place] : .null
        if before != value { differing.append((place, before, value)) }
      }
      plan.add(run, differing)
    }
    guard let missing = open.values.min(by: { $0.run < $1.run }) else {
      try requireKey(of: plan, known, catalog)
      return (plan, new)
    }
    throw EngramError(
      .notFound, "there is no run \(missing.run)", file: path, found: String(missing.run),
      mend: "\(run: .query, on: path, "\"SELECT * FROM run\"") lists the runs")
  }

  /// Refuses changes by which two runs would come to have the same values in the fields that are declared to tell runs apart.
  ///
  /// A run without any of these values is a run of its own.
  private func requireKey(of plan: EditPlan, _ fields: [MetadataField], _ catalog: CatalogReader) throws(EngramError) {
    guard let declared = try catalog.runKey().map({ Set(($0 + ["replicate"]).map { $0.lowercased() }) }) else { return }
    let places = fields.indices.filter { declared.contains(fields[$0].name.lowercased()) }
    let changed = Dictionary(
      plan.cells.filter { $0.values.contains { places.contains($0.field) } }.map { ($0.run, $0.values) },
      uniquingKeysWith: { first, _ in first })
    if changed.isEmpty { return }
    let numbering = places.firstIndex { fields[$0].name.lowercased() == "replicate" }
    /// No number among replicates is number 1.
    func numbered(_ values: [MetadataValue]) -> [MetadataValue] {
      guard let numbering, values[numbering] == .null else { return values }
      var numbered = values
      numbered[numbering] = .integer(1)
      return numbered
    }
    var runs: [[MetadataValue]: (run: Int64, before: [MetadataValue])] = [:]
    for (run, stored) in try catalog.runValues(places.map { fields[$0] }) {
      var key = stored
      for (field, value) in changed[run] ?? [] { places.firstIndex(of: field).map { key[$0] = value } }
      if key.indices.allSatisfy({ $0 == numbering || key[$0] == .null }) { continue }
      let values = numbered(stored)
      key = numbered(key)
      guard let (other, before) = runs.updateValue((run, values), forKey: key), before != values else { continue }
      throw EngramError(
        .invalidData, "two runs would be told apart by nothing", file: path, place: "runs \(other) and \(run)",
        expected: "another \(places.map { fields[$0].name }.joined(separator: ", ")) for each run",
        found: key.map(\.description).joined(separator: ", "),
        mend: "give each a value of its own; a hidden run counts until it is purged")
    }
  }

  private static func noField(_ name: String, among fields: [MetadataField], _ path: String) -> EngramError {
    let layers = LayerEdit.fields + ["unit_fraction", "noise_sd", "observation_seed"]
    if layers.contains(name.lowercased()) {
      return EngramError(
        .usage, "'\(name)' belongs to what was measured, not to a run, and cannot be changed", file: path,
        found: "'\(name)'", mend: "hide the runs, and add their recordings again with the right layers")
    }
    return EngramError(
      .usage, "runs have no field '\(name)'", file: path,
      expected: "one of \(fields.map(\.name).joined(separator: ", "))", found: "'\(name)'",
      mend: closestName(to: name, among: fields.map(\.name)).map { "did you mean '\($0)'?" }
        ?? "a table that is joined adds fields")
  }

  private static func misfit(
    _ value: MetadataValue, _ field: MetadataField, _ run: Int64, _ path: String
  ) -> EngramError {
    EngramError(
      .invalidData, "a value does not fit the field '\(field.name)'", file: path, place: "run \(run)",
      expected: field.type.rawValue, found: "'\(value)'",
      mend: "correct the value, or let the field hold it with \(run: .widenField, on: path, field.name, "TYPE")")
  }

  /// The runs for all of whose examples a condition is true, with their examples.
  ///
  /// - Throws: ``EngramError`` with code `notFound` when there is none, `usage` when it tells examples of a run apart.
  func runs(
    where filter: String, in snapshot: Snapshot, work: WorkContext
  ) throws(EngramError) -> [Int64: ExampleSet] {
    let limits = QueryLimits(work: work)
    return try Self.wholeRuns(
      try snapshot.groups(by: ["run_id"], where: filter, limits: limits),
      of: try snapshot.groups(by: ["run_id"], limits: limits), filter, path)
  }

  /// Refuses groups by run that do not hold whole runs.
  static func wholeRuns(
    _ selected: [ExampleGroup], of all: [ExampleGroup], _ filter: String, _ path: String
  ) throws(EngramError) -> [Int64: ExampleSet] {
    guard !selected.isEmpty else {
      throw EngramError(
        .notFound, "no run is selected", file: path, place: "filter \(filter)", expected: "at least one run",
        found: "none", mend: "loosen the filter; \(run: .info, on: path) shows what there is")
    }
    var sizes: [MetadataValue: Int] = [:]
    for group in all { sizes[group.key[0]] = group.examples.count }
    var runs: [Int64: ExampleSet] = [:]
    for group in selected {
      guard case .integer(let run) = group.key[0] else { continue }
      let size = sizes[group.key[0]] ?? 0
      guard group.examples.count == size else {
        throw EngramError(
          .usage, "the condition is true for some layers of a run only, and runs are changed as a whole", file: path,
          place: "run \(run)", expected: "all \(size) examples of the run, or none", found: "\(group.examples.count)",
          mend: "write it about runs: run_id IN (SELECT run_id FROM example WHERE …)")
      }
      runs[run] = group.examples
    }
    return runs
  }
}
