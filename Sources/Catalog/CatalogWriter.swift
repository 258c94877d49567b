// CatalogWriter.swift -- one commit in the making: runs, observations, and what holds at its end.

package import Base
import SQLite
package import TrajectoryModel

/// One commit in the making, which reads what it has written; valid inside the closure that received it.
package final class CatalogWriter: CatalogReader {
  /// The number this commit will have.
  package let commitID: Int64
  /// The id that the next example will get: the end of the observations so far.
  package private(set) var nextExample: Int64
  /// The end of the extents so far.
  var nextExtent: Int64
  /// Ids of axes by their content, so that equal axes are stored once.
  var epochAxes: [[UInt64]: Int64]?
  var statisticAxes: [[UInt8]: Int64]?

  private let firstNewExample: Int64
  /// The id that the next run will get; ids below it are taken.
  private(set) var nextRun: Int64
  private var knownFields: [MetadataField]
  private var insertRun: Statement
  private let insertObservation: Statement
  /// Layer sets by content, and their lengths.
  private var layerSetIDs: [[UInt8]: Int64]?
  private var layerCounts: [Int64: Int64] = [:]

  /// Begins a commit inside a transaction.
  init(_ connection: Connection, operation: String, message: String) throws(EngramError) {
    let last = try connection.integer("SELECT max(commit_id) FROM commit_log") ?? 0
    commitID = last + 1
    let end = try connection.integer("SELECT example_end FROM commit_log WHERE commit_id = ?1", last) ?? 0
    (firstNewExample, nextExample, nextExtent) = (end, end, end)
    nextRun = (try connection.integer("SELECT max(run_id) FROM run") ?? 0) + 1
    insertObservation = try connection.cached(
      """
      INSERT INTO observation
        (first_example, example_count, run_id, layer_set_id, unit_fraction, noise_sd, observation_seed)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """)
    knownFields = []
    insertRun = insertObservation
    super.init(connection)
    knownFields = try super.fields()
    insertRun = try connection.cached(Self.insertRunSQL(knownFields))
    let log = try statement(
      "INSERT INTO commit_log (commit_id, operation, message, time, example_end) VALUES (?1, ?2, ?3, \(Catalog.now), ?4)"
    )
    try log.bind(1, commitID)
    try log.bind(2, operation)
    try log.bind(3, message)
    try log.bind(4, end)
    try log.run()
  }

  private static func insertRunSQL(_ fields: [MetadataField]) -> String {
    let names = fields.map { ", " + Columns.quoted($0.name) }.joined()
    let places = fields.indices.map { ", ?\($0 + 2)" }.joined()
    return "INSERT INTO run (run_id\(names)) VALUES (?1\(places))"
  }

  /// The number of examples: those of this commit too when no other is named.
  package override func exampleEnd(asOf id: Int64? = nil) throws(EngramError) -> Int64 {
    id == nil || id == commitID ? nextExample : try super.exampleEnd(asOf: id)
  }

  /// Checks what the commit promises and completes its entry of the log.
  func finish() throws(EngramError) {
    try checkTiling("observation", nextExample)
    try checkTiling("extent", nextExtent)
    if nextExample != nextExtent {
      throw EngramError(
        .invalidData, "the commit describes other examples than it has values for", file: connection.path,
        expected: "values up to example \(nextExample)", found: "up to \(nextExtent)")
    }
    let log = try statement("UPDATE commit_log SET example_end = ?2 WHERE commit_id = ?1")
    try log.bind(1, commitID)
    try log.bind(2, nextExample)
    try log.run()
  }

  /// Asks SQLite whether the new rows of a table fill exactly the new examples; they cannot overlap, because each was
  /// added where the last one ended.
  private func checkTiling(_ table: String, _ end: Int64) throws(EngramError) {
    let sum = try statement(
      "SELECT coalesce(sum(example_count), 0) FROM \(table) WHERE first_example >= ?1 AND first_example < ?2")
    defer { sum.reset() }
    try sum.bind(1, firstNewExample)
    try sum.bind(2, end)
    guard try sum.step(), sum.integer(0) == end - firstNewExample else {
      throw corrupt(
        "the new examples are not covered once each", "table \(table)", expected: "\(end - firstNewExample) examples",
        found: "\(sum.integer(0))")
    }
  }

  // MARK: Fields

  /// Adds a field: a column of `run`, and of both views, that is NULL for every run so far.
  ///
  /// - Throws: Code `invalidData` for a name that cannot be a field, `exists` when there is one of that name in any case,
  ///   `limit` when there are too many.
  /// - Complexity: O(1) in the number of runs.
  package func addField(_ field: MetadataField) throws(EngramError) {
    do throws(EngramError) {
      try MetadataField.check(name: field.name)
    } catch {
      throw error.inFile(connection.path)
    }
    if let known = knownFields.first(where: { $0.name.lowercased() == field.name.lowercased() }) {
      throw EngramError(
        .exists, "there is a field '\(known.name)' already", file: connection.path, found: "'\(field.name)'",
        mend: "use it, or choose another name; case makes no difference")
    }
    // SQLite allows 2,000 columns in a table; tables that wide are a mistake in the input.
    if knownFields.count >= 1_000 {
      throw EngramError(.limit, "there are too many fields", file: connection.path, expected: "at most 1000")
    }
    let row = try statement("INSERT INTO field (ordinal, name, type) VALUES (?1, ?2, ?3)")
    try row.bind(1, Int64(knownFields.count))
    try row.bind(2, field.name)
    try row.bind(3, field.type.rawValue)
    try row.run()
    knownFields.append(field)
    let columns = Columns(fields: knownFields)
    try connection.execute(
      """
      \(Columns.dropViews)
      ALTER TABLE run ADD COLUMN \(Columns.quoted(field.name)) \(field.type.rawValue.uppercased());
      \(columns.runViewSQL);
      \(columns.exampleViewSQL);
      """)
    insertRun = try connection.cached(Self.insertRunSQL(knownFields))
  }

  // MARK: Runs and observations

  /// Adds a run.
  ///
  /// - Parameter values: One for each of ``CatalogReader/fields()``, in that order.
  /// - Returns: The id of the run.
  /// - Throws: Code `invalidData` when a value does not fit its field.
  @discardableResult
  package func addRun(_ values: [MetadataValue]) throws(EngramError) -> Int64 {
    precondition(!isEnded, "a catalog is written inside the closure that received the writer")
    if values.count != knownFields.count {
      throw EngramError(
        .invalidData, "a run has not one value for each field", file: connection.path, place: "run \(nextRun)",
        expected: "\(knownFields.count) values", found: "\(values.count)")
    }
    try insertRun.bind(1, nextRun)
    for index in values.indices {
      let type = knownFields[index].type
      guard type.accepts(values[index]) else { throw misfit(values[index], knownFields[index]) }
      try insertRun.bind(Int32(index) + 2, values[index], as: type)
    }
    try insertRun.run()
    nextRun += 1
    return nextRun - 1
  }

  private func misfit(_ value: MetadataValue, _ field: MetadataField) -> EngramError {
    EngramError(
      .invalidData, "a value does not fit its field", file: connection.path,
      place: "run \(nextRun), field \(field.name)", expected: field.type.rawValue, found: "'\(value)'")
  }

  /// The layer set of an ordered list of layers; made when new, shared by content.
  ///
  /// - Throws: Code `invalidData` for an empty list, an empty name, or one with a NUL.
  package func layerSet(for layers: [Layer]) throws(EngramError) -> Int64 {
    if layers.isEmpty || layers.contains(where: { $0.name.isEmpty || $0.name.utf8.contains(0) }) {
      throw EngramError(.invalidData, "a layer set needs layers, each with a name", file: connection.path)
    }
    var known: [[UInt8]: Int64]
    if let loaded = layerSetIDs {
      known = loaded
    } else {
      known = [:]
      for (id, members) in try layerSets() {
        known[Self.content(members.map { ($0[0].description, $0[1] == .null ? "" : $0[1].description) })] = id
        layerCounts[id] = Int64(members.count)
      }
    }
    // Taken out while it grows, so that the dictionary is not copied.
    layerSetIDs = nil
    defer { layerSetIDs = known }
    let content = Self.content(layers.map { ($0.name, $0.position?.rawValue ?? "") })
    if let id = known[content] { return id }
    let id = (try connection.integer("SELECT max(layer_set_id) FROM layer_set") ?? 0) + 1
    let set = try statement("INSERT INTO layer_set (layer_set_id, layer_count) VALUES (?1, ?2)")
    try set.bind(1, id)
    try set.bind(2, Int64(layers.count))
    try set.run()
    let member = try statement(
      "INSERT INTO layer_set_member (layer_set_id, ordinal, layer_name, layer_position) VALUES (?1, ?2, ?3, ?4)")
    for (ordinal, layer) in layers.enumerated() {
      try member.bind(1, id)
      try member.bind(2, Int64(ordinal))
      try member.bind(3, layer.name)
      try member.bind(4, layer.position.map { MetadataValue.text($0.rawValue) } ?? .null, as: .text)
      try member.run()
    }
    known[content] = id
    layerCounts[id] = Int64(layers.count)
    return id
  }

  /// A list of layers as bytes, which tell apart names that Swift takes for equal.
  private static func content(_ layers: [(name: String, position: String)]) -> [UInt8] {
    layers.flatMap { layer -> [UInt8] in Array(layer.name.utf8) + [0] + Array(layer.position.utf8) + [0] }
  }

  /// Adds a measurement of a run, which has one example for each layer of a set.
  ///
  /// - Returns: The ids of the examples, which are the next ones.
  /// - Throws: Code `notFound` when there is no such run or layer set, `invalidData` for an impossible condition.
  @discardableResult
  package func addObservation(
    run: Int64, layerSet: Int64, condition: ObservationCondition = .perfect
  ) throws(EngramError) -> Range<Int64> {
    precondition(!isEnded, "a catalog is written inside the closure that received the writer")
    if layerCounts[layerSet] == nil {
      layerCounts[layerSet] = try connection.integer(
        "SELECT layer_count FROM layer_set WHERE layer_set_id = ?1", layerSet)
    }
    guard let count = layerCounts[layerSet], run >= 1, run < nextRun else {
      throw EngramError(
        .notFound, "there is no such run or layer set", file: connection.path,
        expected: "a run from 1 to \(nextRun - 1)",
        found: "run \(run), layer set \(layerSet)")
    }
    guard condition.unitFraction > 0, condition.unitFraction <= 1, condition.noiseSD >= 0 else {
      throw EngramError(
        .invalidData, "a run cannot be observed so", file: connection.path, place: "run \(run)",
        expected: "a unit fraction above 0 and at most 1, a noise standard deviation of at least 0",
        found: "\(condition.unitFraction) and \(condition.noiseSD)")
    }
    try insertObservation.bind(1, nextExample)
    try insertObservation.bind(2, count)
    try insertObservation.bind(3, run)
    try insertObservation.bind(4, layerSet)
    try insertObservation.bind(5, condition.unitFraction)
    try insertObservation.bind(6, condition.noiseSD)
    try insertObservation.bind(7, condition.seed)
    try insertObservation.run()
    defer { nextExample += count }
    return nextExample..<(nextExample + count)
  }
}
