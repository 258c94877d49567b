// ToyCommands.swift -- a small tree of commands for the tests of the parser.

import Base
import EngramCommands

/// A small tree of commands with one parameter of each kind.
enum Toy {
  static let store = Parameter.argument(.store(), "the store")
  static let rest = Parameter.arguments(.text("WORD"), atLeastOne: false, "more words")
  static let filter = Parameter.option("where", .text("SQL"), "which")
  static let seed = Parameter.option("seed", .integer(in: 0...100), default: "7", "the seed")
  static let offset = Parameter.option("offset", .integer(in: -10...10), default: "0", "the offset")
  static let fraction = Parameter.option("fraction", .fraction(), "the part")
  static let format = Parameter.option(
    "format", .word(among: ["table", "csv", "json"]), default: "table", "the format")
  static let fields = Parameter.option("by", .list(of: .field), "the fields")
  static let mappings = Parameter.repeated("map", .mapping, "a mapping")
  static let output = Parameter.option("output", letter: "o", .file(), "the file")
  static let name = Parameter.required("name", .text("NAME"), "the name")
  static let json = CommonParameters.json
  static let csv = CommonParameters.csv

  static let read = Command(
    "read", "read a store",
    takes: [store, rest, filter, seed, offset, fraction, format, fields, mappings, output, json, csv],
    exclusive: [[json, csv]], examples: []
  ) { (_: Invocation) throws(EngramError) in }

  static let make = Command("make", "make a thing", takes: [name], examples: []) {
    (invocation: Invocation) throws(EngramError) in try invocation.output.write("made \(invocation[name])\n")
  }

  static let copy = Command("copy", "write a name many times", takes: [name, output], examples: []) {
    (invocation: Invocation) throws(EngramError) in
    try invocation.write(to: invocation[output]) { (output) throws(EngramError) in
      for _ in 0..<5_000 { try output.write(invocation[name]) }
      if invocation[name] == "fail" { throw EngramError(.cancelled, "stopped") }
    }
  }

  static let fail = Command("fail", "fail as told", takes: [name, json], examples: []) {
    (invocation: Invocation) throws(EngramError) in
    throw EngramError(
      EngramError.Code(rawValue: invocation[name]), "the footer is wrong", file: "a.seg", place: "footer", offset: 12,
      expected: "45 4e", found: "00 00", mend: "copy it again")
  }

  static let root = Command(
    "toy", "a toy", examples: [],
    subcommands: [read, Command("group", "commands below a command", examples: [], subcommands: [make, copy, fail])],
    takes: [CommonParameters.version])

  /// Parses words; the values of a command that is to be run.
  static func values(_ words: String...) throws -> ParsedValues {
    guard case .run(let values) = try CommandParser(root: root).parse(words).request else {
      throw EngramError(.usage, "help or version was asked for")
    }
    return values
  }
}
