// CommandParserTests.swift -- what the parser takes, and what it makes of it.

import Base
import EngramCommands
import Testing

struct CommandParserTests {
  @Test func `takes an option's value after a space, after an equals sign, and by letter`() throws {
    #expect(try Toy.values("read", "s", "--where", "a = 1")[Toy.filter] == "a = 1")
    #expect(try Toy.values("read", "s", "--where=a = 1")[Toy.filter] == "a = 1")
    #expect(try Toy.values("read", "s", "--output", "f")[Toy.output] == "f")
    #expect(try Toy.values("read", "s", "-o", "f")[Toy.output] == "f")
    #expect(try Toy.values("read", "s", "-of")[Toy.output] == "f")
  }

  @Test func `takes options before, between and after arguments`() throws {
    let values = try Toy.values("read", "--seed", "3", "s", "--json", "a", "-o", "f", "b")
    #expect(values[Toy.store] == "s")
    #expect(values[Toy.rest] == ["a", "b"])
    #expect(values[Toy.seed] == 3)
    #expect(values[Toy.json])
    #expect(!values[Toy.csv])
    #expect(values[Toy.output] == "f")
  }

  @Test func `takes common options before the name of a command too`() throws {
    #expect(try Toy.values("-q", "read", "s")[CommonParameters.quiet])
    #expect(try Toy.values("group", "--verbose", "make", "--name", "x")[CommonParameters.verbose])
  }

  @Test func `gives what is not given its default, nil or nothing`() throws {
    let values = try Toy.values("read", "s")
    #expect(values[Toy.filter] == nil)
    #expect(values[Toy.seed] == 7)
    #expect(values[Toy.mappings].isEmpty)
    #expect(values[Toy.rest].isEmpty)
    #expect(!values.isGiven(Toy.seed))
    #expect(try Toy.values("read", "s", "--seed", "7").isGiven(Toy.seed))
  }

  @Test func `collects an option that may be repeated, in order`() throws {
    let mappings = try Toy.values("read", "s", "--map", "a=x", "--map=b=y=z")[Toy.mappings]
    #expect(mappings.map(\.field) == ["a", "b"])
    #expect(mappings.map(\.name) == ["x", "y=z"])
  }

  @Test func `takes everything after two dashes as arguments`() throws {
    let values = try Toy.values("read", "s", "--", "--where", "-o", "--help")
    #expect(values[Toy.rest] == ["--where", "-o", "--help"])
    #expect(values[Toy.filter] == nil)
  }

  @Test func `takes one dash and negative numbers as words of their own`() throws {
    #expect(try Toy.values("read", "-")[Toy.store] == "-")
    #expect(try Toy.values("read", "s", "-1.5")[Toy.rest] == ["-1.5"])
    #expect(try Toy.values("read", "s", "--offset", "-3")[Toy.offset] == -3)
  }

  @Test func `takes two dashes before a blank for a comment of SQL`() throws {
    let words = ["-- of the runs\nSELECT 1", "--\tx"]
    #expect(try Toy.values("read", "s", words[0], words[1])[Toy.rest] == words)
    #expect(try Toy.values("read", "s", "--where", words[0])[Toy.filter] == words[0])
  }

  @Test func `takes joined letters of flags`() throws {
    let values = try Toy.values("read", "s", "-qof")
    #expect(values[CommonParameters.quiet])
    #expect(values[Toy.output] == "f")
  }

  @Test func `splits a list at its commas`() throws {
    #expect(
      try Toy.values("read", "s", "--by", "batch_size,dataset_seed")[Toy.fields] == ["batch_size", "dataset_seed"])
  }

  @Test(arguments: [
    (["--help"], "toy"), (["-h"], "toy"), ([], "toy"), (["-q"], "toy"), (["group"], "toy group"),
    (["group", "--help"], "toy group"), (["group", "make", "-h"], "toy group make"), (["read", "--help"], "toy read"),
    (["read", "--nonsense", "--help"], "toy read"), (["nonsense", "--help"], "toy"),
  ])
  func `shows the help of the command that is named, whatever else is wrong`(words: [String], path: String) throws {
    let parsed = try CommandParser(root: Toy.root).parse(words)
    guard case .help = parsed.request else {
      Issue.record("help was not asked for")
      return
    }
    #expect(parsed.path.map(\.name).joined(separator: " ") == path)
  }

  @Test func `takes --version at the top only`() throws {
    guard case .version = try CommandParser(root: Toy.root).parse(["--version"]).request else {
      Issue.record("version was not asked for")
      return
    }
    let error = #expect(throws: EngramError.self) { try Toy.values("read", "s", "--version") }
    #expect(error?.message == "unknown option --version")
  }

  @Test func `does not take --help for help where it is a value`() throws {
    #expect(try Toy.values("read", "s", "--where=--help")[Toy.filter] == "--help")
  }
}
