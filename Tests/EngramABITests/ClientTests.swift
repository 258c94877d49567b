// ClientTests.swift -- programs in C and C++, compiled by gcc against the installed library, alone and under valgrind.

import Foundation
import TestSupport
import Testing

/// Programs of users of the C library.
@Suite(.serialized) struct ClientTests {
  /// Where the library is installed for these tests.
  private static let prefix = TemporaryFolder()
  private static let library = ChildProcess.built("libengram-abi.so")

  /// Runs a program and returns what it said.
  private static func run(_ program: String, _ words: [String]) -> (code: Int32, output: String, errors: String) {
    let process = ChildProcess(program, words)
    return (process.wait(), process.output, process.errors)
  }

  private static let isInstalled: Bool = {
    let result = run("\(Fixtures.repository)/scripts/install", ["--library", library, prefix.path])
    return result.code == 0
  }()

  /// Compiles a program against the installed library, warnings being errors.
  private static func compiled(_ source: String) throws -> String {
    try #require(isInstalled)
    let target = prefix["\(source.split(separator: "/").last ?? "client").program"]
    let compiler = source.hasSuffix(".cpp") ? "g++ -std=c++17" : "gcc -std=c11"
    let result = run(
      "bash",
      [
        "-c",
        "PKG_CONFIG_PATH='\(prefix["lib/pkgconfig"])'; export PKG_CONFIG_PATH; \(compiler) -O1 -Wall -Wextra -Werror "
          + "'\(source.hasPrefix("/") ? source : "\(Fixtures.repository)/\(source)")' $(pkg-config --cflags --libs engram) -lm -o '\(target)'",
      ])
    #expect(result.code == 0, "\(result.errors)")
    return target
  }

  /// A store of the bundled data.
  private static func store(in folder: TemporaryFolder) -> String {
    let path = folder["digits.engram"]
    let result = run(
      ChildProcess.built("engram"), ["ingest", "\(Fixtures.repository)/fixtures/digits_dataset.pkl", path, "--quiet"])
    #expect(result.code == 0, "\(result.errors)")
    return path
  }

  /// A run that ends well, under valgrind, which finds no wrong access to memory and none that is lost.
  ///
  /// The Swift runtime looks at words of which it uses some bits, so valgrind does not watch what is undefined.
  private static func expect(_ output: String, of program: String, _ words: [String], isWatched: Bool) {
    let watch = [
      "--error-exitcode=99", "--undef-value-errors=no", "--leak-check=full",
      "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
      "-q", program,
    ]
    let result = isWatched ? run("valgrind", watch + words) : run(program, words)
    #expect(result.code == 0, "\(result.output)\n\(result.errors)")
    #expect(result.output == output)
  }

  @Test func `the library shows the functions of its header and nothing else`() {
    let result = Self.run("\(Fixtures.repository)/scripts/check_exports", [Self.library])
    #expect(result.code == 0 && result.output.isEmpty, "\(result.output)\(result.errors)")
  }

  @Test(arguments: [false, true])
  func `the C example trains a forest on a split`(isWatched: Bool) throws {
    let folder = TemporaryFolder()
    let program = try Self.compiled("examples/c/classify.c")
    Self.expect(
      "0: 1224 train and 408 test examples x 225 columns\naccuracy above chance: yes\n", of: program,
      [Self.store(in: folder), "fig2a"], isWatched: isWatched)
  }

  @Test(arguments: [false, true])
  func `the C++ example records a run and reads it back`(isWatched: Bool) throws {
    let folder = TemporaryFolder()
    let program = try Self.compiled("examples/c/record.cpp")
    let shown = """
      {"commit": 1, "first_example": 0, "examples": 2, "runs": 1, "bytes": 0}
      conv1 3
      fc 3
      weightabs_mean@0 1.5
      weightabs_mean@5 6.5
      weightabs_mean@10 11.5
      weightabs_var@0 0.125
      weightabs_var@5 0.125
      weightabs_var@10 0.125
      1 row of Arrow
      refused: usage

      """
    Self.expect(shown, of: program, [folder["mine.engram"]], isWatched: isWatched)
  }

  @Test func `the program of the guide reads the deep layers`() throws {
    let folder = TemporaryFolder()
    let guide = TestFiles.text("\(Fixtures.repository)/docs/guides/c.md")
    let block = try #require(guide.components(separatedBy: "```c\n").dropFirst().first)
    folder.write(block.components(separatedBy: "```")[0], to: "guide.c")
    let program = try Self.compiled(folder["guide.c"])
    Self.expect("864 x 225: read\n", of: program, [Self.store(in: folder)], isWatched: false)
  }

  @Test func `the installed library is an extension of SQLite's shell`() throws {
    try #require(Self.isInstalled)
    let folder = TemporaryFolder()
    let store = Self.store(in: folder)
    let query = """
      SELECT learning_rule, count(*), sum(value > 0) FROM trajectory JOIN example USING (example_id)
      WHERE statistic = 'weightabs_mean' AND epoch = 100 GROUP BY 1 ORDER BY 1
      """
    let asked = Self.run(
      "sqlite3",
      ["-batch", "-bail", ":memory:", ".load \(Self.prefix["lib/libengram"])", "SELECT engram_open('\(store)')", query])
    #expect(asked.code == 0, "\(asked.errors)")
    let known = Self.run(ChildProcess.built("engram"), ["sql", store, query, "--csv"]).output
    let rows = known.split(separator: "\n").dropFirst()
    #expect(rows.count == 4)
    #expect(Array(asked.output.replacing("|", with: ",").split(separator: "\n").dropFirst()) == Array(rows))
  }

  @Test func `texts that only Unicode has equal keep their bytes in tables of C and in SQLite's shell`() throws {
    let folder = TemporaryFolder()
    folder.write("run,task,epoch,m\n1,caf\u{e9},0,1\n2,cafe\u{301},0,2\n", to: "t.csv")
    let store = folder["t.engram"]
    let made = Self.run(ChildProcess.built("engram"), ["ingest", folder["t.csv"], store, "--quiet"])
    #expect(made.code == 0, "\(made.errors)")
    let bytes = "636166C3A9\n63616665CC81\n"
    let program = try Self.compiled("Tests/clients/texts.c")
    let query = "SELECT task FROM run ORDER BY run_id"
    #expect(Self.run(program, [store, query]).output == bytes)
    let asked = Self.run(
      "sqlite3",
      [
        "-batch", "-bail", ":memory:", ".load \(Self.prefix["lib/libengram"])", "SELECT engram_open('\(store)')",
        query.replacing("task", with: "hex(task)", maxReplacements: 1),
      ])
    #expect(asked.output.hasSuffix("\n\(bytes)"), "\(asked.output)\(asked.errors)")
  }

  @Test(arguments: [false, true])
  func `every misuse is refused with a reason`(isWatched: Bool) throws {
    let folder = TemporaryFolder()
    let program = try Self.compiled("Tests/clients/misuse.c")
    Self.expect("every misuse was refused\n", of: program, [Self.store(in: folder)], isWatched: isWatched)
  }
}
