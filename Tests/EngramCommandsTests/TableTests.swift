// TableTests.swift -- tables for people, JSON and CSV.

import Base
import EngramCommands
import Testing
import TrajectoryModel

struct TableTests {
  static let table: Table = {
    var table = Table(columns: ["task", "examples", "size", "seed", "mean"])
    table.append([.text("cifar10"), .integer(12_345), .bytes(164_626_432), .identifier(12345), .real(0.123456789)])
    table.append([.text("a \"b\", c\n"), .integer(7), .bytes(100), .missing, .real(-2)])
    return table
  }()

  /// A terminal of some width.
  static func terminal(_ width: Int) -> Terminal { Terminal(isTerminal: true, width: width, style: .plain) }

  @Test func `people see columns that line up, numbers on the right, sizes in MiB`() throws {
    #expect(
      try Self.table.text(as: .table) == """
        task        examples       size   seed      mean
        cifar10       12,345  157.0 MiB  12345  0.123457
        a "b", c\\n         7      100 B      -        -2

        """)
  }

  @Test func `columns of one name have keys of their own in JSON`() throws {
    #expect(Table.keys(of: ["a", "b", "a", "a_1", "a"]) == ["a", "b", "a_2", "a_1", "a_3"])
    var table = Table(columns: ["a", "a"])
    table.append([.integer(1), .integer(2)])
    #expect(try table.text(as: .json) == "[\n  {\"a\": 1, \"a_1\": 2}\n]\n")
    #expect(try table.text(as: .csv) == "a,a\n1,2\n")
  }

  @Test func `a rate without a denominator is n/a to people, null to programs and nothing to spreadsheets`() {
    let undefined = TableCell.rate(-Double.nan)
    #expect(undefined.humanText == "n/a" && undefined.json == .null)
    var table = Table(columns: ["a", "b"])
    table.append([undefined, .integer(1)])
    #expect(table.csvText() == "a,b\n,1\n")
    #expect(TableCell.rate(0.5) == .real(0.5))
    #expect(TableCell.real(-Double.nan).humanText == "nan")
  }

  @Test func `a narrow terminal cuts the widest columns and says so`() throws {
    var table = Table(columns: ["name", "n"])
    table.append([.text("block_layer3_1/conv2"), .integer(3)])
    #expect(try table.text(as: .table, terminal: Self.terminal(16)) == "name           n\nblock_layer3…  3\n")
    #expect(
      try table.text(as: .table, terminal: Self.terminal(5)).contains("block_l…  3"), "no column is cut below eight")
    #expect(try table.text(as: .table).contains("block_layer3_1/conv2"), "nothing is cut without a terminal")
  }

  @Test func `spreadsheets see every digit, quotes where they must be, and nothing for no value`() throws {
    #expect(
      try Self.table.text(as: .csv) == """
        task,examples,size,seed,mean
        cifar10,12345,164626432,12345,0.123456789
        "a ""b"", c
        ",7,100,,-2.0

        """)
  }

  @Test func `CSV tells empty text from no value`() throws {
    var table = Table(columns: ["a", "b"])
    table.append([.text(""), .missing])
    #expect(try table.text(as: .csv) == "a,b\n\"\",\n")
  }

  @Test func `CSV has in quotes what would be a number, no value or another text without`() throws {
    var table = Table(columns: ["a", "b", "c"])
    table.append([.text("NA"), .text("1.50"), .real(1.5)])
    table.append([.text(" a"), .text("v1.50"), .real(.nan)])
    #expect(try table.text(as: .csv) == "a,b,c\n\"NA\",\"1.50\",1.5\n\" a\",v1.50,nan\n")
    // Neither the sign nor the payload of a NaN can be read back.
    let strange = TableCell.real(-Double(nan: 5, signaling: false))
    table = Table(columns: ["a", "b"])
    table.append([strange, .real32(-.nan)])
    #expect(table.csvText() == "a,b\nnan,nan\n")
  }

  @Test func `programs see an array of objects in JSON`() throws {
    #expect(
      try Self.table.text(as: .json) == """
        [
          {"task": "cifar10", "examples": 12345, "size": 164626432, "seed": 12345, "mean": 0.123456789},
          {"task": "a \\"b\\", c\\n", "examples": 7, "size": 100, "seed": null, "mean": -2.0}
        ]

        """)
    #expect(try Table(columns: ["a"]).text(as: .json) == "[]\n")
  }

  @Test func `JSON writes what is not finite as text, and control characters as escapes`() throws {
    var table = Table(columns: ["a", "b"])
    table.append([.real(.nan), .text("\u{1B}é")])
    table.append([.real(-.infinity), .real(-0.0)])
    #expect(
      try table.text(as: .json)
        == "[\n  {\"a\": \"NaN\", \"b\": \"\\u001bé\"},\n  {\"a\": \"-Infinity\", \"b\": -0.0}\n]\n")
  }

  @Test func `text from a file cannot move the cursor of a terminal`() throws {
    #expect(TableCell.text("a\u{1B}[2Jb\u{202E}c").humanText == "a\\u{1b}[2Jb\\u{202e}c")
  }

  @Test func `CSV keeps control characters for programs and writes them out on a terminal`() throws {
    var table = Table(columns: ["a\u{7}"])
    table.append([.text("\u{1B}]0;title\u{7}\n\u{9B}2J")])
    #expect(try table.text(as: .csv) == "a\u{7}\n\"\u{1B}]0;title\u{7}\n\u{9B}2J\"\n")
    #expect(
      try table.text(as: .csv, terminal: Self.terminal(80)) == "a\\u{7}\n\\u{1b}]0;title\\u{7}\\n\\u{9b}2J\n")
  }

  @Test func `metadata values become cells`() throws {
    #expect(TableCell(.null) == .missing)
    #expect(TableCell(.integer(128)).humanText == "128")
    #expect(TableCell(.real(0.5)).humanText == "0.500000")
    #expect(TableCell(.text("adam")).humanText == "adam")
  }

  @Test(arguments: [
    (0.0, "0"), (-0.0, "-0"), (3.0, "3"), (-128.0, "-128"), (0.123456789, "0.123457"), (1.5, "1.50000"),
    (12345.678, "12345.7"), (123456.7, "123457"), (1e-8, "1.00000e-8"), (-2.5e20, "-2.50000e20"),
    (0.001234567, "0.00123457"),
    (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"), (Double.leastNonzeroMagnitude, "4.94066e-324"),
  ])
  func `people see about six digits of a real number`(value: Double, text: String) {
    #expect(TableCell.real(value).humanText == text)
  }
}
