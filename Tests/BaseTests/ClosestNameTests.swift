// ClosestNameTests.swift -- the name that somebody who mistyped most likely meant.

import Base
import Testing

@Suite struct `Closest name` {
  @Test(arguments: [
    ("ingset", ["ingest", "info", "select"], "ingest"), ("INFO", ["ingest", "info"], "info"),
    ("wieghtabs_mean", ["weightabs_median", "weightabs_mean", "weightabs_var"], "weightabs_mean"),
    ("xyz", ["ingest", "info"], nil),
    ("", ["a"], "a"), ("a", [], nil), ("spilt", ["split", "spill"], "split"),
    (String(repeating: "x", count: 10_000), ["x"], nil),
  ])
  func `is found within a third of the length`(typed: String, names: [String], expected: String?) {
    #expect(closestName(to: typed, among: names) == expected)
  }
}
