// CorrectionPlan.swift -- what an input that is taken as a correction changes, before anything is written.

import Base
import TrajectoryModel
import TrajectoryStore

/// What an input that is taken as a correction changes.
///
/// Nothing is overwritten. Fields are edited, as by an edit; a measurement of which a layer differs is hidden and stored anew
/// under the same run, the layers that the input does not bring copied from the store; what is equal stays where it is.
struct CorrectionPlan {
  /// Whether each row of the input is appended.
  let appendsRow: [Bool]
  /// Whether nothing says the type of a row, and it takes the place of an example of Float32, or is new beside such of its run.
  let isSingle: [Bool]
  /// Examples that are stored once more, after the rows.
  let copies: ExampleSet
  /// What the appended examples are: rows, then copies.
  let metadata: AppendMetadata
  /// What changes of what is stored.
  let correction: Correction
  private let claims: ClaimedExamples
  private let runs: CorrectedRuns
  private let emptyCells: Int
  private let newRuns: Int

  /// Compares an input with a store.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` where a row lacks what is stored of its example, and as
  ///   ``ClaimedExamples``.
  init(_ plan: IngestPlan, _ matches: TrajectoryMatches, in snapshot: Snapshot) throws(EngramError) {
    let grouping = plan.grouping
    let rows = CorrectionRows(grouping.metadata)
    let equal = try StoredExamples(matches.examples, in: snapshot)
    runs = try CorrectedRuns(rows, grouping, matches, equal, in: snapshot)
    claims = try ClaimedExamples(rows, runs: runs.stored, matches, in: snapshot, plan.input)
    let (claims, runs) = (claims, runs)
    unknownRows = rows.places.indices.filter { claims.claims[$0] == .new && runs.stored[rows.places[$0].run] == nil }
    let hidden = claims.replacedMeasurements
    copies = claims.copies(hidden)
    appendsRow = claims.claims.map { claim in
      switch claim {
      case .new, .replaced: true
      case .kept(let id): hidden.contains(id)
      }
    }
    isSingle = Self.areSingle(claims, rows, plan, in: snapshot)
    try Self.checkCoverage(claims, plan, in: snapshot)
    let (edits, fields, emptyCells) = try Self.edits(grouping, runs.stored, in: snapshot)
    correction = Correction(
      edits: edits, newFields: fields, replaced: hidden, runKey: grouping.metadata.runKey)
    self.emptyCells = emptyCells
    metadata = try Self.metadata(grouping.metadata, rows, appendsRow, runs.stored, copies, claims, in: snapshot)
    newRuns = metadata.newRunCount
  }

  /// Rows of runs of which the store shows nothing.
  let unknownRows: [Int]

  /// Whether nothing is appended.
  var appendsNothing: Bool { metadata.exampleCount == 0 }

  /// What is changed, with what became of the fields.
  func summary(_ edit: EditReport) -> IngestCorrection {
    let added = claims.claims.count { $0 == .new }
    return IngestCorrection(
      kept: claims.claims.count - added - claims.replacedCount, replaced: claims.replacedCount,
      broughtAlong: metadata.exampleCount - added - claims.replacedCount, added: added,
      knownRuns: runs.stored.count { $0 != nil }, recognisedRuns: runs.recognised, newRuns: newRuns,
      emptyCells: emptyCells, edit: edit, hidden: correction.replaced)
  }

  /// What a user should know.
  ///
  /// - Throws: What reading the input and the store throws.
  func notes(
    _ plan: IngestPlan, in snapshot: Snapshot, _ options: IngestOptions
  ) throws(EngramError) -> [String] {
    var notes: [String] = []
    let single = isSingle.indices.filter { isSingle[$0] && appendsRow[$0] }
    let added = single.count { claims.claims[$0] == .new }
    if single.count > added {
      notes.append(
        "\(single.count - added) examples are stored as float32, as what they take the place of was, but where a value is beyond it"
      )
    }
    if added > 0 {
      notes.append(
        "\(added) new examples are stored as float32, as those of their runs are, but where a value is beyond it")
    }
    let lost = try LostValues(plan, replacing: claims.replacedExamples, options)
      .count(in: snapshot, work: options.write.work)
    if lost > 0 {
      let values = lost == 1 ? "a value that is stored becomes NaN" : "\(lost) values that are stored become NaN"
      notes.append("\(values): the input has nothing, or NaN, in \(lost == 1 ? "its" : "their") place")
    }
    return notes
  }

  private static func areSingle(
    _ claims: ClaimedExamples, _ rows: CorrectionRows, _ plan: IngestPlan, in snapshot: Snapshot
  ) -> [Bool] {
    var stored: [Int64?] = claims.claims.map { claim in
      switch claim {
      case .new: nil
      case .kept(let id), .replaced(let id): id
      }
    }
    if !plan.input.hasOpenType { stored = stored.map { _ in nil } }
    let known = snapshot.recorded(ExampleSet(stored.compactMap { $0.map { $0..<($0 + 1) } }))
    let single = Set(known.filter { $0.elementType == .float32 }.flatMap { Array($0.examples.ids) })
    var isSingle = stored.map { $0.map(single.contains) ?? false }
    // What is new beside what is stored gets the type of that, so that the rows of a run lie in one file.
    var isSingleRun: [Int: Bool] = [:]
    for row in stored.indices where stored[row] != nil {
      isSingleRun[rows.places[row].run] = isSingle[row] && isSingleRun[rows.places[row].run] ?? true
    }
    for row in stored.indices where stored[row] == nil { isSingle[row] = isSingleRun[rows.places[row].run] ?? false }
    return isSingle
  }

