// QuotedListTests.swift -- names parted by commas come back as they were.

import Base
import Testing

@Suite struct QuotedListTests {
  @Test(arguments: [
    ["a", "b c"], ["β norm, 95%", "\"quoted\"", "in\"side"], [" before", "after ", "\ttab", "tab\t"], ["", ""],
    [",", "\""],
  ])
  func `names are written so that they are read again`(names: [String]) {
    #expect(QuotedList.names(in: QuotedList.text(names)) == names)
  }

  @Test func `spaces around a name are no part of it, and an open quote is no name`() {
    #expect(QuotedList.names(in: " a ,\tb , \" c\" ") == ["a", "b", " c"])
    #expect(QuotedList.names(in: "\"a") == nil && QuotedList.names(in: "\"a\" b") == nil)
  }
}
