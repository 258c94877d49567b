// StoredRunMatch.swift -- which runs of an input the store has already, and which of their layers.

import Base
import TrajectoryModel
import TrajectoryStore

/// Which runs of an input the store has already.
struct StoredRunMatch {
  /// For each run the stored run that it is, or nil for a new one.
  private(set) var storedRuns: [Int64?]
  /// For each run its number among runs that are equal otherwise; nil where no run needs one.
  private(set) var replicates: [Int64?]?
  /// Layers of the input that the store has already.
  private(set) var storedLayers: [RunGrouping.StoredLayer] = []
  /// Runs of the input that the store has, and that are hidden there whole.
  private(set) var hiddenRuns: [RunGrouping.HiddenRun] = []
  /// What a user should know.
  private(set) var notes: [String] = []

  /// A stored run, and its number among those that are equal otherwise.
  private struct Candidate {
    let id: Int64
    let replicate: Int64?
  }

  /// Looks the runs up by what tells runs apart.
  ///
  /// - Throws: ``EngramError`` with code `invalidData` for a run of which several are stored, or that is stored with other
  ///   metadata.
  init(
    _ rows: GroupedRows, _ columns: [MetadataColumn], _ identity: RunIdentity, _ input: IngestInput
  ) throws(EngramError) {
    storedRuns = [Int64?](repeating: nil, count: rows.runs.count)
    let own = columns.firstIndex { $0.name.lowercased() == RunIdentity.replicate }
    let lookup = StoredRunKeys(columns, identity)
    let batchKeys = rows.runs.map { lookup.key(ofRun: $0) }
    let candidates = try identity.snapshot.map { (snapshot) throws(EngramError) in
      try Self.candidates(among: try snapshot.runs(fields: lookup.storedNames), lookup, wanted: Set(batchKeys))
    }
    let hidden = try identity.snapshot.map { (snapshot) throws(EngramError) in
      try Self.candidates(among: try snapshot.hiddenRuns(fields: lookup.storedNames), lookup, wanted: Set(batchKeys))
    }
    for (run, key) in batchKeys.enumerated() {
      guard let found = candidates?[key], rows.repeats[run] <= 1 || own != nil else { continue }
      let chosen: Candidate?
      if let own, rows.runs[run][own] != .null {
        chosen = found.first { rows.runs[run][own] == .integer($0.replicate ?? 1) }
      } else {
        chosen = found.count == 1 ? found[0] : found.first { $0.replicate == nil || $0.replicate == 1 }
      }
      storedRuns[run] = chosen?.id
    }
    if let snapshot = identity.snapshot { try findLayers(rows, in: snapshot) }
    if identity.repeats == .newRuns {
      let again = Set(storedLayers.map { rows.runOfRow[$0.row] })
      for run in again { storedRuns[run] = nil }
      storedLayers = []
    }
    if identity.repeats != .newRuns {
      for (run, key) in batchKeys.enumerated() where storedRuns[run] == nil {
        guard let id = hidden?[key]?.first?.id else { continue }
        hiddenRuns.append(.init(row: rows.firstRows[run], run: id))
      }
    }
    if own == nil {
      number(rows, batchKeys, (candidates ?? [:]).merging(hidden ?? [:]) { $0 + $1 })
    }
    // What a correction brings replaces what is stored.
    if let snapshot = identity.snapshot, identity.repeats != .update {
      try checkFields(rows, columns, snapshot, input)
    }
  }

  private static func candidates(
    among table: RunTable, _ lookup: StoredRunKeys, wanted: Set<[MetadataValue]>
  ) throws(EngramError) -> [[MetadataValue]: [Candidate]] {
    var found: [[MetadataValue]: [Candidate]] = [:]
    for (id, values) in zip(table.ids, table.rows) {
      let (key, replicate) = lookup.key(ofStored: values)
      guard wanted.contains(key) else { continue }
      let number: Int64? = if case .integer(let number) = replicate { number } else { nil }
      found[key, default: []].append(Candidate(id: id, replicate: number))
    }
    return found
  }

