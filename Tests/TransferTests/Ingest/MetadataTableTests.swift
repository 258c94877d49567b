// MetadataTableTests.swift -- tables of metadata in CSV, TSV and JSON.

import Base
import Formats
import TestSupport
import Testing
import TrajectoryModel
import Transfer

@Suite(.seedReport) struct `Tables of metadata` {
  @Test func `in CSV have typed columns`() throws {
    let table = try MetadataTable(reading: ArrayFixtures.path("metadata.csv"))
    #expect(table.rowCount == 5)
    #expect(table.columns.map(\.name) == ["task", "learning_rule", "batch_size", "dropout", "code", "note"])
    #expect(table.columns[2].values == [.integer(128), .integer(256), .integer(512), .null, .integer(256)])
    #expect(table.columns[3].values == [.real(0.5), .null, .real(1), .real(0.001), .null])
    #expect(table.columns[4].values == ["007", "010", "011", "012", "013"].map { .text($0) })
    #expect(table.columns[5].values == [.text("a, b"), .text("says \"hi\""), .text("two\nlines"), .null, .null])
  }

  @Test func `in JSON have typed columns, as a list of objects`() throws {
    let table = try MetadataTable(reading: ArrayFixtures.path("metadata.json"))
    #expect(table.rowCount == 5)
    #expect(table.columns.map(\.name) == ["task", "batch_size", "dropout", "augmented"])
    #expect(table.columns[1].values == [.integer(128), .integer(256), .integer(512), .null, .integer(256)])
    #expect(table.columns[2].values == [.real(0.5), .null, .real(1), .real(0.001), .null])
    #expect(table.columns[3].values == [.null, .null, .null, .integer(1), .null])
  }

