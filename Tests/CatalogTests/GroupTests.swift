// GroupTests.swift -- groups and metadata of examples, against the plain SQL that says the same.

import Base
import Catalog
import TestSupport
import Testing
import TrajectoryModel

@Suite(.seedReport) struct GroupTests {
  @Test func `NULL is a group like any other, and comes first`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let groups = try catalog.look { try $0.groups(by: ["task"], where: nil) }
    #expect(groups.map(\.key) == [[.null], [.text("cifar10")], [.text("imagenet")]])
    #expect(groups.map(\.examples.ids) == [[6, 7], [0, 1, 2, 8, 9], [3, 4, 5]])
    let pairs = try catalog.look {
      try $0.groups(by: ["layer_position", "Model_Seed"], where: "task = 'cifar10' OR task IS NULL")
    }
    #expect(
      pairs.map(\.key) == [
        [.null, .null], [.text("deep"), .integer(0)], [.text("early"), .null], [.text("early"), .integer(0)],
        [.text("middle"), .integer(0)],
      ])
    #expect(pairs.map(\.examples.ids) == [[7], [2, 9], [6], [0, 8], [1]])
  }

  @Test func `grouping by nothing gives one group of all`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let groups = try catalog.look { try $0.groups(by: [], where: "layer_position = 'deep'") }
    #expect(groups == [ExampleGroup(key: [], examples: ExampleSet(ids: [2, 5, 9]))])
    #expect(try catalog.look { try $0.groups(by: ["task"], where: "0") }.isEmpty)
    #expect(try catalog.look { try $0.groups(by: ["task"], where: nil, asOf: 1) }.map(\.examples.count) == [2, 3, 3])
  }

  @Test(arguments: [["tusk"], ["task", "TASK"], ["example_id"], ["task; DROP TABLE run"], ["rowid"]])
  func `a column that cannot be grouped by is refused`(columns: [String]) throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    let error = #expect(throws: EngramError.self) {
      try catalog.look { try $0.groups(by: columns, where: nil) }
    }
    #expect(error?.code == .usage)
  }

  @Test func `texts that differ in bytes but not in sight are different groups, layers and statistics`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.empty(scratch)
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    try Sample.append(
      catalog,
      [
        (Sample.values(composed, "a"), [Layer(name: composed, position: nil)]),
        (Sample.values(decomposed, "a"), [Layer(name: decomposed, position: nil)]),
      ])
    #expect(try catalog.look { try $0.groups(by: ["task"], where: nil) }.map(\.examples.ids) == [[1], [0]])
    #expect(try catalog.look { try $0.groups(by: ["layer_name"], where: nil) }.map(\.examples.ids) == [[1], [0]])
    #expect(try catalog.look { try $0.counts() }.layerSets == 2)
  }

  @Test func `groups, filters and metadata agree with plain SQL on random catalogs`() throws {
    let tasks: [MetadataValue] = [.null, .text("a"), .text("b"), .text("ü")]
    let rates: [MetadataValue] = [.null, .real(0.5), .integer(2), .real(-0.0), .real(0)]
    for seed in 0..<12 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let scratch = TemporaryFolder()
      let catalog = try Sample.empty(scratch)
      try catalog.commit("field", "") { writer throws in
        try writer.addFields([MetadataField(name: "rate", type: .real)])
      }
      let all = [Sample.early, Sample.middle, Sample.deep, Sample.untold]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let runs = (0..<Int.random(in: 1...40, using: &random)).map { _ -> (values: [MetadataValue], layers: [Layer]) in
          let task = tasks.randomElement(using: &random) ?? .null
          let rate = rates.randomElement(using: &random) ?? .null
          let batch = Int64.random(in: 0...2, using: &random)
          let layers = Array(all.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random)))
          let values: [MetadataValue] = [task, .text("x"), .text("y"), .integer(batch), .null, .null, rate]
          return (values: values, layers: layers)
        }
        try Sample.append(catalog, runs)
      }
      let columns = [
        "task", "rate", "batch_size", "layer_name", "layer_position", "run_id", "layer_ordinal", "example_count",
      ]
      let filters: [String?] = [
        nil, "task = 'a'", "batch_size < 2 AND rate IS NOT NULL", "layer_position = 'deep'",
        "layer_name = 'fc' OR task = 'b'",
        "example_id % 3 = 1",
      ]
      for filter in filters {
        let picked = Array(columns.shuffled(using: &random).prefix(Int.random(in: 1...3, using: &random)))
        let note: Comment = "seed \(seed), filter \(filter ?? "none"), by \(picked)"
        let condition = filter.map { "WHERE \($0)" } ?? ""
        let expected = try catalog.rows(
          """
          SELECT \(picked.joined(separator: ", ")), count(*), json_group_array(example_id) FROM
            (SELECT * FROM example \(condition) ORDER BY example_id)
          GROUP BY \(picked.joined(separator: ", ")) ORDER BY \(picked.joined(separator: ", "))
          """)
        let groups = try catalog.look { try $0.groups(by: picked, where: filter) }
        #expect(groups.map { $0.key } == expected.map { Array($0.prefix(picked.count)) }, note)
        #expect(
          groups.map { MetadataValue.text("[" + $0.examples.ids.map(String.init).joined(separator: ",") + "]") }
            == expected.compactMap(\.last), note)
        let ids = try catalog.ids(filter)
        #expect(
          try catalog.rows("SELECT example_id FROM example \(condition) ORDER BY 1") == ids.map { [.integer($0)] }, note
        )
        // Metadata of a sparse part of them.
        let part = ids.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
        var table: [[MetadataValue]] = []
        try catalog.look { reader throws in
          try reader.metadata(of: ExampleSet(ids: part), columns: picked + ["example_id"]) { id, values in
            #expect(values.last == .integer(id), note)
            table.append(values)
          }
        }
        let list = part.map(String.init).joined(separator: ",")
        let rows = try catalog.rows(
          "SELECT \(picked.joined(separator: ", ")), example_id FROM example WHERE example_id IN (\(list)) ORDER BY example_id"
        )
        #expect(table == rows, note)
      }
      #expect(try catalog.look { try $0.check().problems }.isEmpty, "seed \(seed)")
    }
  }

  @Test func `metadata of examples that are not there, or of columns that are not, is an error`() throws {
    let scratch = TemporaryFolder()
    let catalog = try Sample.filled(scratch)
    func code(_ set: ExampleSet, _ columns: [String]) -> EngramError.Code? {
      #expect(throws: EngramError.self) {
        try catalog.look { reader in try reader.metadata(of: set, columns: columns) { _, _ in } }
      }?.code
    }
    #expect(code(ExampleSet(9..<11), ["task"]) == .notFound)
    #expect(code(ExampleSet(-1..<1), ["task"]) == .notFound)
    #expect(code(ExampleSet(0..<1), ["tsak"]) == .usage)
  }
}
