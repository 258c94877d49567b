// UsageErrorTests.swift -- every mistake on a command line has its sentence.

import Base
import EngramCommands
import Testing

struct UsageErrorTests {
  /// A wrong command line and what is said of it; nil where nothing is said.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let words: [String]
    let message: String
    let expected: String?
    let found: String?
    let suggestion: String?
    var testDescription: String { words.joined(separator: " ") }

    init(_ line: String, _ message: String, expected: String?, found: String?, suggestion: String? = nil) {
      words = line.split(separator: " ").map { $0 == "EMPTY" ? "" : String($0) }
      self.message = message
      self.expected = expected
      self.found = found
      self.suggestion = suggestion
    }
  }

  static let mistakes: [Mistake] = [
    Mistake("raed s", "'raed' is not a command", expected: "one of read, group", found: "raed", suggestion: "read"),
    Mistake(
      "group mkae", "'mkae' is not a command", expected: "one of make, copy, fail", found: "mkae", suggestion: "make"),
    Mistake("zzz", "'zzz' is not a command", expected: "one of read, group", found: "zzz"),
    Mistake("read s --wehre x", "unknown option --wehre", expected: nil, found: "--wehre", suggestion: "--where"),
    Mistake("read s --wehre=x", "unknown option --wehre", expected: nil, found: "--wehre", suggestion: "--where"),
    Mistake("read s --form x", "unknown option --form", expected: nil, found: "--form", suggestion: "--format"),
    Mistake("read s --qqqqqq", "unknown option --qqqqqq", expected: nil, found: "--qqqqqq"),
    Mistake("--json read s", "unknown option --json", expected: nil, found: "--json"),
    Mistake("read s -x", "unknown option -x", expected: nil, found: "-x"),
    Mistake("read s -qx", "unknown option -x", expected: nil, found: "-x"),
    Mistake(
      "read s --where", "--where needs a value", expected: "--where SQL", found: "the end of the command line"),
    Mistake("read s --where --json", "--where needs a value", expected: "--where SQL", found: "'--json'"),
    Mistake("read s --where -o f", "--where needs a value", expected: "--where SQL", found: "'-o'"),
    Mistake("read s --json=yes", "--json takes no value", expected: "--json", found: "--json=yes"),
    Mistake("read", "STORE is missing", expected: "STORE: the store", found: nil),
    Mistake("group make", "--name is missing", expected: "--name NAME: the name", found: nil),
    Mistake("group make x --name n", "there is one argument too many", expected: "no arguments", found: "'x'"),
    Mistake(
      "read s --seed 1 --seed 2", "--seed is given more than once", expected: "it once", found: "'1' and '2'"),
    Mistake(
      "read s --json --csv", "--json and --csv exclude each other", expected: "one of them", found: "--json and --csv"),
    Mistake(
      "read s -q -v", "--quiet and --verbose exclude each other", expected: "one of them",
      found: "--quiet and --verbose"),
    Mistake(
      "read s --format cvs", "--format has a value that it cannot take", expected: "one of table, csv, json",
      found: "'cvs'", suggestion: "csv"),
    Mistake(
      "read s --by a,,b", "--by has a value that it cannot take", expected: "a list parted by commas", found: "'a,,b'"),
    Mistake(
      "read s --by 1a", "--by has a value that it cannot take",
      expected: "the name of a field: letters, digits and _, no digit first", found: "'1a'"),
    Mistake(
      "read s --map task", "--map has a value that it cannot take",
      expected: "FIELD=NAME, such as learning_rule=optimizer", found: "'task'"),
    Mistake(
      "read EMPTY", "STORE has a value that it cannot take", expected: "the path of a store", found: "'empty text'"),
    Mistake(
      "read s --fraction 1.5", "--fraction has a value that it cannot take", expected: "a fraction above 0 and below 1",
      found: "'1.5'"),
    Mistake(
      "read s --fraction 0", "--fraction has a value that it cannot take", expected: "a fraction above 0 and below 1",
      found: "'0'"),
  ]

  @Test(arguments: mistakes)
  func `names the mistake, what was expected, what was found and what was meant`(mistake: Mistake) {
    let error = #expect(throws: EngramError.self) { try CommandParser(root: Toy.root).parse(mistake.words) }
    #expect(error?.code == .usage)
    #expect(error?.message == mistake.message)
    #expect(error?.expected == mistake.expected)
    #expect(error?.found == mistake.found)
    if let suggestion = mistake.suggestion {
      #expect(error?.mend?.description.hasPrefix("did you mean \(suggestion)? ") == true)
    } else {
      #expect(error?.mend?.description.contains("did you mean") == false)
    }
    #expect(error?.mend?.description.contains("--help'") == true)
  }

  @Test(arguments: ["", "x", "1x", "+1", " 1", "1 ", "1.0", "0x10", "1e1", "-1", "101", "99999999999999999999", "١"])
  func `refuses anything but a plain whole number within bounds`(word: String) {
    let error = #expect(throws: EngramError.self) { try Toy.values("read", "s", "--seed=\(word)") }
    #expect(error?.expected == "a whole number from 0 to 100")
    #expect(error?.found == "'\(word)'")
  }

  @Test(arguments: ["", ".5", "5.", "1e", "0x1p-1", "nan", "inf", "+0.5", "1_0", "0,5", "1e999", " 0.5"])
  func `refuses anything but a plain decimal number`(word: String) {
    let error = #expect(throws: EngramError.self) { try Toy.values("read", "s", "--fraction=\(word)") }
    #expect(error?.code == .usage)
    #expect(error?.found == "'\(word)'")
  }

  @Test func `takes decimal numbers with an exponent`() throws {
    #expect(try Toy.values("read", "s", "--fraction", "2.5e-1")[Toy.fraction] == 0.25)
  }
}
