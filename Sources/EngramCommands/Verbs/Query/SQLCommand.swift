// SQLCommand.swift -- `engram sql STORE QUERY`.

import Base
import TrajectoryModel
import TrajectoryStore

/// Asks the catalog of a store anything.
enum SQLCommand {
  static let query = Parameter.argument(.text("QUERY"), "one SELECT statement of SQLite")
  static let timeLimit = Parameter.option(
    "time-limit", .real(in: 0.001...1e6, "SECONDS"), default: "60", "stop a query that takes longer")

  static let command = Command(
    "sql", "ask the catalog of a store anything, in SQL",
    discussion: """
      The query can read and nothing else. The tables are those of schema/catalog.sql, such as run, observation, \
      layer_set_member, run_metric, extent, commit_log and split_set; the view example has a row for each example, with the fields of its run and its layer.
      """,
    takes: [
      SharedParameters.store, query, SharedParameters.asOf, timeLimit, CommonParameters.json, CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram sql lr.engram \"SELECT task, architecture, count(*) FROM example GROUP BY 1, 2\"",
        "How many examples each task and architecture has"),
      .init("engram sql lr.engram \"SELECT * FROM run LIMIT 5\" --csv", "The first runs, for a spreadsheet"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    let limits = QueryLimits(seconds: invocation[timeLimit], work: invocation.work)
    let commit = invocation[SharedParameters.asOf].map(Int64.init)
    var stream: TableStream?
    try store.query(invocation[query], asOf: commit, limits: limits) { (names) throws(EngramError) in
      stream = try TableStream(
        columns: names, as: invocation.tableFormat, to: invocation.output, terminal: invocation.outputTerminal)
    } row: { (values) throws(EngramError) in
      try stream?.append(values.map { TableCell($0) })
    }
    try stream?.finish()
  }
}
