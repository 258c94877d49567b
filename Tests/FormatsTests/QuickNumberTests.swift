// QuickNumberTests.swift -- numbers of a delimited file are what the C library makes of them, to the last bit.

import Base
import Formats
import Glibc
import TestSupport
import Testing

@Suite(.seedReport) struct QuickNumberTests {
  /// The numbers of a table of one column, as they are read in one go.
  private static func read(_ texts: [String]) throws -> [Double?] {
    let file = ScratchFile(Array(("x,n\n" + texts.map { "0,\($0)\n" }.joined()).utf8))
    let rows = try DelimitedRows(opening: file.path, delimiter: nil)
    var found: [Double?] = []
    var batch = NumberBatch(columns: [0, 1])
    while try rows.next() {
      found.append(rows.quickNumber(1))
      let isAdded = rows.add(to: &batch)
      #expect(isAdded)
    }
    for (index, number) in found.enumerated() {
      var numbers = [0.0, 0.0]
      let read = batch.readNumbers(ofRow: index, from: 0, into: &numbers)
      #expect(read == (number == nil ? 1 : 2))
      #expect(batch.rows[index] == index + 1)
      if let number { #expect(numbers[1].bitPattern == number.bitPattern) }
      #expect(batch.cell(ofRow: index, 1)?.isQuotedField == false)
    }
    return found
  }

  @Test func `shortest, long, halfway and extreme numbers`() throws {
    var random = SeededGenerator(seed: 11)
    var texts = [
      "0", "-0.0", "1e22", "1e23", "9007199254740993", "9007199254740992.5", "18446744073709551615",
      "1.7976931348623157e308",
      "5e-324", "2.2250738585072011e-308", "123456789012345678901234567890", "0.1", "+7", "1.e5", ".5", "0e300",
      "8.5070591730234616e37", "1e-27", "9999999999999999999e27", "4503599627370497.5", "4503599627370496.5",
    ]
    for _ in 0..<4_000 {
      let bits = random.next()
      let value = Double(bitPattern: bits)
      if value.isFinite { texts.append("\(value)") }
      texts.append("\(Double.random(in: -1...1, using: &random))")
      texts.append("\(random.next() >> (random.next() % 64))e\(Int(random.next() % 60) - 30)")
      // Halfway between two neighbours, and next to it.
      let half = (random.next() >> 11 | 1 << 52) << 1 | 1
      texts += ["\(half)", "\(half - 1)", "\(half).0000001", "\(half / 10).\(half % 10)"]
    }
    let found = try Self.read(texts)
    for (text, number) in zip(texts, found) {
      // SAFETY: the text is a C string for the call.
      let exact = unsafe strtod(text, nil)
      #expect(number?.bitPattern == exact.bitPattern, "\(text)")
    }
  }

  @Test(arguments: ["nan", "inf", "-Infinity", "", "1e", "e5", "0x10", "1.2.3", "1_0", "--1", "1e99999", "12 3"])
  func `what is no plain number is left to whoever reads text`(text: String) throws {
    #expect(try Self.read([text]) == [nil])
  }

  /// A field of a random table: short or longer than a block of the kernel, with what needs care now and then.
  private static func field(_ random: inout SeededGenerator) -> String {
    let plain = ["", "1", "-0.25", "x y", "é", "a,b", "say \"no\"", " lead", "trail\t", "two\nlines", "12.5e-3"]
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return plain[Int.random(in: 0..<plain.count, using: &random)]
    case 1: return String(repeating: "7", count: Int.random(in: 50...200, using: &random))
    default: return "\(Double.random(in: -1...1, using: &random))"
    }
  }

  private static func quoted(_ field: String) -> String {
    "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  @Test func `rows are those of the whole text, with line ends and quotes of every kind`() throws {
    var random = SeededGenerator(seed: 12)
    for _ in 0..<200 {
      let width = Int.random(in: 2...40, using: &random)
      let end = ["\n", "\r\n", "\r"][Int.random(in: 0..<3, using: &random)]
      let delimiter = [",", ";", "\t"][Int.random(in: 0..<3, using: &random)]
      var text = (0..<width).map { "c\($0)" }.joined(separator: delimiter) + end
      for _ in 0..<Int.random(in: 0...60, using: &random) {
        let fields = (0..<width).map { _ in
          let field = Self.field(&random)
          let needsQuotes = field.contains { ",;\"\n\t".contains($0) } || Int.random(in: 0..<50, using: &random) == 0
          return needsQuotes ? Self.quoted(field) : field
        }
        text += fields.joined(separator: delimiter) + end
      }
      if Bool.random(using: &random) { text.removeLast() }
      let file = ScratchFile(Array(text.utf8))
      let whole = try TextTable(delimited: Array(text.utf8), file: file.path)
      let rows = try DelimitedRows(opening: file.path, delimiter: nil)
      #expect(rows.header == whole.columns.map(\.name))
      var row = 0
      while try rows.next() {
        for column in 0..<width { #expect(try rows.cell(column) == whole.columns[column].cells[row]) }
        row += 1
      }
      #expect(row == whole.rowCount)
    }
  }

  @Test func `a batch holds the rows of one piece of the file`() throws {
    let line = "r,0.5," + String(repeating: "x", count: 90) + "\n"
    let file = ScratchFile(Array(("a,b,c\n" + String(repeating: line, count: 100_000)).utf8))
    let rows = try DelimitedRows(opening: file.path, delimiter: nil)
    var batch = NumberBatch(columns: [1])
    var (batches, count) = (1, 0)
    while try rows.next() {
      count += 1
      if rows.add(to: &batch) { continue }
      var numbers = [0.0]
      for index in batch.rows.indices {
        #expect(batch.readNumbers(ofRow: index, from: 0, into: &numbers) == 1 && numbers == [0.5])
      }
      batch.removeAll()
      batches += 1
      let isAdded = rows.add(to: &batch)
      #expect(isAdded && batch.rows == [count])
    }
    #expect(count == 100_000 && batches > 1)
  }

  @Test func `fields with spaces, quotes, carriage returns and a missing last line end are as ever`() throws {
    let file = ScratchFile(
      Array("a,b\tc ,d\r\n 1 ,\"2\"\"\",3\r\n\"x,\ny\",, 4.5\n7,8\t9,".utf8))
    let rows = try DelimitedRows(opening: file.path, delimiter: nil)
    #expect(rows.header == ["a", "b\tc", "d"])
    var found: [[String]] = []
    while try rows.next() { found.append([try rows.text(0), try rows.text(1), try rows.text(2)]) }
    #expect(found == [["1", "2\"", "3"], ["x,\ny", "", "4.5"], ["7", "8\t9", ""]])
  }
}

extension TextTable.Cell {
  /// Whether a field stood in quotes; nil for what is no field.
  fileprivate var isQuotedField: Bool? { if case .field(_, let isQuoted) = self { isQuoted } else { nil } }
}
