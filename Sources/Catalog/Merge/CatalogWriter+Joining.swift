// CatalogWriter+Joining.swift -- the fields of another catalog, and its runs that are here.

import Base
import SQLite
import TrajectoryModel

/// A run of another catalog that is one of this one.
struct JoinedRun {
  /// Its number here and there.
  let run, theirs: Int64
  /// What it has there in the fields of this catalog.
  let values: [MetadataValue]
  /// Whether measurements of it come that are not here.
  let goesOn: Bool
}

extension CatalogWriter {
  /// Fills what a run lacks with what another catalog says of it, but for what was taken away here.
  ///
  /// Of a run of which everything is hidden here, and nothing new comes, what is different there is left; what it lacks is
  /// filled.
  ///
  /// - Parameters:
  ///   - joined: The run.
  ///   - other: That catalog.
  ///   - earlier: What runs had before they were edited; read where it is asked for.
  ///   - outcome: Gets what was filled, and what was not.
  /// - Throws: Code `invalidData` where both say different things.
  func join(
    _ joined: JoinedRun, of other: MergedCatalog, _ earlier: inout EarlierValues?, _ outcome: inout MergeOutcome
  ) throws(EngramError) {
    let fields = try fields()
    let run = joined.run
    var lacking: [(field: Int, value: MetadataValue)] = []
    var conflict: (field: Int, own: MetadataValue, theirs: MetadataValue)?
    try runs(fields, ids: [run], before: .max) { (_, own) in
      for (place, value) in joined.values.enumerated() where value != .null && value != own[place] {
        if own[place] == .null {
          lacking.append((place, value))
        } else if conflict == nil {
          conflict = (place, own[place], value)
        }
      }
    }
    if let conflict {
      let isHidden = try isWhollyHidden(run)
      if isHidden, !joined.goesOn {
        outcome.differentHiddenRuns += 1
        return
      }
      throw EngramError(
        .invalidData, "a run is stored with other metadata", file: other.path,
        place: "run \(joined.theirs), field \(fields[conflict.field].name)",
        expected: "'\(conflict.own)', as run \(run) has it here", found: "'\(conflict.theirs)'",
        mend: isHidden
          ? "show the run with \(run: .unhide), correct the one that is wrong with \(run: .edit), then merge again"
          : "correct the one that is wrong with \(run: .edit), then merge again")
    }
    if lacking.isEmpty { return }
    let before: EarlierValues
    if let earlier { before = earlier } else { before = try EarlierValues(in: self) }
    earlier = before
    let filled = lacking.filter { !before.contains($0.value, run: run, field: $0.field) }
    outcome.emptiedValues += lacking.count - filled.count
    outcome.filledValues += filled.count
    if !filled.isEmpty { _ = try edit(run: run, filled) }
  }

  /// Whether every measurement of a run is hidden, by this commit too.
  private func isWhollyHidden(_ run: Int64) throws(EngramError) -> Bool {
    try connection.integer(
      """
      SELECT o.first_example FROM main.observation AS o WHERE o.run_id = ?1 AND NOT EXISTS
        (SELECT 1 FROM main.hidden AS h WHERE h.first_example = o.first_example AND h.shown_commit IS NULL) LIMIT 1
      """, run) == nil
  }

  /// Adds the fields that are new here.
  ///
  /// - Parameters:
  ///   - theirs: The fields of the other catalog.
  ///   - other: That catalog.
  ///   - knownEnd: The end of the first measurement of it that is here; nil where none is. A field that was renamed here or there
  ///     is known by its earlier names where one is.
  ///   - outcome: Gets the fields that are new, and those that have another name here.
  /// - Returns: For each field of this catalog the index among the other's, or nil where it has none.
  /// - Throws: Code `invalidData` for a field that has another type here.
  func addFields(
    _ theirs: [MetadataField], of other: MergedCatalog, knownEnd: Int64?, _ outcome: inout MergeOutcome
  ) throws(EngramError) -> [Int?] {
    let own = try fields()
    let places = Dictionary(
      own.enumerated().map { ($1.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    var earlier: [String: Int] = [:]
    var earlierThere: [Int: [String]] = [:]
    if let knownEnd {
      earlier = try placesOfEarlierNames()
      earlierThere = try other.catalog.earlierNames(afterExample: knownEnd)
    }
    var order = [Int?](repeating: nil, count: own.count)
    for (index, field) in theirs.enumerated() {
      if let place = places[field.name.lowercased()] { order[place] = index }
    }
    var new: [Int] = []
    for (index, field) in theirs.enumerated() where places[field.name.lowercased()] == nil {
      if let place = earlier[field.name.lowercased()], order[place] == nil {
        order[place] = index
        outcome.renamedFields.append(.init(theirs: field.name, own: own[place].name, isRenamedThere: false))
      } else if let place = earlierThere[index]?.compactMap({ places[$0] ?? earlier[$0] }).first,
        order[place] == nil
      {
        order[place] = index
        outcome.renamedFields.append(.init(theirs: field.name, own: own[place].name, isRenamedThere: true))
      } else {
        new.append(index)
      }
    }
    try addFields(new.map { theirs[$0] })
    outcome.fields += new.count
    for (existing, index) in zip(own, order) {
      guard let index else { continue }
      let field = theirs[index]
      if existing.type == field.type || (existing.type == .real && field.type == .integer) { continue }
      // A field without any value has the type of text, and fits every other.
      guard try !other.catalog.isUsed(field, before: other.exampleEnd) else {
        throw EngramError(
          .invalidData, "the field '\(field.name)' has another type in that store", file: other.path,
          place: "field \(field.name)", expected: existing.type.rawValue, found: field.type.rawValue,
          mend: """
            make the field wider in the store in which it is narrower, with \(run: .widenField), or ingest that store's recordings \
            again under another name for it
            """)
      }
    }
    return order + new.map { Optional($0) }
  }

  /// The places of fields by the names that they had before they were renamed, in lower case.
  private func placesOfEarlierNames() throws(EngramError) -> [String: Int] {
    let rows = try connection.prepare("SELECT name, ordinal FROM main.field_before ORDER BY commit_id")
    var places: [String: Int] = [:]
    while try rows.step() {
      guard let place = Int(exactly: rows.integer(1)), knownFields.indices.contains(place) else {
        throw corrupt("a change is of no field", "table field_before, name '\(rows.text(0))'")
      }
      places[rows.text(0).lowercased()] = place
    }
    return places
  }
}

extension CatalogReader {
  /// The names that fields had before they were renamed, in lower case, by their places; the latest first.
  ///
  /// - Parameter end: The end of examples that are in another store too. Only fields that were there when these were added
  ///   count, and names that they had since, for the examples went there with each field under one of them.
  /// - Returns: The names.
  /// - Throws: What reading throws.
  fileprivate func earlierNames(afterExample end: Int64) throws(EngramError) -> [Int: [String]] {
    guard
      let commit = try connection.integer("SELECT min(commit_id) FROM main.commit_log WHERE example_end >= ?1", end)
    else { return [:] }
    let rows = try connection.prepare(
      """
      SELECT b.ordinal, b.name FROM main.field_before AS b JOIN main.field AS f ON f.ordinal = b.ordinal
      WHERE f.commit_id <= ?1 AND b.commit_id > ?1 ORDER BY b.commit_id DESC
      """)
    try rows.bind(1, commit)
    var names: [Int: [String]] = [:]
    while try rows.step() {
      if let place = Int(exactly: rows.integer(0)) { names[place, default: []].append(rows.text(1).lowercased()) }
    }
    return names
  }
}
