// Filter.swift -- a condition that a person wrote, made into the cheapest statement that answers it.

import Base
import SQLite

/// A condition that a person wrote, checked and prepared at the cheapest level that has all its columns.
///
/// A condition on runs is asked once per observation and not once per example, which is twenty times less; a condition
/// on layers alone is asked once per layer of each layer set, which is a few hundred times in all.
///
/// How the text is kept inside its place, soundly and with SQLite's own parser as the judge: it must compile as the
/// whole result column of `SELECT … FROM example`, with no parentheses of ours around it, so its own parentheses are
/// balanced and none closes before it opens; and it must compile between a `(` and a `)` of ours, so it is one
/// expression and not a piece of a statement. Text of the first kind cannot close our parenthesis in the second:
/// `1) OR (1` fails the first test, `1 FROM run` the second. A newline after the text ends a `--` comment, an unended
/// `/*` swallows our `)` and fails, and text after a `;` is refused as a second statement.
struct Filter {
  /// What the condition is asked about.
  enum Level { case observations, layers, examples }

  let level: Level
  /// The rows selected, in order of example; at level `layers`, those of all observations.
  ///
  /// Columns 0, 1, 2 are the observation, its
  /// number of examples or (at level `examples`) the ordinal of the layer, and its layer set; then those asked for.
  let rows: Statement
  /// For `layers`: the ordinals selected in each layer set, ascending.
  var ordinals: [Int64: [Int64]] = [:]

  /// Prepares a condition, or nil for all examples.
  ///
  /// - Parameters:
  ///   - text: The condition.
  ///   - runColumns: Columns of `run_observation` to select besides.
  ///   - end: Examples from this id on do not exist, here and in subqueries over the views and tables.
  ///   - commit: Metrics of later commits do not exist.
  ///   - columns: The columns there are.
  ///   - reader: The snapshot, inside a sandbox.
  /// - Throws: Code `usage` for a text that is not one condition, or not an allowed one.
  init(
    _ text: String?, selecting runColumns: [String], before end: Int64, asOf commit: Int64, columns: Columns,
    in reader: CatalogReader
  ) throws(EngramError) {
    let (connection, schema) = (reader.connection, reader.schema)
    let selected = runColumns.map { ", " + Columns.quoted($0) }.joined()
    let allRows =
      "SELECT observation_id, example_count, layer_set_id\(selected) FROM \(schema).run_observation AS example"
      + " WHERE observation_id < \(end)"
    let order = " ORDER BY observation_id"
    // Without columns of runs, observations alone will do, and SQLite need not look at `run` at all.
    let plainRows =
      runColumns.isEmpty
      ? "SELECT first_example, example_count, layer_set_id FROM \(schema).observation WHERE first_example < \(end)"
        + " ORDER BY first_example" : allRows + order
    guard let text else {
      level = .observations
      rows = try connection.prepare(plainRows)
      return
    }
    let place = "filter \(Connection.shortened(text))"
    try Self.requireNoSchema(text, file: connection.path, place: place)
    func prepare(_ sql: String) throws(EngramError) -> Statement {
      do throws(EngramError) {
        return try connection.prepareUserSQL(Self.asOf(end, commit, schema) + sql)
      } catch {
        if let refusal = Self.refusal(of: text, error, place: place) { throw refusal }
        var explained = reader.explained(error, [columns.ofExample])
        if explained.code == .usage { explained.place = place }
        throw explained
      }
    }
    let alone = try prepare("SELECT\n\(text)\nFROM example")
    if alone.columnCount != 1 { throw Self.noCondition(file: connection.path, place: place) }
    let condition = "(\n\(text)\n)"
    if let prepared = try Self.ifColumnsExist({ () throws(EngramError) in
      try prepare("\(allRows) AND \(condition)\(order)")
    }) {
      (level, rows) = (.observations, prepared)
    } else if let prepared = try Self.ifColumnsExist({ () throws(EngramError) in
      try prepare(
        """
        SELECT layer_set_id, layer_ordinal FROM
          (SELECT layer_set_id, ordinal AS layer_ordinal, layer_name, layer_position FROM main.layer_set_member)
          AS example WHERE \(condition) ORDER BY layer_set_id, layer_ordinal
        """)
    }) {
      while try prepared.step() { ordinals[prepared.integer(0), default: []].append(prepared.integer(1)) }
      (level, rows) = (.layers, try connection.prepare(plainRows))
    } else {
      level = .examples
      rows = try prepare(
        "SELECT observation_id, layer_ordinal, layer_set_id\(selected) FROM \(schema).example AS example"
          + " WHERE observation_id < \(end) AND \(condition) ORDER BY observation_id, layer_ordinal")
    }
  }

  /// Refuses a condition that names a schema, past the views that show the state after a commit.
  private static func requireNoSchema(_ text: String, file: String, place: String) throws(EngramError) {
    guard namesSchema(text) else { return }
    throw EngramError(
      .usage, "a filter names tables by their names alone", file: file, place: place,
      expected: "such as run or example", found: "main. or temp.", mend: "leave out what stands before the point")
  }

  /// The views and tables as they were after a commit, when `end` examples existed, for subqueries of a filter.
  ///
  /// They stand under their own names and so hide the real ones. Those that a filter does not name cost nothing.
  private static func asOf(_ end: Int64, _ commit: Int64, _ schema: String) -> String {
    """
    WITH example AS NOT MATERIALIZED (SELECT * FROM \(schema).example WHERE observation_id < \(end)),
      run_observation AS NOT MATERIALIZED (SELECT * FROM \(schema).run_observation WHERE observation_id < \(end)),
      observation AS NOT MATERIALIZED (SELECT * FROM \(schema).observation WHERE first_example < \(end)),
      run AS NOT MATERIALIZED (SELECT * FROM \(schema).run WHERE run_id IN
        (SELECT run_id FROM \(schema).observation WHERE first_example < \(end))),
      run_metric AS NOT MATERIALIZED (SELECT * FROM \(schema).run_metric WHERE commit_id <= \(commit)),
      run_metric_last AS NOT MATERIALIZED (SELECT metric, run_id, max(epoch) AS epoch, value
        FROM \(schema).run_metric WHERE commit_id <= \(commit) GROUP BY metric, run_id)

    """
  }

  /// Whether a condition reaches past the views as of its commit, by `main.run` or the like; texts in single quotes aside.
  private static func namesSchema(_ text: String) -> Bool {
    let parts = text.split(separator: "'", omittingEmptySubsequences: false).enumerated()
    for part in parts where part.offset % 2 == 0 {
      var (word, isBetweenWords) = ("", false)
      for character in part.element {
        if character.isLetter || character.isNumber || character == "_" {
          word = isBetweenWords ? String(character) : word + String(character)
          isBetweenWords = false
        } else if character == "." {
          if ["main", "temp"].contains(word.lowercased()) { return true }
          word = ""
        } else {
          // Blanks and quotes of names may stand before the point.
          isBetweenWords = true
          if !character.isWhitespace && !"\"[]`".contains(character) { word = "" }
        }
      }
    }
    return false
  }

  /// What the body prepares, or nil when a column of it is not there.
  private static func ifColumnsExist(
    _ body: () throws(EngramError) -> Statement
  ) throws(EngramError) -> Statement? {
    do throws(EngramError) {
      return try body()
    } catch {
      if CatalogReader.unknownColumn(error) != nil { return nil }
      throw error
    }
  }
}
