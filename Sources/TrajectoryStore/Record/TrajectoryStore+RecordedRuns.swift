// TrajectoryStore+RecordedRuns.swift -- which stored run a run that is recorded is, and whether it was recorded before.

import Base
import Catalog
import TrajectoryModel

extension TrajectoryStore {
  /// The number that tells runs apart which are equal otherwise; a run without one has 1.
  private static let replicate = "replicate"

  /// The stored run that a run is: the one that equals it in what the store declares to tell runs apart, or in all fields
  /// where it declares nothing.
  ///
  /// - Returns: Its number, or nil for a run that the store has not.
  /// - Throws: ``EngramError`` with code `usage` for a run without any value of the declared fields, `invalidData` when the
  ///   run is stored with other metadata, `exists` when it is hidden or has one of the layers already.
  /// - Complexity: O(runs).
  func storedRun(of run: RecordedRun) throws(EngramError) -> Int64? {
    let snapshot = try snapshot()
    let declared = try snapshot.runKey()
    let given = run.given
    if let declared, declared.allSatisfy({ given[$0.lowercased()] == nil }) {
      throw EngramError(
        .usage, "the run has no value of what tells runs apart in this store", file: path,
        expected: "a value of \(declared.joined(separator: " or "))",
        found: run.metadata.keys.sorted().joined(separator: ", "), mend: "give the run these fields")
    }
    let equal = try runs(equalTo: given, in: declared)
    guard let first = equal.first else { return nil }
    let shown = try snapshot.runs(ids: Set(equal))
    let others = declared.map { "other values of \($0.joined(separator: ", "))" } ?? "other metadata"
    guard let id = shown.ids.first, let row = shown.rows.first else {
      throw EngramError(
        .exists, "the run is hidden in the store", file: path, place: "run \(first)",
        expected: "a run that is shown, or that the store has not", found: "hidden",
        mend: "show it again with \(run: .unhide, on: path), or give another run \(others)")
    }
    let names = shown.fields.map { $0.name.lowercased() }
    for (name, value) in run.metadata.sorted(by: { $0.key < $1.key }) where value != .null {
      let known = names.firstIndex(of: name.lowercased()).map { row[$0] } ?? .null
      if known == value { continue }
      throw EngramError(
        .invalidData, "a run is stored with other metadata", file: path, place: "field \(name)",
        expected: known == .null ? "no value, as run \(id) is stored" : "'\(known)', as run \(id) is stored",
        found: "'\(value)'",
        mend: "leave the field out or correct it; if the stored run is wrong, \(run: .edit, on: path) corrects it")
    }
    let measured = try snapshot.measuredLayers(of: [id])
    for layer in run.layers {
      guard let example = measured[MeasuredLayer(run: id, layer: layer.name, condition: .perfect)]?.first else {
        continue
      }
      throw EngramError(
        .exists, "a layer of this run is stored already", file: path, place: "layer \(layer.name)",
        expected: "layers that run \(id) has not", found: "example \(example)", mend: "give another run \(others)")
    }
    return id
  }

  /// The stored runs, hidden ones too, that equal given values in some fields, or in all where these are nil.
  private func runs(
    equalTo given: [String: MetadataValue], in declared: [String]?
  ) throws(EngramError) -> [Int64] {
    try read { (catalog) throws(EngramError) in
      let fields = try catalog.fields()
      let names = fields.map { $0.name.lowercased() }
      let wanted = (declared ?? names + given.keys.filter { !names.contains($0) }).map { $0.lowercased() }
        .filter { $0 != Self.replicate }
      // What the store has no field for, no run of it has.
      guard wanted.allSatisfy({ names.contains($0) || given[$0] == nil }) else { return [] }
      let equal = try catalog.runs(
        having: fields.filter { wanted.contains($0.name.lowercased()) }.map { field in
          (field.name, given[field.name.lowercased()] ?? .null)
        })
      let number = given[Self.replicate] ?? .integer(1)
      guard let place = names.firstIndex(of: Self.replicate) else { return number == .integer(1) ? equal : [] }
      var found: [Int64] = []
      try catalog.runs([fields[place]], ids: equal, before: .max) { (id, values) in
        if (values[0] == .null ? .integer(1) : values[0]) == number { found.append(id) }
      }
      return found
    }
  }

  /// What the store remembers of a run that was recorded, so that it is not recorded twice.
  func recordingHash(of run: RecordedRun) -> String { IngestRecord.recordedMark + run.key }

  /// The word for the end of a recorded run in the commit log.
  static let recordOperation = "record"

  /// Whether a run of this key was recorded to its end in this store itself, and did not come by a merge.
  func hasRecordedHere(_ run: RecordedRun) throws(EngramError) -> Bool {
    try hasRecordedHere(journal: Journal.name(of: run))
  }