  @Test func `in JSON may be an object of lists`() throws {
    let table = try MetadataTable(TextTable(json: Array(#"{"a":[1,null],"b":["x","y"]}"#.utf8), file: "m.json"))
    #expect(table.rowCount == 2)
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns[0].values == [.integer(1), .null])
  }

  @Test func `in JSON of pandas with a schema lose an index that only counts, which is said`() throws {
    let text = #"{"schema":{"fields":[],"primaryKey":["index"]},"data":[{"index":0,"a":7},{"index":1,"a":8}]}"#
    let table = try MetadataTable(TextTable(json: Array(text.utf8), file: "m.json"))
    #expect(table.columns.map(\.name) == ["a"])
    #expect(table.notes.count == 1 && table.notes[0].contains("as pandas writes its index"))
  }

  static let columns: [(String, [MetadataValue])] = [
    ("1\n-2\n0", [.integer(1), .integer(-2), .integer(0)]), ("1\n2.5", [.real(1), .real(2.5)]),
    ("007\n8", [.text("007"), .text("8")]), ("0.5\n00.5", [.text("0.5"), .text("00.5")]),
    ("-0\n1", [.integer(0), .integer(1)]),
    ("1e5\n.5\n5.", [.real(1e5), .real(0.5), .real(5)]),
    ("inf\n-inf\n1", [.real(.infinity), .real(-.infinity), .real(1)]),
    ("1e999", [.text("1e999")]), ("0x10", [.text("0x10")]), ("--1", [.text("--1")]), ("1-2", [.text("1-2")]),
    ("+", [.text("+")]),
    ("9223372036854775807", [.integer(.max)]), ("9223372036854775808\n1", [.text("9223372036854775808"), .text("1")]),
    ("9007199254740993\n0.5", [.text("9007199254740993"), .text("0.5")]),
    ("nan\n1.5", [.null, .real(1.5)]), ("NA\nNULL\nNone\nnull\nN/A\nNaN", [.null, .null, .null, .null, .null, .null]),
    ("\"NA\"\nx", [.text("NA"), .text("x")]), ("\"\"\nx", [.text(""), .text("x")]), ("\"\"\n1", [.null, .integer(1)]),
    ("\"1\"\n2", [.integer(1), .integer(2)]), ("True\nFalse", [.text("True"), .text("False")]),
    ("  1\t\n 2", [.integer(1), .integer(2)]), (" a b \n\" c \"", [.text("a b"), .text(" c ")]),
    ("1\n\n2", [.integer(1), .null, .integer(2)]), ("1\n2\n\n\n", [.integer(1), .integer(2)]),
    ("x\r\ny\r\n", [.text("x"), .text("y")]),
    ("x\ry", [.text("x"), .text("y")]), ("", []),
  ]

  @Test(arguments: columns)
  func `infer the type of a column by the stated rules`(text: String, values: [MetadataValue]) throws {
    let table = try MetadataTable(TextTable(delimited: Array("c\n\(text)".utf8), file: "m.csv"))
    #expect(table.columns[0].values == values)
    #expect(table.rowCount == values.count)
  }

  @Test(arguments: ["a,b\n1,2\n", "a;b\n1;2", "a\tb\n1\t2\n", "a|b\r\n1|2", "\u{FEFF}a,b\n1,2", "\"a\",\"b\"\n1,2"])
  func `find their delimiter in the header`(text: String) throws {
    let table = try MetadataTable(TextTable(delimited: Array(text.utf8), file: "m.csv"))
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns.map(\.values) == [[.integer(1)], [.integer(2)]])
  }

  @Test func `in files named tsv have tabs whatever the header shows`() throws {
    let scratch = TemporaryFolder()
    let table = try MetadataTable(reading: scratch.write("task\tnote\na,b,c\td,e\n".utf8, to: "m.TSV"))
    #expect(table.columns.map(\.values) == [[.text("a,b,c")], [.text("d,e")]])
  }

  static let wrong: [(String, EngramError.Code, String?)] = [
    ("a,b\n1,2\n3\n", .invalidData, "row 2 (line 3)"), ("a,b\n\"x\ny\",2\n1,2,3", .invalidData, "row 2 (line 4)"),
    ("a,b\n1,2\n\n3", .invalidData, "row 2 (line 4)"), ("", .invalidData, "line 1"), ("\n\n", .invalidData, "line 1"),
    (",a\n7,1", .invalidData, "header, column 1"), ("a,A\n1,2", .invalidData, "header, column 2"),
    ("a b,a_b\n1,2", .invalidData, "header, column 2"), ("a,µ\n1,2", .invalidData, "header, column 2"),
    ("a\n\"x", .truncated, "line 2"), ("a\nx\"y\"", .corrupt, "line 2"), ("a\n\"x\"y", .corrupt, "line 2"),
    ("a\nx\0y", .corrupt, "line 2"),
  ]

  @Test(arguments: wrong)
  func `that are wrong say where`(text: String, code: EngramError.Code, place: String?) {
    let error = #expect(throws: EngramError.self) {
      try MetadataTable(TextTable(delimited: Array(text.utf8), file: "m.csv"))
    }
    #expect(error?.code == code)
    #expect(error?.place == place)
    #expect(error?.file == "m.csv")
  }

