// SQLCommand.swift -- `engram sql STORE QUERY`.

import Base
import SQLTable
import TrajectoryModel
import TrajectoryStore

/// Asks the catalog and the trajectories of a store anything.
enum SQLCommand {
  static let query = Parameter.arguments(.text("QUERY"), atLeastOne: false, "one SELECT statement of SQLite")
  static let schema = Parameter.flag("schema", "show the tables and views and their columns, rather than ask")
  static let timeLimit = Parameter.option(
    "time-limit", .real(in: 0.001...1e6, "SECONDS"), default: "60", "stop a query that takes longer")

  static let command = Command(
    "sql", "ask a store anything, in SQL",
    discussion: """
      The query can read and nothing else. The tables are those of schema/catalog.sql, such as run, observation, \
      layer_set_member, run_metric, extent, commit_log and split_set; the view example has a row for each example, with the fields of its run and its layer.

      trajectory (example_id, statistic, epoch, value) has a row for each value, and trajectory_wide (example_id, epoch, and a \
      column for each statistic) a row for each epoch of each example. Conditions on example_id, statistic and epoch decide \
      what is decoded. NaN is NULL; what was not recorded has no row in trajectory and is NULL in trajectory_wide. There \
      a statistic whose name another column has, but for case, gets a number behind it, such as M_2; statistics beyond \
      the first 1,900 are in trajectory only.
      """,
    takes: [
      SharedParameters.store, query, schema, SharedParameters.asOf, timeLimit, CommonParameters.json,
      CommonParameters.csv,
    ],
    exclusive: [[CommonParameters.json, CommonParameters.csv]],
    examples: [
      .init(
        "engram sql lr.engram \"SELECT task, architecture, count(*) FROM example GROUP BY 1, 2\"",
        "How many examples each task and architecture has"),
      .init("engram sql lr.engram \"SELECT * FROM run LIMIT 5\" --csv", "The first runs, for a spreadsheet"),
      .init(
        "engram sql lr.engram \"SELECT learning_rule, avg(value) FROM trajectory JOIN example USING (example_id) WHERE statistic = "
          + "'weightabs_mean' AND epoch = 100 GROUP BY 1\"",
        "The mean of a statistic at the end of training, by learning rule"),
      .init("engram sql lr.engram --schema", "What can be asked"),
    ],
    body: run)

  private static func run(_ invocation: Invocation) throws(EngramError) {
    let store = try invocation.open(SharedParameters.store)
    if invocation[schema] { return try showSchema(store, invocation) }
    let given = invocation[query]
    guard let statement = given.first, given.count == 1 else {
      throw invocation.usageError(
        "a query is one argument", expected: "one SELECT statement in quotes, or --schema",
        found: "\(given.count) arguments")
    }
    let limits = QueryLimits(seconds: invocation[timeLimit], work: invocation.work)
    let commit = invocation[SharedParameters.asOf].map(Int64.init)
    var stream: TableStream?
    try store.sql(statement, asOf: commit, limits: limits) { (names) throws(EngramError) in
      let numbered = zip(names, Table.keys(of: names)).filter { $0 != $1 }.map(\.1)
      if invocation.tableFormat == .json, !numbered.isEmpty {
        try invocation.note("note: names that come again are numbered: \(numbered.joined(separator: ", "))")
      }
      stream = try TableStream(
        columns: names, as: invocation.tableFormat, to: invocation.output, terminal: invocation.outputTerminal)
    } row: { (values) throws(EngramError) in
      try stream?.append(values.map { TableCell($0) })
    }
    try stream?.finish()
  }

  /// Shows every table and view with its columns, and questions that can be asked.
  private static func showSchema(_ store: TrajectoryStore, _ invocation: Invocation) throws(EngramError) {
    var table = Table(columns: ["table", "columns"])
    for name in TrajectoryStore.tables {
      try store.query("SELECT * FROM \(name) LIMIT 0") { (columns) throws(EngramError) in
        table.append([.text(name), .text(columns.joined(separator: ", "))])
      } row: { (_) in
      }
    }
    for made in try store.trajectoryTables() {
      table.append([.text(made.name), .text(made.columns.joined(separator: ", "))])
    }
    try invocation.show(table, as: invocation.tableFormat)
    guard invocation.tableFormat == .table else { return }
    try invocation.output.write(
      """

      for example:
        SELECT learning_rule, count(*) AS examples FROM example GROUP BY learning_rule
        SELECT run_id, layer_name FROM example WHERE task = 'cifar10' LIMIT 10
        SELECT epoch, avg(value) FROM trajectory WHERE statistic = 'weightabs_mean' GROUP BY epoch
        SELECT run_id, value FROM run_metric_last WHERE metric = 'top1' ORDER BY value DESC LIMIT 10
        SELECT commit_id, operation, time, message FROM commit_log ORDER BY commit_id

      """)
  }
}
