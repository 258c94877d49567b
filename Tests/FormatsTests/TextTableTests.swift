// TextTableTests.swift -- cells of tables as they stand in CSV and JSON, before anyone says what they mean.

import Base
import Formats
import TestSupport
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

  static let forms = [
    #"[{"a":1,"b":"x"},{"a":2,"b":null}]"#, #"{"a":[1,2],"b":["x",null]}"#,
    "{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":null}\n",
    #"{"a":{"0":1,"1":2},"b":{"0":"x","1":null}}"#, #"{"columns":["a","b"],"index":[0,1],"data":[[1,"x"],[2,null]]}"#,
    #"{"0":{"a":1,"b":"x"},"1":{"a":2,"b":null}}"#,
    #"{"schema":{"fields":[]},"data":[{"a":1,"b":"x"},{"a":2,"b":null}]}"#,
    "{\n \"a\": [1,\n2],\n \"b\": [\"x\", NaN]}",
  ]

  @Test(arguments: forms)
  func `in JSON may be a list of objects, an object of lists, lines, and what pandas writes`(text: String) throws {
    let table = try TextTable(json: Array(text.utf8), file: "t.json")
    #expect(table.columns.map(\.name) == ["a", "b"])
    #expect(table.columns[0].cells == [.integer(1), .integer(2)])
    #expect(table.columns[1].cells[0] == .text("x"))
    let last = table.columns[1].cells[1]
    let isNaN = if case .real(let value) = last { value.isNaN } else { false }
    #expect(last == .empty || isNaN)
  }

  @Test(arguments: [
    #"{"a":{"x":1,"y":2},"b":{"x":3,"y":4}}"#, #"{"a":{"3":1,"5":2}}"#, #"{"x":{"a":1,"b":"u"},"y":{"a":2,"b":"v"}}"#,
    #"{"columns":["a"],"index":["x","y"],"data":[[1],[2]]}"#, #"{"columns":["a"],"index":[2,0],"data":[[1],[2]]}"#,
  ])
  func `in JSON of pandas whose index does more than count are refused`(text: String) {
    let error = #expect(throws: EngramError.self) { try TextTable(json: Array(text.utf8), file: "t.json") }
    #expect(error?.code == .invalidData && error?.place == "index")
    #expect(error?.mend.map { "\($0)" }?.contains("table.reset_index()") == true)
  }

  @Test func `in JSON of pandas with a schema have an index where it says something`() throws {
    func names(_ key: String, _ rows: String) throws -> [String] {
      let text = #"{"schema":{"fields":[],"primaryKey":["\#(key)"]},"data":[\#(rows)]}"#
      return try TextTable(json: Array(text.utf8), file: "t.json").columns.map(\.name)
    }
    #expect(try names("index", #"{"index":0,"a":7},{"index":1,"a":8}"#) == ["", "a"])
    #expect(try names("index", #"{"index":"x","a":7},{"index":"y","a":8}"#) == ["index", "a"])
    #expect(try names("network", #"{"network":0,"a":7},{"network":1,"a":8}"#) == ["network", "a"])
  }

  @Test func `in JSON of one object are one row`() throws {
    let table = try TextTable(json: Array(#"{"a":1,"b":"x"}"#.utf8), file: "t.jsonl")
    #expect(table.rowCount == 1)
  }

  @Test func `in JSON lines say the line of a fault`() {
    let error = #expect(throws: EngramError.self) {
      try TextTable(json: Array("{\"a\":1}\n{\"a\":}\n".utf8), file: "t.jsonl")
    }
    #expect(error?.place?.hasPrefix("line 2") == true)
  }

  @Test(arguments: [
    "[[1,2]]", #"[{"a":{"b":1}}]"#, #"{"a":{"0":1},"b":{"1":2}}"#, #"{"columns":["a"],"data":[[1,2]]}"#,
  ])
  func `in JSON that are not flat are refused with advice`(text: String) {
    let error = #expect(throws: EngramError.self) { try TextTable(json: Array(text.utf8), file: "t.json") }
    #expect(error?.code == .invalidData)
    #expect(text.hasPrefix("{\"columns") || error?.mend != nil)
  }

  @Test(arguments: ["a,b\n1,2\n", "{\"a\":1,\"b\":2}\n{\"a\":3,\"b\":4}\n"])
  func `in gzip and zstd are what they are when plain`(text: String) throws {
    let scratch = TemporaryFolder()
    let plain = scratch.write(text.utf8, to: "plain.txt")
    for (program, suffix) in [("gzip", ".gz"), ("zstd", ".zst")] {
      let process = ChildProcess("sh", ["-c", "\(program) -c plain.txt > t\(suffix)"], workingFolder: scratch.path)
      #expect(process.wait() == 0)
      let (one, other) = (try TextTable(reading: plain), try TextTable(reading: scratch["t\(suffix)"]))
      #expect(one.columns.map(\.cells) == other.columns.map(\.cells))
      let whole = scratch.read("t\(suffix)")
      for cut in 4..<whole.count {
        let error = #expect(throws: EngramError.self) {
          try TextTable(reading: scratch.write(whole.prefix(cut), to: "cut\(suffix)"))
        }
        #expect(error?.code == .truncated || error?.code == .corrupt, "\(suffix) cut at \(cut)")
      }
      // Two members one after the other are one text.
      #expect(
        try TextInput(opening: scratch.write(whole + whole, to: "two")).contents(limit: 1 << 20)
          == Array((text + text).utf8))
    }
  }

  @Test func `in gzip may be padded with zeros, and in zstd have frames without data`() throws {
    let scratch = TemporaryFolder()
    let text = "a,b\n1,2\n"
    scratch.write(text, to: "plain.txt")
    let process = ChildProcess(
      "sh", ["-c", "gzip -k plain.txt && zstd -q plain.txt -o plain.txt.zst"], workingFolder: scratch.path)
    #expect(process.wait() == 0)
    func contents(_ bytes: [UInt8]) throws -> [UInt8] {
      try TextInput(opening: scratch.write(bytes, to: "packed")).contents(limit: 1 << 20)
    }
    let (gzip, zstd) = (scratch.read("plain.txt.gz"), scratch.read("plain.txt.zst"))
    #expect(try contents(gzip + [UInt8](repeating: 0, count: 10_000)) == Array(text.utf8))
    #expect(refusal(.corrupt) { _ = try contents(gzip + [0, 0, 7]) } != nil)
    #expect(refusal(.corrupt) { _ = try contents(gzip + [7, 0]) } != nil)
    let empty: [UInt8] = [0x5F, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 9, 9, 9]
    #expect(try contents(empty + zstd + empty + zstd) == Array((text + text).utf8))
    #expect(refusal(.truncated) { _ = try contents(Array((empty + zstd + empty).dropLast())) } != nil)
  }

  @Test func `are refused by what it is where an archive was compressed`() throws {
    let scratch = TemporaryFolder()
    scratch.write("a,b\n1,2\n", to: "plain.txt")
    let process = ChildProcess(
      "sh",
      [
        "-c",
        "tar -czf t.tar.gz plain.txt && tar -cf t.tar plain.txt && printf 'PAR1\\001\\002' | gzip -c > t.parquet.gz",
      ],
      workingFolder: scratch.path)
    #expect(process.wait() == 0)
    for (name, words) in [
      ("t.tar", "a tar archive"), ("t.tar.gz", "the compressed file holds a tar archive"),
      ("t.parquet.gz", "the compressed file holds a Parquet file"),
    ] {
      let error = refusal(.unsupported) { _ = try TextTable(reading: scratch[name]) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.mend?.description.contains(name.contains("tar") ? "tar -xf" : "gunzip") == true)
    }
  }

  static let foreign: [(String, [UInt8])] = [
    ("HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), ("MATLAB", Array("MATLAB 5.0 MAT-file\0".utf8)),
    ("Parquet", Array("PAR1\u{15}\u{04}".utf8)), ("Arrow", Array("ARROW1\0\0".utf8)),
    ("Excel", zip("xl/workbook.xml")), ("zip archive of notes.txt", zip("notes.txt")), ("PyTorch", zip("x/data.pkl")),
    ("cannot be read", Array(zip("X.npy").prefix(40))),
    ("NumPy archive", zip("x.npy")), ("Office", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    ("SQLite", Array("SQLite format 3\0".utf8)), ("bzip2", Array("BZh9".utf8) + [0x31, 0x41, 0x00]),
  ]

  /// A zip archive of one empty member.
  private static func zip(_ name: String) -> [UInt8] {
    let name = Array(name.utf8)
    let length: [UInt8] = [UInt8(name.count), 0]
    let zeros = [UInt8](repeating: 0, count: 12)
    let local = [0x50, 0x4B, 3, 4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + zeros + length + [0, 0] + name
    let central =
      [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] + zeros + length + zeros + [0, 0, 0, 0] + name
    let sizes: [UInt8] = [UInt8(central.count), 0, 0, 0, UInt8(local.count), 0, 0, 0, 0, 0]
    return local + central + [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0] + sizes
  }

  @Test(arguments: foreign)
  func `are refused where the file is another program's, by what it is`(what: String, bytes: [UInt8]) {
    let scratch = TemporaryFolder()
    let error = #expect(throws: EngramError.self) { try TextTable(reading: scratch.write(bytes, to: "m.csv")) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains(what) == true, "\(String(describing: error))")
    #expect(error?.mend != nil && error?.mend?.description.contains("UTF-8") == false)
  }

  @Test func `may begin like the file of another program`() throws {
    let scratch = TemporaryFolder()
    for name in ["PAR1", "FEA1", "ARROW1", "ORC"] {
      let table = try TextTable(reading: scratch.write("\(name),b\n1,2\n".utf8, to: "m.csv"))
      #expect(table.columns.map(\.name) == [name, "b"])
    }
  }

  @Test func `in JSON have no more keys than a table may have columns`() {
    let rows = (0...TextTable.mostColumns).map { "{\"k\($0)\":1}" }.joined(separator: ",")
    let error = #expect(throws: EngramError.self) { try TextTable(json: Array("[\(rows)]".utf8), file: "t.json") }
    #expect(error?.code == .limit)
    #expect(error?.file == "t.json")
  }

  @Test func `in JSON with two keys of a row that are one name are refused with the row`() throws {
    let scratch = TemporaryFolder()
    let row = "{\"a\":1,\"\u{e9}\":1,\"e\u{301}\":2}"
    let list = #expect(throws: EngramError.self) { try TextTable(json: Array("[\(row)]".utf8), file: "t.json") }
    #expect(list?.code == .invalidData && list?.place == "row 1")
    let lines = try #require(try JSONLines(opening: scratch.write("{\"a\":0}\n\(row)\n".utf8, to: "t.jsonl")))
    #expect(try lines.next())
    let line = #expect(throws: EngramError.self) { try lines.next() }
    #expect(line?.code == .invalidData && line?.place == "line 2")
  }
}