  /// Whether the run of a journal is part of the store, and its process was killed before the journal was removed.
  func hasRecordedHere(journal name: String) throws(EngramError) -> Bool {
    let hash = IngestRecord.recordedMark + name.dropLast(Journal.suffix.count)
    return try read { (catalog) throws(EngramError) in try catalog.ingested(hash) }?.commit.operation
      == Self.recordOperation
  }

  /// Whether a run of this key was recorded to its end, whatever it is today.
  func hasEnded(_ run: RecordedRun) throws(EngramError) -> Bool {
    try read { (catalog) throws(EngramError) in try catalog.ingested(recordingHash(of: run)) } != nil
  }

  /// Whether what was recorded of a run that has ended is in the store, and was not purged.
  func isThere(_ run: RecordedRun) throws(EngramError) -> Bool {
    let hash = recordingHash(of: run)
    return try read { (catalog) throws(EngramError) in
      guard let stored = try catalog.ingested(hash) else { return false }
      return try catalog.run(of: stored.examples.lowerBound) != nil
    }
  }

  /// The error for a run that has ended and is part of the store, or nil.
  ///
  /// A run whose metadata were corrected since so that they no longer are those given is another one, and no obstacle.
  func ended(_ run: RecordedRun) throws(EngramError) -> EngramError? {
    let hash = recordingHash(of: run)
    let found = try read { (catalog) throws(EngramError) -> (stored: IngestRecord, run: Int64)? in
      guard let stored = try catalog.ingested(hash), let id = try catalog.run(of: stored.examples.lowerBound) else {
        return nil
      }
      let fields = try catalog.fields()
      var isSame = true
      try catalog.runs(fields, ids: [id], before: .max) { (_, values) in
        isSame = run.agrees(with: Dictionary(uniqueKeysWithValues: zip(fields.map { $0.name.lowercased() }, values)))
      }
      return isSame ? (stored, id) : nil
    }
    guard let (stored, id) = found else { return nil }
    let isHidden = try snapshot().runs(fields: [], ids: [id]).ids.isEmpty
    return EngramError(
      .exists, "the run was recorded to its end and is part of the store", file: path,
      found: "examples \(stored.examples.lowerBound) to \(stored.examples.upperBound - 1), commit \(stored.commit.id)"
        + (isHidden ? ", hidden" : ""),
      mend: isHidden
        ? "show it again with \(run: .unhide, on: path), or give another run other metadata"
        : "give another run other metadata")
  }

  /// Refuses new runs that equal stored ones, or each other, in what the store declares to tell runs apart.
  ///
  /// A run without any value of these fields is one of its own.
  ///
  /// - Throws: ``EngramError`` with code `exists`.
  /// - Complexity: O(runs) where the store declares anything.
  func requireApart(_ metadata: AppendMetadata, in catalog: CatalogReader) throws(EngramError) {
    guard let declared = try catalog.runKey() else { return }
    let names = declared.map { $0.lowercased() } + [Self.replicate]
    let fields = try catalog.fields().filter { names.contains($0.name.lowercased()) }
    /// What tells a run apart, with its number among replicates; nil where it has nothing of it.
    func key(_ value: (_ name: String) -> MetadataValue) -> [MetadataValue]? {
      let key = names.dropLast().map(value)
      let number = value(Self.replicate)
      return key.allSatisfy { $0 == .null } ? nil : key + [number == .null ? .integer(1) : number]
    }
    let places = Dictionary(
      fields.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    let columns = Dictionary(
      metadata.fields.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var known: [[MetadataValue]: String] = [:]
    for (run, values) in try catalog.runValues(fields) {
      if let key = key({ places[$0].map { values[$0] } ?? .null }) { known[key] = "run \(run) of the store" }
    }
    for (index, values) in metadata.runs.enumerated() where metadata.storedRun(index) == nil {
      guard let key = key({ columns[$0].map { values[$0] } ?? .null }) else { continue }
      guard let other = known.updateValue("run \(index) of the append", forKey: key) else { continue }
      throw EngramError(
        .exists, "two runs would be told apart by nothing", file: path, place: "run \(index) of the append",
        expected: "another \(declared.joined(separator: ", ")) than \(other)",
        found: key.dropLast().map(\.description).joined(separator: ", "),
        mend: """
          give it a value of its own, or a number in the field \(Self.replicate); \(run: .ingest) adds layers to a stored \
          run; a hidden run counts until it is purged
          """)
    }
  }
}

extension RecordedRun {
  /// The values that it has, by field in lower case.
  var given: [String: MetadataValue] {
    Dictionary(
      metadata.filter { $0.value != .null }.map { ($0.key.lowercased(), $0.value) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether what a stored run has today does not speak against its being this one.
  ///
  /// Only what tells runs apart counts. A field that the store has not may have another name today.
  func agrees(with stored: [String: MetadataValue]) -> Bool {
    let declared = runKey.map { Set(($0 + ["replicate"]).map { $0.lowercased() }) }
    return given.allSatisfy { name, value in
      guard declared?.contains(name) ?? true, let known = stored[name] else { return true }
      return known == value || known.description == value.description
    }
  }
}
