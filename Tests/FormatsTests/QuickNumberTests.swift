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
    while try rows.next() {
      var numbers = [0.0, 0.0]
      found.append(rows.quickNumbers([0, 1], into: &numbers) == 2 ? numbers[1] : nil)
      #expect(rows.quickNumber(1)?.bitPattern == found.last.flatMap { $0 }?.bitPattern)
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
