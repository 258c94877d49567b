// ProgramTests.swift -- the built program as a user meets it.

import Base
import EngramCommands
import Foundation
import Testing

struct ProgramTests {
  @Test func `says its version`() throws {
    for words in [["--version"], ["version"]] {
      let result = Shell.run(Shell.engram, words)
      #expect(result.code == 0)
      #expect(result.output == "engram \(engramVersion)\n")
      #expect(result.errors.isEmpty)
    }
    #expect(Shell.run(Shell.engram, ["version", "--json"]).output == "{\"version\": \"\(engramVersion)\"}\n")
  }

  @Test func `shows the same help by option and by verb`() throws {
    let byOption = Shell.run(Shell.engram, ["split", "balanced", "--help"])
    let byVerb = Shell.run(Shell.engram, ["help", "split", "balanced"])
    #expect(byOption.output.hasPrefix("engram split balanced: "))
    #expect(byOption.output == byVerb.output)
    let wrong = Shell.run(Shell.engram, ["help", "splt"])
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("did you mean split?"))
  }

  @Test func `reports a mistake on standard error with exit code 2`() throws {
    let result = Shell.run(Shell.engram, ["info", "s", "--wehre", "x"])
    #expect(result.code == 2)
    #expect(result.output.isEmpty)
    #expect(
      result.errors == """
        error: unknown option --wehre
        where: engram info
        found: --wehre
        to mend it: did you mean --where? See 'engram info --help'

        """)
  }

  @Test func `reports a mistake as JSON under --json, wherever it stands`() throws {
    let result = Shell.run(Shell.engram, ["info", "s", "--wehre", "x", "--json"])
    #expect(result.code == 2)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: [String: Any]])
    #expect(object["error"]?["code"] as? String == "usage")
    #expect(object["error"]?["found"] as? String == "--wehre")
  }

  @Test func `ends quietly, as by SIGPIPE, when nobody reads its output`() throws {
    let result = Shell.run("bash", ["-c", "exec 3> >(exit 0); wait $!; '\(Shell.engram)' --help >&3"])
    #expect(result.code == 141)
    #expect(result.errors.isEmpty)
  }

  @Test func `says so when the disk is full`() throws {
    let result = Shell.run("bash", ["-c", "'\(Shell.engram)' --help > /dev/full"])
    #expect(result.code == 1)
    #expect(result.errors.hasPrefix("error: the disk is full\nwhere: standard output\n"))
  }

  @Test func `starts in less than ten milliseconds`() throws {
    // One of many: what the program needs, not what else the machine does.
    let clock = ContinuousClock()
    let isFast = try (0..<200).contains { _ in
      let process = Process()
      process.executableURL = URL(filePath: Shell.engram)
      process.arguments = ["--version"]
      process.standardOutput = FileHandle.nullDevice
      return try clock.measure {
        try process.run()
        process.waitUntilExit()
      } < .milliseconds(10)
    }
    #expect(isFast)
  }
}
