// TableStreamTests.swift -- tables that are written row by row.

import Base
import EngramCommands
import Glibc
import TestSupport
import Testing

struct TableStreamTests {
  /// What a stream writes, and how much of it had been written before it was finished.
  private static func written(
    _ rows: [[TableCell]], columns: [String], as format: Table.Format, terminal: Terminal = .none
  ) throws -> (text: String, before: Int) {
    let folder = TemporaryFolder()
    let descriptor = unsafe open(folder["out"], O_CREAT | O_WRONLY, 0o600)
    defer { close(descriptor) }
    let output = ByteOutput(descriptor: descriptor, name: "out")
    let stream = try TableStream(columns: columns, as: format, to: output, terminal: terminal)
    for row in rows { try stream.append(row) }
    let before = folder.read("out").count
    try stream.finish()
    try output.flush()
    return (folder.text("out"), before)
  }

  @Test(arguments: Table.Format.allCases)
  func `a stream writes what a whole table is`(format: Table.Format) throws {
    let columns = ["same", "same"]
    for count in [0, 1, 3] {
      var table = Table(columns: columns)
      for index in 0..<count { table.append([.text("task \"\(index)\""), index == 1 ? .missing : .integer(index)]) }
      let (text, _) = try Self.written(table.rows, columns: columns, as: format)
      #expect(try text == table.text(as: format))
    }
  }

  @Test(arguments: Table.Format.allCases)
  func `rows leave while more come`(format: Table.Format) throws {
    let rows = (0..<2_500).map { [TableCell.text(String(repeating: "x", count: 1_000)), .integer($0)] }
    let (text, before) = try Self.written(rows, columns: ["text", "n"], as: format)
    #expect(before > 1_500_000 && text.utf8.count > 2_500_000)
  }

  @Test func `people see the names of the columns once, and later rows line up with the first`() throws {
    let rows = (0..<2_001).map { [TableCell.text($0 == 1_500 ? "much longer" : "a"), .integer($0 % 7)] }
    let plain = try Self.written(rows, columns: ["t", "n"], as: .table).text.split(separator: "\n")
    #expect(plain.count == 2_002 && plain[0] == "t  n" && plain[2_001] == "a  5")
    #expect(plain[1_501] == "much longer  2")
    let terminal = Terminal(isTerminal: true, width: 40, style: .plain)
    let cut = try Self.written(rows, columns: ["t", "n"], as: .table, terminal: terminal).text.split(separator: "\n")
    #expect(cut[1_501] == "…  2")
  }
}
