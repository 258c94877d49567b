// CatalogReader+Tally.swift -- queries that count rows by their values, answered without going over the rows again.

import Base
import SQLite
import TrajectoryModel

/// What columns are read of: the name of a table or view.
enum TallySource: String {
  case run, observation = "run_observation"

  /// The column that numbers the rows.
  var order: String { self == .run ? "run_id" : "observation_id" }
}

extension CatalogReader {
  /// Rows from which on a tally is quicker than SQLite.
  static let leastRows: Int64 = 1 << 12
  /// Rows that a tally may have.
  static let mostKinds = 1 << 20

  /// The statement that answers a query over a tally, where it asks of rows only which kinds there are and how many of each.
  ///
  /// The columns that it names are read once and kept with the connection, until the catalog changes.
  ///
  /// - Parameters:
  ///   - asked: The query, which SQLite has compiled.
  ///   - sandbox: The sandbox in which the connection runs.
  /// - Returns: nil where SQLite had better go over the rows.
  /// - Throws: `limit`, `cancelled`, and what reading throws.
  func tally(_ asked: Statement, in sandbox: Sandbox) throws(EngramError) -> Statement? {
    let plan = try sandbox.trusting { () throws(EngramError) -> TallyPlan? in try tallyPlan(asked.sql) }
    guard let plan, plan.isWorthReading, let table = try table(of: plan, in: sandbox) else { return nil }
    return try sandbox.trusting { () throws(EngramError) -> Statement? in
      try connection.register(table)
      // What the words mean beside those of the catalog is SQLite's to say; where it finds no sense in them, the query is
      // asked of the catalog, for which it has compiled it.
      return try? connection.prepare(plan.query.sql, inPlaceOf: asked)
    }
  }

  /// What is known of a tally before rows are read.
  private struct TallyPlan {
    let query: TallyQuery
    let columns: Columns
    let kept: KeptColumns
    /// The layers of each layer set, where rows are examples.
    let layerSets: [Int64: [[MetadataValue]]]
    /// The columns of runs or measurements that it needs.
    let names: [String], source: TallySource

    /// Whether its columns are to be read where they are not kept: one number SQLite counts sooner, the first time.
    var isWorthReading: Bool { !query.isOneCount || kept.hasAsked(names, of: source.rawValue) }
  }

  private func tallyPlan(_ sql: String) throws(EngramError) -> TallyPlan? {
    // A look at the end of a table, which spares small catalogs the rest.
    guard try rowCount(of: .example) >= Self.leastRows else { return nil }
    let columns = Columns(fields: try fields())
    guard let query = TallyQuery(sql, columns: { columns.ofTally($0) }),
      try rowCount(of: query.table) >= Self.leastRows
    else { return nil }
    let isOfLayers = query.table == .example
    var names = isOfLayers ? query.columns.filter { !Columns.ofLayer.contains($0) } : query.columns
    if isOfLayers && !names.contains(Columns.layerSet) { names.append(Columns.layerSet) }
    return TallyPlan(
      query: query, columns: columns, kept: try keptReads().columns, layerSets: isOfLayers ? try layerSets() : [:],
      names: names,
      source: query.table == .run ? .run : .observation)
  }

  /// At most how many rows a table has.
  func rowCount(of table: TallyQuery.Table) throws(EngramError) -> Int64 {
    table == .example
      ? try connection.integer("SELECT example_end FROM main.commit_log ORDER BY commit_id DESC LIMIT 1") ?? 0
      : try connection.integer("SELECT max(run_id) FROM main.run") ?? 0
  }

  /// Columns of runs or of measurements, in the order of the rows, read where they are not kept.
  ///
  /// - Returns: nil where one has too many different values.
  /// - Throws: `limit`, `cancelled`, and what reading throws.
  func columns(
    _ names: [String], of source: TallySource, _ kept: KeptColumns, in sandbox: Sandbox
  ) throws(EngramError) -> [TallyColumn]? {
    try kept.columns(names, of: source.rawValue) { (missing) throws(EngramError) in
      let rows = try sandbox.trusting { () throws(EngramError) -> Statement in
        try connection.tallying(missing.map(Columns.quoted), of: source.rawValue, by: source.order)
      }
      return try rows.tallyColumns(missing.count)
    }
  }

  /// The tally that a query is asked over; nil where it would have nearly as many rows as what it counts.
  private func table(of plan: TallyPlan, in sandbox: Sandbox) throws(EngramError) -> TallyTable? {
    let names = plan.names
    let columns = try columns(names, of: plan.source, plan.kept, in: sandbox)
    guard let columns, let (numbers, counts) = TallyColumn.tally(columns, most: Self.mostKinds),
      counts.count <= (columns.first?.numbers.count ?? 0) / 4
    else { return nil }
    let kinds = zip(columns, numbers).map { TallyColumn(values: $0.values, numbers: $1) }
    var rows = TallyRows(names: names, columns: kinds, counts: counts)
    if plan.query.table == .example {
      let layers = plan.query.columns.filter { Columns.ofLayer.contains($0) }
      guard let ofLayers = rows.multiplied(by: plan.layerSets, layers, most: Self.mostKinds) else { return nil }
      rows = ofLayers
    }
    return TallyTable(rows.names.map { ($0, plan.columns.type(of: $0)) }, rows.columns, counts: rows.counts)
  }
}