  /// Finds layers that the store has already, by run, name and condition.
  private mutating func findLayers(_ rows: GroupedRows, in snapshot: Snapshot) throws(EngramError) {
    let measured = try snapshot.measuredLayers(of: Set(storedRuns.compactMap { $0 }))
    if measured.isEmpty { return }
    for (row, run) in rows.runOfRow.enumerated() {
      guard let id = storedRuns[run] else { continue }
      let layer = MeasuredLayer(run: id, layer: rows.layers[row].name, condition: rows.condition(row))
      guard let example = measured[layer]?.last else { continue }
      storedLayers.append(.init(row: row, run: id, layer: layer.layer, example: example))
    }
  }

  /// Numbers runs that are equal otherwise, from those that are stored on.
  private mutating func number(
    _ rows: GroupedRows, _ keys: [[MetadataValue]], _ candidates: [[MetadataValue]: [Candidate]]
  ) {
    var numbers = [Int64?](repeating: nil, count: rows.runs.count)
    var last: [[MetadataValue]: Int64] = [:]
    for run in rows.runs.indices where storedRuns[run] == nil {
      let stored = candidates[keys[run]]?.map { $0.replicate ?? 1 }.max() ?? 0
      guard rows.repeats[run] > 0 || stored > 0 else { continue }
      let next = (last[keys[run]] ?? stored) + 1
      last[keys[run]] = next
      numbers[run] = next
    }
    guard numbers.contains(where: { $0 != nil }) else { return }
    replicates = numbers
    let count = numbers.count { $0 != nil }
    notes.append(
      "\(count) runs are equal to others in all that tells runs apart; the field \(RunIdentity.replicate) numbers them")
  }

  /// Refuses metadata of a stored run that differ from what is stored.
  private func checkFields(
    _ rows: GroupedRows, _ columns: [MetadataColumn], _ snapshot: Snapshot, _ input: IngestInput
  ) throws(EngramError) {
    let joined = storedRuns.indices.filter { storedRuns[$0] != nil }
    if joined.isEmpty { return }
    let table = try snapshot.runs(ids: Set(storedRuns.compactMap { $0 }))
    let places = columns.map { column in
      table.fields.firstIndex { $0.name.lowercased() == column.name.lowercased() }
    }
    for run in joined {
      guard let id = storedRuns[run], let stored = table[run: id] else { continue }
      for (column, place) in places.enumerated() where rows.runs[run][column] != .null {
        let known = place.map { stored[$0] } ?? .null
        if known == rows.runs[run][column] { continue }
        throw EngramError(
          .invalidData, "a run is stored with other metadata", file: input.metadataSource,
          place: "row \(input.row(rows.firstRows[run])), field \(columns[column].name)",
          expected: known == .null ? "no value, as run \(id) is stored" : "'\(known)', as run \(id) is stored",
          found: "'\(rows.runs[run][column])'",
          mend: """
            leave the field out or correct it here; if the stored run is wrong, say \(set: .update) or correct it with \
            \(run: .edit); if it is another run, say \(set: .newRuns)
            """)
      }
    }
  }
}

/// What tells runs apart, as a list of values that runs of an input and stored runs have alike.
struct StoredRunKeys {
  /// The fields of the store that are read: those that tell runs apart, and the replicate number.
  let storedNames: [String]
  private let columnOfKey: [Int?]
  private let storedOfKey: [Int?]
  private let storedReplicate: Int?

  init(_ columns: [MetadataColumn], _ identity: RunIdentity) {
    let replicate = RunIdentity.replicate
    let stored = identity.storedFields.map { $0.name.lowercased() }
    var names = (identity.fields ?? stored + columns.map(\.name)).map { $0.lowercased() }
    var seen: Set<String> = [replicate]
    names = names.filter { seen.insert($0).inserted }
    let read = names.filter(stored.contains)
    storedNames = read + (stored.contains(replicate) ? [replicate] : [])
    storedReplicate = stored.contains(replicate) ? read.count : nil
    columnOfKey = names.map { name in
      columns.firstIndex { $0.name.lowercased() == name || $0.sourceName?.lowercased() == name }
    }
    storedOfKey = names.map { read.firstIndex(of: $0) }
  }

  /// The key of a run of the input.
  func key(ofRun values: [MetadataValue]) -> [MetadataValue] { columnOfKey.map { $0.map { values[$0] } ?? .null } }

  /// The key of a stored run, and its replicate number.
  func key(ofStored values: [MetadataValue]) -> (key: [MetadataValue], replicate: MetadataValue) {
    (storedOfKey.map { $0.map { values[$0] } ?? .null }, storedReplicate.map { values[$0] } ?? .null)
  }
}