  @Test func `in other encodings are refused with the line`() {
    let latin1 = #expect(throws: EngramError.self) {
      try MetadataTable(TextTable(delimited: Array("a\nx\n".utf8) + [0xE4], file: "m.csv"))
    }
    #expect(latin1?.place == "line 3")
    let utf16 = #expect(throws: EngramError.self) {
      try MetadataTable(TextTable(delimited: [0xFF, 0xFE, 0x61, 0], file: "m.csv"))
    }
    #expect(utf16?.code == .unsupported)
  }

  @Test(arguments: [
    "1", "[1]", "[{\"a\":[1]}]", "{\"a\":[1],\"b\":[1,2]}", "[{\"a\":1},{\"a\":\"x\"}]", "[{\"a b\":1,\"a_b\":1}]",
    "[{\"a\":1,\"A\":2}]", "[{\"a\":9007199254740993},{\"a\":0.5}]",
  ])
  func `in JSON that are no tables are refused`(text: String) {
    let error = #expect(throws: EngramError.self) {
      try MetadataTable(TextTable(json: Array(text.utf8), file: "m.json"))
    }
    #expect(error?.code == .invalidData)
    #expect(error?.file == "m.json")
  }

  @Test func `give a field to a name that cannot be one, and leave out the index of pandas, and say so`() throws {
    let text = ",batch size,learning-rate,1st\n0,2,3,x\n1,4,5,y\n"
    let table = try MetadataTable(TextTable(delimited: Array(text.utf8), file: "m.csv"))
    #expect(table.columns.map(\.name) == ["batch_size", "learning_rate", "_1st"])
    #expect(table.columns.map(\.sourceName) == ["batch size", "learning-rate", "1st"])
    #expect(table.notes.count == 4)
  }

  static let declared: [(TableRules, String, [MetadataValue])] = [
    (TableRules(types: ["c": .real]), "1\n2", [.real(1), .real(2)]),
    (TableRules(types: ["C": .text]), "1\n007", [.text("1"), .text("007")]),
    (TableRules(types: ["c": .boolean]), "True\nno\n1\n", [.integer(1), .integer(0), .integer(1)]),
    (TableRules(types: ["c": .integer]), "1.0\n2e3\n\n4", [.integer(1), .integer(2_000), .null, .integer(4)]),
    (TableRules(missing: ["-99", "?"]), "-99\n\"?\"\n3", [.null, .null, .integer(3)]),
    (TableRules(missing: ["-99", "-1.0"]), "-99.0\n-1\n3.5", [.null, .null, .real(3.5)]),
    (TableRules(decimal: .comma), "\"0,5\"\n1", [.real(0.5), .real(1)]),
    (TableRules(decimal: .comma), "\"0,5\"\n1.5", [.text("0,5"), .text("1.5")]),
    (TableRules(decimal: .comma, delimiter: .semicolon), "0,5\n1,25", [.real(0.5), .real(1.25)]),
    (TableRules(), "n/a\n#N/A\n<NA>\n1", [.null, .null, .null, .integer(1)]),
  ]

  @Test(arguments: declared)
  func `follow the rules that are given`(rules: TableRules, text: String, values: [MetadataValue]) throws {
    let table = try MetadataTable(
      TextTable(delimited: Array("c\n\(text)".utf8), file: "m.csv", delimiter: rules.delimiter?.byte), rules: rules)
    #expect(table.columns[0].values == values)
  }

  @Test(arguments: [
    (TableRules.DeclaredType.integer, "1\n2.5"), (.integer, "18446744073709551615"), (.real, "1\nx"), (.boolean, "2"),
    (.real, "007"),
  ])
  func `refuse a cell that does not fit a declared type, with its row`(type: TableRules.DeclaredType, text: String) {
    let error = #expect(throws: EngramError.self) {
      try MetadataTable(
        TextTable(delimited: Array("c\n\(text)".utf8), file: "m.csv"), rules: TableRules(types: ["c": type]))
    }
    #expect(error?.code == .invalidData && error?.place == "row \(text.contains("\n") ? 2 : 1), column c")
    let unknown = #expect(throws: EngramError.self) {
      try MetadataTable(TextTable(delimited: Array("c\n1".utf8), file: "m.csv"), rules: TableRules(types: ["d": .real]))
    }
    #expect(unknown?.code == .usage)
  }

  @Test func `name the cell that decided a type`() throws {
    let table = try MetadataTable(TextTable(delimited: Array("c,d,e\n1,1,a\n2,2.5,3\n3b,3,4\n".utf8), file: "m.csv"))
    let evidence = table.columns.compactMap(\.evidence)
    #expect(evidence.map(\.type) == [.text, .real, .text])
    #expect(
      evidence.map { $0.deciding?.row } == [3, 2, 1] && evidence.map { $0.deciding?.text } == ["3b", "2.5", "a"])
  }

  @Test(arguments: [UInt64](1...3))
  func `mutated or cut are whole tables or refused`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for name in ["metadata.csv", "metadata.json"] {
      let whole = ArrayFixtures.bytes(name)
      var texts = (0..<3_000).map { _ in random.mutated(whole) }
      texts += whole.indices.map { Array(whole[..<$0]) }
      for text in texts {
        let table =
          name.hasSuffix("csv")
          ? try? MetadataTable(TextTable(delimited: text, file: name))
          : try? MetadataTable(TextTable(json: text, file: name))
        guard let table else { continue }
        #expect(table.columns.allSatisfy { $0.values.count == table.rowCount }, "seed \(seed)")
      }
    }
  }
}
