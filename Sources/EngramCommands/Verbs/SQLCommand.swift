// SQLCommand.swift -- `engram sql STORE QUERY`.

/// Asks the catalog of a store anything.
enum SQLCommand {
  static let query = Parameter.argument(.text("QUERY"), "one SELECT statement of SQLite")
  static let timeLimit = Parameter.option(
    "time-limit", .real(in: 0.001...1e6, "SECONDS"), default: "60", "stop a query that takes longer")

  static let command = Command(
    "sql", "ask the catalog of a store anything, in SQL",
    discussion: """
      The query can read and nothing else. The tables are run, observation, layer_set, commits and split_set; the view \
      example has a row for each example, with the fields of its run and its layer.
      """,
    takes: [SharedParameters.store, query, timeLimit, CommonParameters.json, CommonParameters.csv],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram sql lr.engram \"SELECT task, architecture, count(*) FROM example GROUP BY 1, 2\"",
        "How many examples each task and architecture has"),
      .init("engram sql lr.engram \"SELECT * FROM run LIMIT 5\" --csv", "The first runs, for a spreadsheet"),
    ],
    body: notYetWired)
}