  /// Refuses a row that takes the place of an example of which more is stored.
  private static func checkCoverage(
    _ claims: ClaimedExamples, _ plan: IngestPlan, in snapshot: Snapshot
  ) throws(EngramError) {
    var row = 0
    for part in plan.parts {
      let (epochs, statistics) = (Set(part.epochs), Set(part.statistics))
      for claim in claims.claims[row..<(row + part.blocks.exampleCount)] {
        defer { row += 1 }
        guard case .replaced(let id) = claim, let known = snapshot.recorded(ExampleSet(id..<(id + 1))).first else {
          continue
        }
        let lacking =
          known.columns.epochs.filter { !epochs.contains($0) }.map { "epoch \(EpochSelection.text($0))" }
          + known.columns.statistics.filter { !statistics.contains($0) }
        guard let first = lacking.first else { continue }
        throw EngramError(
          .invalidData, "a correction lacks what is stored of its trajectory", file: plan.input.source,
          place: "row \(plan.input.row(row))", expected: "every epoch and statistic of example \(id)",
          found: "neither \(first)\(lacking.count > 1 ? " nor \(lacking.count - 1) more" : "")",
          mend: """
            bring whole trajectories; or, if what is stored is wrong, hide it first; or add this as a further measurement with \
            \(set: .measurements)
            """)
      }
    }
  }

  /// What differs in the metadata of stored runs, the fields that are new, and how many cells say nothing of what is stored.
  private static func edits(
    _ grouping: RunGrouping, _ stored: [Int64?], in snapshot: Snapshot
  ) throws(EngramError) -> (edits: [RunEdit], fields: [MetadataField], emptyCells: Int) {
    let table = try snapshot.runs(ids: Set(stored.compactMap { $0 }))
    let places = grouping.columns.map { column in
      table.fields.firstIndex { $0.name.lowercased() == column.name.lowercased() }
    }
    var (edits, emptyCells, isNew) = ([RunEdit](), 0, [Bool](repeating: false, count: places.count))
    for (run, values) in grouping.metadata.runs.enumerated() {
      guard let id = stored[run], let known = table[run: id] else { continue }
      var edit = RunEdit(run: id, values: [:])
      for (column, place) in places.enumerated() {
        if values[column] == .null {
          if let place, known[place] != .null { emptyCells += 1 }
          continue
        }
        edit.values[grouping.columns[column].name] = values[column]
        if place == nil { isNew[column] = true }
      }
      edits.append(edit)
    }
    let fields = places.indices.filter { isNew[$0] }.map { grouping.metadata.fields[$0] }
    return (edits, fields, emptyCells)
  }

  /// What the appended examples are: the chosen rows in their order, then the copies.
  private static func metadata(
    _ all: AppendMetadata, _ rows: CorrectionRows, _ appends: [Bool], _ stored: [Int64?], _ copies: ExampleSet,
    _ claims: ClaimedExamples, in snapshot: Snapshot
  ) throws(EngramError) -> AppendMetadata {
    var observations: [AppendMetadata.Observation] = []
    var last = -1
    func add(_ run: Int, _ layer: Layer, _ condition: ObservationCondition, continues: Bool) {
      let before = continues ? observations.removeLast().layers : []
      observations.append(.init(run: run, layers: before + [layer], condition: condition))
    }
    for (row, place) in rows.places.enumerated() where appends[row] {
      let layer = Layer(name: place.layer.name, position: place.layer.position ?? claims.layer(ofRow: row)?.position)
      add(place.run, layer, place.condition, continues: last == place.measurement)
      last = place.measurement
    }
    // A field that no new run has a value of need not come.
    let used = Set(observations.map(\.run).filter { stored[$0] == nil })
    let fields = all.fields.indices.filter { field in used.contains { all.runs[$0][field] != .null } }
    var (runs, storedRuns, fileRows) = (all.runs.map { run in fields.map { run[$0] } }, stored, all.fileRows ?? [])
    let copied = try StoredExamples(copies, in: snapshot)
    var measurement: Range<Int64>?
    for id in copies.ids {
      guard let example = copied[id] else { continue }
      if measurement != example.measurement {
        runs.append([MetadataValue](repeating: .null, count: fields.count))
        storedRuns.append(example.run)
        fileRows.append(0)  // No file brought it, and it has no value that could be refused.
      }
      add(runs.count - 1, example.layer, example.condition, continues: measurement == example.measurement)
      measurement = example.measurement
    }
    return AppendMetadata(
      fields: fields.map { all.fields[$0] }, runs: runs, observations: observations, storedRuns: storedRuns,
      fileRows: fileRows)
  }
}
