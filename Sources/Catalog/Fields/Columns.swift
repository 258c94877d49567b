// Columns.swift -- the columns of the views, the SQL that makes them, and how names become SQL.

import Base
import TrajectoryModel

/// The columns of the two views of schema/catalog.sql, for a given list of fields.
struct Columns {
  /// The fields of `run`, in order.
  let fields: [MetadataField]

  /// Columns that belong to the layer of an example.
  static let ofLayer = ["layer_name", "layer_position", "layer_ordinal"]
  /// The column that says which layers a measurement has.
  static let layerSet = "layer_set_id"
  /// Columns that both views take from `observation`.
  private static let ofObservation = [
    "run_id", "layer_set_id", "unit_fraction", "noise_sd", "observation_seed", "example_count",
  ]
  /// Columns of `example`, in order.
  var ofExampleView: [String] {
    ["example_id"] + fields.map(\.name) + ["layer_name", "layer_position", "run_id", "observation_id", "layer_ordinal"]
      + Self.ofObservation.dropFirst()
  }

  /// Columns of a table that say what its rows are, and not which row it is.
  func ofTally(_ table: TallyQuery.Table) -> [String] {
    let ofMeasurement = Array(Self.ofObservation.dropFirst())
    return fields.map(\.name)
      + (table == .run ? [] : table == .observation ? ofMeasurement : ofMeasurement + Self.ofLayer)
  }

  /// The type of a column of a view in SQL.
  func type(of column: String) -> String {
    if let field = fields.first(where: { $0.name == column }) { return field.type.rawValue.uppercased() }
    return switch column {
    case "layer_name", "layer_position": "TEXT"
    case "unit_fraction", "noise_sd": "REAL"
    default: "INTEGER"
    }
  }

  /// A name as an identifier in SQL, so that `order` can be a field.
  static func quoted(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// SQL that adds the column of a field to `run`.
  static func addColumn(_ field: MetadataField) -> String {
    "ALTER TABLE run ADD COLUMN \(quoted(field.name)) \(field.type.rawValue.uppercased());"
  }

  /// SQL that drops both views.
  static let dropViews = "DROP VIEW IF EXISTS example; DROP VIEW IF EXISTS run_observation;"

  /// The definition of `run_observation`.
  var runViewSQL: String {
    "CREATE VIEW run_observation AS SELECT observation.first_example AS observation_id, "
      + (fieldTerms + observationTerms).joined(separator: ", ")
      + " FROM observation CROSS JOIN run ON run.run_id = observation.run_id"
  }

  /// The definition of `example`.
  var exampleViewSQL: String {
    let layerTerms = ["layer_name", "layer_position"].map { "layer_set_member.\($0) AS \($0)" }
    let idTerms = [
      "observation.run_id AS run_id", "observation.first_example AS observation_id",
      "layer_set_member.ordinal AS layer_ordinal",
    ]
    return "CREATE VIEW example AS SELECT observation.first_example + layer_set_member.ordinal AS example_id, "
      + (fieldTerms + layerTerms + idTerms + observationTerms.dropFirst()).joined(separator: ", ")
      + " FROM observation CROSS JOIN run ON run.run_id = observation.run_id"
      + " CROSS JOIN layer_set_member ON layer_set_member.layer_set_id = observation.layer_set_id"
  }

  /// The definition of `example` as a temporary view over a table that finds the measurement of an example.
  func exampleView(over places: String, runs: String) -> String {
    let layerTerms = ["layer_name", "layer_position"].map { "layer_set_member.\($0) AS \($0)" }
    let idTerms = [
      "observation.run_id AS run_id", "observation.first_example AS observation_id",
      "layer_set_member.ordinal AS layer_ordinal",
    ]
    let terms = (fieldTerms + layerTerms + idTerms + observationTerms.dropFirst()).joined(separator: ", ")
    let source = runs == "run" ? "main.run" : "temp.\(runs)"
    return """
      CREATE TEMP VIEW example AS SELECT place.example_id AS example_id, \(terms) FROM \(places) AS place
        JOIN main.observation AS observation ON observation.first_example = place.first_example
        JOIN \(source) AS run ON run.run_id = observation.run_id
        JOIN main.layer_set_member AS layer_set_member ON layer_set_member.layer_set_id = observation.layer_set_id
          AND layer_set_member.ordinal = place.ordinal
      """
  }

  /// The definition of a view as a temporary one, over another table of runs.
  func temporary(_ sql: String, over runs: String) -> String {
    let join = " CROSS JOIN run ON "
    let parts = sql.dropFirst("CREATE ".count).split(separator: join, maxSplits: 1)
    return "CREATE TEMP " + parts.joined(separator: " CROSS JOIN \(runs) AS run ON ")
  }

  private var fieldTerms: [String] {
    fields.map { field in
      // The standard names need no quotes, and without them the text is that of schema/catalog.sql.
      let name = MetadataField.standard.contains(field) ? field.name : Self.quoted(field.name)
      return "run.\(name) AS \(name)"
    }
  }

  private var observationTerms: [String] { Self.ofObservation.map { "observation.\($0) AS \($0)" } }

  /// The column of a view that a person means by a name: SQL compares ASCII without case.
  static func find(_ name: String, in columns: [String]) -> String? {
    columns.first { $0.lowercased() == name.lowercased() }
  }

  /// The view `example` with its columns.
  var ofExample: TableColumns { ("example", ofExampleView) }

  /// The error for a column that is not there: it lists those that are, and guesses which one was meant.
  func unknown(_ name: String, file: String) -> EngramError { Self.unknown(name, in: [ofExample], file: file) }

  /// The error for a column that no table of a query has.
  static func unknown(_ name: String, in tables: [TableColumns], file: String, place: String? = nil) -> EngramError {
    let bare = name.split(separator: ".").last.map(String.init) ?? name
    let mend: Mend =
      closestName(to: bare, among: tables.flatMap(\.columns)).map { "did you mean '\($0)'?" }
      ?? "a column is one of those; a text is written in single quotes, '\(bare)'"
    let lists = tables.map { $0.columns.joined(separator: ", ") + (tables.count > 1 ? " of \($0.table)" : "") }
    return EngramError(
      .usage, "no such column: \(name)", file: file, place: place,
      expected: "one of \(lists.joined(separator: "; "))", found: "'\(name)'", mend: mend)
  }
}
