// TextTableTests.swift -- cells of tables as they stand in CSV and JSON, before anyone says what they mean.

import Base
import Formats
import Testing

@Suite struct `Tables of text` {
  @Test func `in CSV have fields, quoted or not, and guess nothing`() throws {
    let table = try TextTable(delimited: Array("a;b\nnan;\"NA\"\n 1 ;\n".utf8), file: "t.csv")
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns[0].cells == [.field("nan", isQuoted: false), .field("1", isQuoted: false)])
    #expect(table.columns[1].cells == [.field("NA", isQuoted: true), .field("", isQuoted: false)])
  }

  @Test func `in JSON have typed cells, and are empty where a key lacks`() throws {
    let table = try TextTable(json: Array(#"[{"a":1,"b":true},{"c":"nan"},{"a":1.0,"b":null}]"#.utf8), file: "t.json")
    #expect(table.columns.map(\.name) == ["a", "b", "c"])
    #expect(
      table.columns.map(\.cells) == [
        [.integer(1), .empty, .real(1)], [.integer(1), .empty, .empty], [.empty, .text("nan"), .empty],
      ])
  }

  @Test func `of rows only are no object of lists`() {
    let text = Array(#"{"a":[1]}"#.utf8)
    #expect(throws: Never.self) { try TextTable(json: text, file: "t.json") }
    let error = #expect(throws: EngramError.self) { try TextTable(json: text, file: "t.json", isRowsOnly: true) }
    #expect(error?.code == .invalidData)
    #expect(error?.message == "the JSON text is not a list of objects")
  }

  @Test func `in JSON have no more keys than a table may have columns`() {
    let rows = (0...TextTable.mostColumns).map { "{\"k\($0)\":1}" }.joined(separator: ",")
    let error = #expect(throws: EngramError.self) { try TextTable(json: Array("[\(rows)]".utf8), file: "t.json") }
    #expect(error?.code == .limit)
    #expect(error?.file == "t.json")
  }
}
