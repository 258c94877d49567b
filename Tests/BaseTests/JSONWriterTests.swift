// JSONWriterTests.swift -- JSON written and read by name.

import Base
import Testing

@Suite struct `JSON writer` {
  static let plan: JSONValue = [
    "kind": "balanced", "seed": 0, "share": 0.25, "list": [1, [], [:], nil, true], "odd": "\"\\\n\u{1}\u{1f}ä",
  ]

  @Test func `writes compact text`() throws {
    #expect(
      try Self.plan.text()
        == #"{"kind":"balanced","seed":0,"share":0.25,"list":[1,[],{},null,true],"odd":"\"\\\n\u0001\u001fä"}"#)
  }

  @Test func `writes pretty text`() throws {
    let expected = """
      {
        "a": 1,
        "b": [
          1,
          []
        ],
        "c": {}
      }
      """
    let value: JSONValue = ["a": 1, "b": [1, []], "c": [:]]
    #expect(try value.text(.pretty) == expected)
  }

  @Test func `keeps a long array on one line of pretty text and may be emptied while it grows`() {
    var writer = JSONWriter(.pretty)
    var text: [UInt8] = []
    writer.beginObject()
    writer.key("train")
    writer.beginArray(onOneLine: true)
    for id in 0..<5 {
      writer.integer(id)
      text += writer.takeBytes()
    }
    writer.endArray()
    writer.key("n")
    writer.null()
    writer.endObject()
    text += writer.takeBytes()
    #expect(String(decoding: text, as: UTF8.self) == "{\n  \"train\": [0, 1, 2, 3, 4],\n  \"n\": null\n}")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `refuses what JSON cannot say`(value: Double) {
    #expect(#expect(throws: EngramError.self) { try JSONValue.real(value).text() }?.code == .invalidData)
  }

  @Test func `names what is not finite where the writer is told to`() throws {
    let value: JSONValue = .array([.real(.nan), .real(.infinity), .real(-.infinity), .real(-0.0)])
    #expect(try value.text(.line, nonFinite: .named) == #"["NaN", "Infinity", "-Infinity", -0.0]"#)
  }

  @Test func `writes one line with spaces, and objects on one line of pretty text`() throws {
    let value: JSONValue = ["a": 1, "b": [1, [:], []]]
    #expect(try value.text(.line) == #"{"a": 1, "b": [1, {}, []]}"#)
    var writer = JSONWriter(.pretty)
    writer.beginArray()
    for id in 0..<2 {
      writer.beginObject(onOneLine: true)
      writer.key("id")
      writer.integer(id)
      writer.key("n")
      writer.null()
      writer.endObject()
    }
    writer.endArray()
    let text = String(decoding: writer.takeBytes(), as: UTF8.self)
    #expect(text == "[\n  {\"id\": 0, \"n\": null},\n  {\"id\": 1, \"n\": null}\n]")
  }

  @Test(arguments: [
    ("\u{1B}[2J", #""\u001b[2J""#), ("\u{7F}", #""\u007f""#), ("\u{9B}2J", #""\u009b2J""#),
    ("\u{202E}x", #""\u202ex""#),
    ("tab\t\r\n\0", #""tab\t\r\n\u0000""#), ("é€😀", #""é€😀""#), ("", #""""#),
  ])
  func `escapes every control character and reads it back`(text: String, json: String) throws {
    #expect(try JSONValue.string(text).text() == json)
    #expect(try JSONValue(parsing: json) == .string(text))
  }

  @Test(arguments: [0.1, -0.0, .leastNonzeroMagnitude, 1.7976931348623157e308, 1e16, 123456789.125, 1e-5])
  func `reals come back by their bits`(value: Double) throws {
    guard case .real(let back) = try JSONValue(parsing: JSONValue.real(value).text()) else {
      return #expect(Bool(false), "a real came back as another kind")
    }
    #expect(back.bitPattern == value.bitPattern)
  }
}

@Suite struct `JSON accessors` {
  static let object: JSONObject = {
    var object = JSONObject()
    object["name"] = "fig2a"
    object["seed"] = 3
    object["share"] = 0.5
    object["nothing"] = .null
    object["names"] = ["a", "b"]
    object["mixed"] = ["a", 1]
    return object
  }()

  @Test func `give values by their kind`() throws {
    #expect(try Self.object.string("name") == "fig2a")
    #expect(try Self.object.integer("seed") == 3)
    #expect(try Self.object.real("seed") == 3)
    #expect(try Self.object.real("share") == 0.5)
    #expect(try Self.object.strings("names") == ["a", "b"])
    let absent = try Self.object.optional("absent") { value throws(EngramError) in try value.asInteger() }
    #expect(absent == nil)
    let null = try Self.object.optional("nothing") { value throws(EngramError) in try value.asInteger() }
    #expect(null == nil)
  }

  @Test func `say which key lacks or is of another kind`() {
    let missing = #expect(throws: EngramError.self) { try Self.object.string("nmae") }
    #expect(missing?.mend?.description.contains("\"name\"") == true)
    let wrong = #expect(throws: EngramError.self) { try Self.object.integer("name") }
    #expect(wrong?.place == "key \"name\"")
    #expect(wrong?.found == "text \"fig2a\"")
    let element = #expect(throws: EngramError.self) { try Self.object.strings("mixed") }
    #expect(element?.place == "key \"mixed\", element 1")
  }

  @Test func `refuse keys that nobody reads, with the one that was meant`() throws {
    try Self.object.checkKeys(Self.object.keys)
    let error = #expect(throws: EngramError.self) {
      try Self.object.checkKeys(["name", "seed", "shares", "nothing", "names", "mixed"])
    }
    #expect(error?.mend == "did you mean \"shares\"?")
  }
}
