// JSONParserTests.swift -- JSON texts, right and wrong.

import Base
import TestSupport
import Testing

@Suite(.seedReport) struct `JSON parser` {
  static let allowed: [(String, JSONValue)] = [
    ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-0", 0), ("128", 128),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775807", .integer(.max)),
    ("128.0", 128.0), ("-0.0", .real(-0.0)), ("1e2", 100.0), ("1E-2", 0.01), ("5e-324", .real(.leastNonzeroMagnitude)),
    ("1e-400", 0.0), ("100000000000000000000", 1e20), ("\"\"", ""), ("\"ä😀\"", "ä😀"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e4\u0000\uD83D\uDE00x""#, "ä\0😀x"),
    ("[]", []), ("[ ]", []), ("{}", [:]), ("[1,[2,[]],{\"a\":null}]", [1, [2, []], ["a": nil]]),
    ("\u{FEFF}[1]", [1]), ("\t\r\n[1 , 2]\n", [1, 2]),
    (#"{"b":1,"a":{"b":2}}"#, ["b": 1, "a": ["b": 2]]),
  ]

  @Test(arguments: allowed)
  func `reads what RFC 8259 allows`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test func `tells minus zero from zero and keeps the order of keys`() throws {
    guard case .real(let zero) = try JSONValue(parsing: "-0.0") else { return #expect(Bool(false)) }
    #expect(zero.sign == .minus)
    #expect(try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#).asObject().keys == ["z", "a", "m"])
  }

  @Test(arguments: [
    ("nul!", EngramError.Code.corrupt, 1, 4), ("[1,]", .corrupt, 1, 4), ("[1 2]", .corrupt, 1, 4),
    ("{\"a\" 1}", .corrupt, 1, 6), ("{a:1}", .corrupt, 1, 2), ("{\"a\":1,}", .corrupt, 1, 8), ("1 2", .corrupt, 1, 3),
    ("01", .corrupt, 1, 1), ("-01", .corrupt, 1, 1), ("1.x", .corrupt, 1, 3), ("+1", .corrupt, 1, 1),
    (".5", .corrupt, 1, 1), ("1e+x", .corrupt, 1, 4), ("'a'", .corrupt, 1, 1), ("NaN", .corrupt, 1, 1),
    ("[Infinity]", .corrupt, 1, 2), ("1e999", .invalidData, 1, 1), ("9223372036854775809000001", .invalidData, 1, 1),
    ("\"\t\"", .corrupt, 1, 2), (#""\x41""#, .corrupt, 1, 2), (#""\u12G4""#, .corrupt, 1, 6),
    (#""\uD83D""#, .corrupt, 1, 2), (#""\uD83D\n""#, .corrupt, 1, 2), (#""\uDE00""#, .corrupt, 1, 2),
    (#""\uD83D\u0041""#, .corrupt, 1, 2), ("{\"a\":1,\n \"a\":2}", .invalidData, 2, 2),
    ("[\n1,\n  ä]", .corrupt, 3, 3), ("[\"ää\", x]", .corrupt, 1, 8), ("/* no */ 1", .corrupt, 1, 1),
  ])
  func `refuses what it does not, with line and column`(
    text: String, code: EngramError.Code, line: Int, column: Int
  ) {
    let error = #expect(throws: EngramError.self) { try JSONValue(parsing: text, file: "plan.json") }
    #expect(error?.code == code)
    #expect(error?.place == "line \(line), column \(column)")
    #expect(error?.file == "plan.json")
  }

  @Test func `refuses bytes that are not UTF-8 and names the first`() {
    let error = #expect(throws: EngramError.self) { try JSONValue(parsing: Array("[\"a".utf8) + [0xC0, 0x80]) }
    #expect(error?.code == .corrupt)
    #expect(error?.offset == 3)
  }

  @Test func `nests 512 deep and no deeper`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(512))
    #expect(#expect(throws: EngramError.self) { try JSONValue(parsing: nested(513)) }?.code == .limit)
    let million = String(repeating: "[{\"a\":", count: 1_000_000)
    #expect(#expect(throws: EngramError.self) { try JSONValue(parsing: million) }?.code == .limit)
  }

  @Test(arguments: [0, 20])
  func `tells keys apart that Unicode has equal`(others: Int) throws {
    let more = (0..<others).map { "\"k\($0)\":0," }.joined()
    let text = "{\(more)\"\u{e9}\":1,\"e\u{301}\":2}"
    let object = try JSONValue(parsing: text).asObject()
    #expect(object["\u{e9}"] == 1 && object["e\u{301}"] == 2)
    let literal: JSONObject = ["\u{e9}": 1, "e\u{301}": 2]
    #expect(try literal.members.count == 2 && JSONValue.object(literal).text() == "{\"\u{e9}\":1,\"e\u{301}\":2}")
    let twice = refusal(.invalidData) { _ = try JSONValue(parsing: "{\(more)\"\u{e9}\":1,\"\u{e9}\":2}") }
    #expect(twice?.message.contains("comes twice") ?? false)
  }

  @Test func `sees a repeated key among many`() throws {
    let many = (0..<1_000).map { "\"k\($0)\":\($0)" }
    #expect(try JSONValue(parsing: "{\(many.joined(separator: ","))}").asObject().members.count == 1_000)
    for repeated in ["k3", "k15", "k16", "k17", "k999"] {
      let text = "{\((many + ["\"\(repeated)\":0"]).joined(separator: ","))}"
      #expect(#expect(throws: EngramError.self) { try JSONValue(parsing: text) }?.code == .invalidData)
    }
  }

  /// A text that holds everything.
  static let everything = #"""
    {"kind": "balanced", "seed": 0, "fraction": -2.5e-1, "where": "task = 'ä😀' \"\u00e4\ud83d\ude00\n",
     "list": [1, 2.0, null, true, false, [], {}, [[{"deep": [1]}]]], "": ""}
    """#

  @Test func `reports every truncation as such`() throws {
    let bytes = Array(Self.everything.utf8)
    _ = try JSONValue(parsing: bytes)
    for length in 0..<bytes.count {
      let error = #expect(throws: EngramError.self) { try JSONValue(parsing: Array(bytes[..<length])) }
      #expect(error?.code == .truncated, "cut at \(length)")
    }
  }

  @Test(arguments: [UInt64](1...4))
  func `what a mutated text reads as survives writing and reading`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let original = Array(Self.everything.utf8)
    for _ in 0..<5_000 {
      let bytes = random.mutated(original)
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect(try JSONValue(parsing: value.text()) == value, "seed \(seed)")
      #expect(try JSONValue(parsing: value.text(.pretty)) == value, "seed \(seed)")
    }
  }
}
