// RecordingDescriptionTests.swift -- a description of a recording's files is read from its own JSON as the same.

import Base
import Testing
import Transfer

@Suite struct RecordingDescriptionTests {
  @Test(arguments: ["a,b", "a, b", ",", "\"x, y\",z", "\"\",\"\"", "one", "#0:44", "\"open"])
  func `statistics as text come back as they were`(text: String) throws {
    let description = RecordingDescription(statistics: text)
    #expect(try RecordingDescription(json: description.json) == description)
  }

  @Test func `a list of names is written as a list`() throws {
    let json = try RecordingDescription(statistics: "a,\"b, c\"").json.asObject()
    #expect(json["statistics"] == .array([.string("a"), .string("b, c")]))
  }
}
