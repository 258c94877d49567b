// TrajectorySQLTests.swift -- SQL over trajectories gives what the store has, fast in any order, and nothing else is allowed.

import Base
import SQLTable
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct TrajectorySQLTests {
  private static let names = ["m", "it's \"odd\", 95%", "Ünï"]

  /// The rows of a query.
  static func rows(
    _ store: TrajectoryStore, _ sql: String, asOf commit: Int64? = nil, seconds: Double = 60
  ) throws -> [[MetadataValue]] {
    var rows: [[MetadataValue]] = []
    try store.sql(sql, asOf: commit, limits: QueryLimits(seconds: seconds, work: WorkContext())) { _ in
    } row: { (values) in
      rows.append(values)
    }
    return rows
  }

  /// A store of runs of several lengths, types and statistics, and its values.
  private static func store(
    _ folder: TemporaryFolder, seed: UInt64
  ) throws -> (store: TrajectoryStore, values: [(id: Int64, statistic: String, epoch: Double, value: Double)]) {
    var random = SeededGenerator(seed: seed)
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    var values: [(id: Int64, statistic: String, epoch: Double, value: Double)] = []
    for run in 0..<9 {
      let statistics = Array(names.prefix(1 + run % 3))
      let epochs = (0...(1 + run % 4)).map { Double($0 * 5) }
      let layers = 1 + run % 2
      let numbers = (0..<(layers * epochs.count * statistics.count)).map { index in
        run == 4 && index == 1 ? Double.nan : Double.random(in: -5...5, using: &random)
      }
      let report = try store.append(
        [
          Recording(
            metadata: ["learning_rule": .text(run % 2 == 0 ? "adam" : "sgdm"), "model_seed": .integer(Int64(run))],
            layers: (0..<layers).map { Layer(name: "l\($0)", position: nil) }, values: .float64(numbers))
        ], epochs: epochs, statistics: statistics)
      for layer in 0..<layers {
        for (e, epoch) in epochs.enumerated() {
          for (s, statistic) in statistics.enumerated() {
            values.append(
              (
                report.examples.lowerBound + Int64(layer), statistic, epoch,
                numbers[(layer * epochs.count + e) * statistics.count + s]
              ))
          }
        }
      }
      if run == 5 { _ = try store.compact(everything: true) }
    }
    return (store, values)
  }

  @Test func `statistics that differ in case only, and those beyond the columns, can be had`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    let names = ["m", "M", "epoch", "m_2"] + (0..<1_900).map { "s\($0)" }
    _ = try store.append(
      [
        Recording(
          metadata: [:], layers: [Layer(name: "l", position: nil)],
          values: .float64(names.indices.map(Double.init)))
      ], epochs: [7], statistics: names)
    #expect(
      try Self.rows(store, "SELECT m, M_3, m_2, epoch, epoch_2, s1895 FROM trajectory_wide")
        == [[.real(0), .real(1), .real(3), .real(7), .real(2), .real(1_899)]])
    let error = refusal(.usage) { _ = try Self.rows(store, "SELECT s1896 FROM trajectory_wide") }
    #expect(error?.mend.map { "\($0)" }?.contains("this one is in trajectory") == true)
  }

  @Test func `statistics of runs that only Unicode has equal are two`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    for (value, name) in ["caf\u{e9}", "cafe\u{301}"].enumerated() {
      _ = try store.append(
        [
          Recording(
            metadata: ["model_seed": .integer(Int64(value))], layers: [Layer(name: "l", position: nil)],
            values: .float64([Double(value)]))
        ], epochs: [0], statistics: [name])
    }
    let list = "SELECT hex(statistic), value FROM trajectory"
    let (one, other): ([MetadataValue], [MetadataValue]) = (
      [.text("636166C3A9"), .real(0)], [.text("63616665CC81"), .real(1)]
    )
    #expect(try Self.rows(store, list) == [one, other])
    #expect(try Self.rows(store, "\(list) ORDER BY statistic") == [other, one])
    #expect(try Self.rows(store, "\(list) WHERE statistic = 'cafe\u{301}'") == [other])
    let wide = try Self.rows(store, "SELECT * FROM trajectory_wide")
    #expect(wide.map { Array($0.dropFirst(2)) } == [[.real(0), .null], [.null, .real(1)]])
  }

  @Test(arguments: [
    ("SELECT epoc FROM trajectory", "one of example_id, statistic, epoch, value", "did you mean 'epoch'?"),
    ("SELECT n FROM trajectory_wide", "one of example_id, epoch, m, it's", "did you mean 'm'?"),
    (
      "SELECT max(valu), task FROM trajectory JOIN example USING (example_id)",
      "of example; example_id, statistic, epoch, value of trajectory", "did you mean 'value'?"
    ),
    ("SELECT learning_rul FROM run", "one of run_id", "did you mean 'learning_rule'?"),
    ("SELECT nothing_like_it", "one of example_id, ", "a column is one of those"),
  ])
  func `an unknown column is answered with the columns of the tables that are asked`(
    query: String, expected: String, mend: String
  ) throws {
    let folder = TemporaryFolder()
    let (store, _) = try Self.store(folder, seed: 3)
    let error = try #require(#expect(throws: EngramError.self) { try Self.rows(store, query) })
    #expect(error.code == .usage)
    #expect(error.expected?.contains(expected) == true, "\(error)")
    #expect(error.mend?.description.contains(mend) == true, "\(error)")
  }

  private static func cell(_ value: Double) -> MetadataValue { value.isNaN ? .null : .real(value) }

  @Test(arguments: [1, 2])
  func `both tables have every value, whatever is asked for`(seed: UInt64) throws {
    let folder = TemporaryFolder()
    let (store, values) = try Self.store(folder, seed: seed)
    func expected(_ keep: (Int64, String, Double) -> Bool) -> Set<[MetadataValue]> {
      Set(
        values.filter { keep($0.id, $0.statistic, $0.epoch) }.map {
          [.integer($0.id), .text($0.statistic), .real($0.epoch), Self.cell($0.value)]
        })
    }
    let conditions: [(String, (Int64, String, Double) -> Bool)] = [
      ("1", { _, _, _ in true }), ("statistic = 'm'", { $1 == "m" && $0 >= 0 && $2 >= 0 }),
      ("statistic = 'no'", { _, _, _ in false }), ("epoch = 5", { _, _, epoch in epoch == 5 }),
      ("statistic = 'm' AND epoch = 5", { _, name, epoch in name == "m" && epoch == 5 }),
      ("statistic = 'm' AND epoch = 5 AND example_id > 1", { id, name, epoch in name == "m" && epoch == 5 && id > 1 }),
      (
        "(statistic = 'm' AND epoch = 5) OR (statistic = 'm' AND epoch = 0)",
        { _, name, epoch in name == "m" && epoch <= 5 }
      ),
      ("epoch > 5 AND epoch <= 15", { _, _, epoch in epoch > 5 && epoch <= 15 }),
      ("epoch >= 5 AND epoch < 10.5", { _, _, epoch in epoch >= 5 && epoch < 10.5 }),
      ("example_id = 3", { id, _, _ in id == 3 }), ("example_id = 3.5", { _, _, _ in false }),
      ("example_id > 3 AND example_id < 7", { id, _, _ in id > 3 && id < 7 }),
      ("example_id >= 3.5 AND example_id <= 6.2", { id, _, _ in id >= 4 && id <= 6 }),
      ("example_id IN (1, 4, 99)", { id, _, _ in id == 1 || id == 4 }),
      ("statistic IN ('m', 'Ünï') AND epoch = 0", { _, name, epoch in name != Self.names[1] && epoch == 0 }),
      ("statistic = 'm' AND statistic = 'Ünï'", { _, _, _ in false }), ("epoch = NULL", { _, _, _ in false }),
      ("epoch > 'x'", { _, _, _ in false }), ("epoch < 'x'", { _, _, _ in true }),
      ("example_id > 9e99", { _, _, _ in false }), ("example_id > -9e99", { _, _, _ in true }),
      ("example_id = 1 OR epoch = 5", { id, _, epoch in id == 1 || epoch == 5 }),
      (
        "statistic = 'm' OR example_id = 2 OR epoch >= 10", { id, name, epoch in name == "m" || id == 2 || epoch >= 10 }
      ),
      ("statistic = 'M' COLLATE NOCASE", { _, name, _ in name == "m" }), ("statistic = 'M'", { _, _, _ in false }),
      ("example_id = '3'", { id, _, _ in id == 3 }), ("example_id = ' 3 '", { id, _, _ in id == 3 }),
      ("example_id = '0x3'", { _, _, _ in false }), ("epoch < '0x3'", { _, _, _ in true }),
      ("epoch > 'inf'", { _, _, _ in false }), ("epoch < x'05'", { _, _, _ in true }),
      ("example_id = x'33'", { _, _, _ in false }), ("statistic = 5", { _, _, _ in false }),
    ]
    for (condition, keep) in conditions {
      let rows = try Self.rows(store, "SELECT example_id, statistic, epoch, value FROM trajectory WHERE \(condition)")
      #expect(Set(rows) == expected(keep) && rows.count == Set(rows).count, "\(condition)")
    }
    let wide = try Self.rows(store, "SELECT * FROM trajectory_wide ORDER BY example_id, epoch")
    #expect(wide.count == Set(values.map { "\($0.id) \($0.epoch)" }).count)
    for row in wide {
      for (column, name) in Self.names.enumerated() {
        let known = values.first { .integer($0.id) == row[0] && .real($0.epoch) == row[1] && $0.statistic == name }
        #expect(row[column + 2] == known.map { Self.cell($0.value) } ?? .null)
      }
    }
    let atOne = try Self.rows(store, "SELECT * FROM trajectory_wide WHERE epoch = 5 OR epoch = 10 ORDER BY 1, 2")
    #expect(atOne == wide.filter { $0[1] == .real(5) || $0[1] == .real(10) })
    let again = try Self.rows(store, "SELECT * FROM trajectory_wide WHERE epoch = 10 ORDER BY 1")
    #expect(again == wide.filter { $0[1] == .real(10) })
    let one = try Self.rows(store, "SELECT \"Ünï\" FROM trajectory_wide WHERE example_id = 3 AND epoch = 0")
    #expect(one.count == 1)
    let sorted = try Self.rows(store, "SELECT example_id FROM trajectory ORDER BY example_id")
    #expect(sorted.map { $0[0] } == sorted.map { $0[0] }.sorted() && sorted.count == values.count)
  }

  @Test(arguments: [1, 2])
  func `rows come in the order of statistics and epochs without sorting`(seed: UInt64) throws {
    let folder = TemporaryFolder()
    let (store, values) = try Self.store(folder, seed: seed)
    for condition in [
      "1", "epoch > 0 AND example_id > 2", "statistic IN ('m', 'Ünï')", "statistic = 'no'", "epoch > 99",
    ] {
      let all = try Self.rows(store, "SELECT statistic, epoch, example_id, value FROM trajectory WHERE \(condition)")
      if condition == "1" { #expect(all.count == values.count) }
      for order in [
        "statistic", "epoch", "statistic, epoch", "epoch, statistic", "statistic DESC", "epoch, statistic DESC",
      ] {
        let rows = try Self.rows(
          store, "SELECT statistic, epoch, example_id, value FROM trajectory WHERE \(condition) ORDER BY \(order)")
        // A unary plus leaves the order to SQLite.
        let keys = order.split(separator: ", ").map { $0.hasPrefix("s") ? 0 : 1 }
        let sorted = try Self.rows(
          store,
          "SELECT \(keys.map { ["statistic", "epoch"][$0] }.joined(separator: ", ")) FROM trajectory WHERE \(condition) "
            + "ORDER BY +\(order.replacing(", ", with: ", +"))")
        #expect(rows.map { row in keys.map { row[$0] } } == sorted, "\(condition), \(order)")
        #expect(rows.count == all.count && Set(rows) == Set(all), "\(condition), \(order)")
      }
      let plan = try Self.rows(
        store, "SELECT statistic, epoch, count(*), sum(value) FROM trajectory WHERE \(condition) GROUP BY 1, 2")
      let counted = Dictionary(grouping: all) { [$0[0], $0[1]] }
      #expect(plan.count == counted.count)
      for row in plan { #expect(row[2] == .integer(Int64(counted[[row[0], row[1]]]?.count ?? 0))) }
    }
    for condition in ["1", "epoch > 0 AND example_id > 2", "example_id = 3", "epoch > 99"] {
      let list = "SELECT epoch, example_id, m, \"Ünï\" FROM trajectory_wide WHERE \(condition)"
      let (all, rows) = (try Self.rows(store, list), try Self.rows(store, list + " ORDER BY epoch"))
      #expect(rows.count == all.count && Set(rows) == Set(all), "\(condition)")
      #expect(rows.map { $0[0] } == (try Self.rows(store, list + " ORDER BY +epoch")).map { $0[0] }, "\(condition)")
    }
    let distinct = try Self.rows(store, "SELECT DISTINCT statistic FROM trajectory")
    #expect(distinct.count == 3)
  }

  @Test(arguments: [true, false])
  func `rows of runs whose epochs or statistics no other has are sorted, for there would be as many walks`(isOwn: Bool)
    throws
  {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["s.engram"])
    let (runs, epochs) = (12, 10)
    for run in 0..<runs {
      _ = try store.append(
        [
          Recording(
            metadata: ["model_seed": .integer(Int64(run))], layers: [Layer(name: "l", position: nil)],
            values: .float64((0..<(epochs * 2)).map(Double.init)))
        ], epochs: (0..<epochs).map { Double($0 + (isOwn ? run * epochs : 0)) },
        statistics: ["a", "b"].map { isOwn ? "\($0)\(run)" : $0 })
    }
    for (table, key) in [("trajectory", "epoch"), ("trajectory", "epoch, statistic"), ("trajectory_wide", "epoch")] {
      let query = "SELECT \(key), count(*) FROM \(table) GROUP BY \(key)"
      let plan = try Self.rows(store, "EXPLAIN QUERY PLAN \(query)").joined().map(\.description)
      #expect(plan.contains { $0.contains("TEMP B-TREE") } == isOwn, "\(plan)")
      let rows = try Self.rows(store, query)
      #expect(rows.count == (isOwn ? runs : 1) * epochs * (key == "epoch" ? 1 : 2))
    }
  }

  @Test func `more rows than have room in memory are not sorted, although each run has its own epochs`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["own.engram"])
    let (runs, epochs, statistics) = (45, 5_600, 10)
    for run in 0..<runs {
      _ = try store.append(
        [
          Recording(
            metadata: ["model_seed": .integer(Int64(run))], layers: [Layer(name: "l", position: nil)],
            values: .float32((0..<(epochs * statistics)).map { Float($0) }))
        ], epochs: (0..<epochs).map { Double($0 + run * epochs) }, statistics: (0..<statistics).map { "s\($0)" })
    }
    let query = "SELECT epoch, count(*) AS n FROM trajectory GROUP BY epoch"
    let plan = try Self.rows(store, "EXPLAIN QUERY PLAN \(query)").joined().map(\.description)
    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    #expect(
      try Self.rows(store, "SELECT count(*), sum(n), max(n) FROM (\(query))") == [
        [.integer(Int64(runs * epochs)), .integer(Int64(runs * epochs * statistics)), .integer(Int64(statistics))]
      ])
  }

  @Test func `more values than are kept come by epoch, some epochs at a time`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["large.engram"])
    let (examples, epochs, statistics) = (2_000, 50, 200)
    // Kept in 8 bytes each, they are more than 128 MiB. Every number is a small whole one, so that sums are exact.
    let numbers = (0..<(examples * epochs * statistics)).map { index in
      Float(index % statistics + index / statistics % epochs * 1_000)
    }
    _ = try store.append(
      [
        Recording(
          metadata: ["learning_rule": .text("adam")],
          layers: (0..<examples).map { Layer(name: "l\($0)", position: nil) }, values: .float32(numbers))
      ], epochs: (0..<epochs).map(Double.init), statistics: (0..<statistics).map { "s\($0)" })
    let byEpoch = try Self.rows(
      store, "SELECT epoch, count(*), sum(value), min(value), max(value) FROM trajectory GROUP BY epoch")
    let ofEach = Double(statistics * (statistics - 1) / 2)
    for (epoch, row) in byEpoch.enumerated() {
      let (first, count) = (Double(epoch * 1_000), examples * statistics)
      #expect(
        row == [
          .real(Double(epoch)), .integer(Int64(count)), .real(first * Double(count) + ofEach * Double(examples)),
          .real(first), .real(first + Double(statistics - 1)),
        ])
    }
    #expect(byEpoch.count == epochs)
    let wide = try Self.rows(
      store, "SELECT epoch, count(*), sum(s7), max(s199) FROM trajectory_wide GROUP BY epoch ORDER BY epoch DESC")
    #expect(
      wide
        == (0..<epochs).reversed().map { epoch in
          let first = Double(epoch * 1_000)
          return [
            .real(Double(epoch)), .integer(Int64(examples)), .real((first + 7) * Double(examples)), .real(first + 199),
          ]
        })
  }

  @Test func `joins with examples give the same in any order, also as of a commit and without what is hidden`() throws {
    let folder = TemporaryFolder()
    let (store, values) = try Self.store(folder, seed: 3)
    let before = try store.snapshot()
    let rules = try before.labels(of: "learning_rule", for: before.allExamples)
    func rule(_ id: Int64) -> MetadataValue { rules.classes[Int(rules.codes[Int(id)])] }
    let wanted = Set(
      values.filter { $0.statistic == "m" && $0.epoch == 5 }.map {
        [MetadataValue.integer($0.id), rule($0.id), Self.cell($0.value)]
      })
    let list = "SELECT e.example_id, learning_rule, value FROM"
    let filter = "WHERE statistic = 'm' AND epoch = 5"
    for source in [
      "trajectory t JOIN example e USING (example_id)", "example e JOIN trajectory t USING (example_id)",
      "example e CROSS JOIN trajectory t USING (example_id)", "trajectory t CROSS JOIN example e USING (example_id)",
    ] {
      #expect(Set(try Self.rows(store, "\(list) \(source) \(filter)")) == wanted, "\(source)")
    }
    let subquery = try Self.rows(
      store,
      "SELECT count(*) FROM trajectory WHERE example_id IN (SELECT example_id FROM example WHERE learning_rule = 'adam')"
    )
    #expect(subquery == [[.integer(Int64(values.count { rule($0.id) == .text("adam") }))]])
    _ = try store.edit(where: "model_seed = 0", set: ["learning_rule": .text("other")])
    _ = try store.hide(where: "model_seed = 3")
    #expect(
      Set(try Self.rows(store, "\(list) trajectory t JOIN example e USING (example_id) \(filter)", asOf: before.commit))
        == wanted)
    let hidden = try before.examples(where: "model_seed = 3")
    let now = try Self.rows(store, "\(list) trajectory t JOIN example e USING (example_id) \(filter)")
    #expect(now.count == wanted.count - hidden.count)
    #expect(now.contains { $0[1] == .text("other") })
    #expect(
      try Self.rows(store, "SELECT count(*) FROM trajectory_wide WHERE example_id = \(hidden.ids[0])") == [
        [.integer(0)]
      ])
    // The catalog alone is asked as ever, beside it and afterwards.
    #expect(try Self.rows(store, "SELECT count(*) FROM example").count == 1)
  }

  @Test func `nothing but reading is allowed, and limits hold while values are decoded`() throws {
    let folder = TemporaryFolder()
    let (store, _) = try Self.store(folder, seed: 4)
    for sql in [
      "DELETE FROM trajectory", "INSERT INTO trajectory VALUES (1, 'm', 0, 0)", "DROP TABLE trajectory",
      "CREATE TABLE x AS SELECT * FROM trajectory", "PRAGMA table_info(trajectory)",
      "SELECT * FROM trajectory; SELECT 1", "SELECT load_extension('x') FROM trajectory",
      "ATTACH 'x' AS trajectory", "SELECT * FROM sqlite_master, trajectory",
    ] {
      refusal(.usage, "\(sql)") { _ = try Self.rows(store, sql) }
    }
    let unknown = refusal(.usage) { _ = try Self.rows(store, "SELECT * FROM trajectory, nosuch") }
    #expect(unknown?.expected?.contains("trajectory_wide") == true)
    let endless = "SELECT count(*) FROM trajectory a, trajectory b, trajectory c, trajectory d, trajectory e"
    refusal(.limit) { _ = try Self.rows(store, endless, seconds: 0.2) }
    refusal(.cancelled) {
      try store.sql(endless, limits: QueryLimits(work: WorkContext(isCancelled: { true }))) { _ in
      } row: { _ in
      }
    }
  }

  @Test func `a damaged segment is an error of the query, and an empty store has no rows`() throws {
    let folder = TemporaryFolder()
    let empty = try TrajectoryStore.create(at: folder["e.engram"])
    #expect(try Self.rows(empty, "SELECT * FROM trajectory") == [])
    #expect(try Self.rows(empty, "SELECT * FROM trajectory_wide") == [])
    #expect(try empty.trajectoryTables().map(\.name) == ["trajectory", "trajectory_wide"])
    let (store, _) = try Self.store(folder, seed: 5)
    let segments = TestFiles.names(in: store.path + "/segments").map { store.path + "/segments/" + $0 }
    for path in segments {
      var bytes = TestFiles.read(path)
      for index in 64..<(bytes.count - 64) { bytes[index] ^= 0x5A }
      TestFiles.write(bytes, to: path)
    }
    let error = #expect(throws: EngramError.self) {
      _ = try Self.rows(try TrajectoryStore(opening: store.path), "SELECT sum(value) FROM trajectory")
    }
    #expect(error?.code == .corrupt || error?.code == .truncated)
  }
}
