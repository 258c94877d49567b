// CrashTests.swift -- a writer killed at any instant loses nothing that it was told is done, and leaves nothing half-done.

import Glibc
import TestSupport
import Testing
import TrajectoryStore

@Suite(.serialized, .seedReport) struct CrashTests {
  /// What a process said it had done last.
  private static func lastReport(_ child: ChildProcess) -> (commit: String, examples: String)? {
    guard let words = child.lines.last?.split(separator: " "), words.count == 3 else { return nil }
    return (String(words[1]), String(words[2]))
  }

  @Test func `a writer that is killed again and again loses nothing`() throws {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    var generator = SeededGenerator(seed: 11)
    var leftovers = 0
    for round in 0..<10 {
      let writer = ChildProcess.driver("write", path, "\(round)")
      // The first is killed while it makes the store, the others in the midst of anything.
      usleep(UInt32(generator.next() % (round == 0 ? 20_000 : 250_000)))
      writer.kill()
      let reported = Self.lastReport(writer)
      let checker =
        if let reported {
          ChildProcess.driver("check", path, reported.commit, reported.examples)
        } else {
          ChildProcess.driver("check", path)
        }
      #expect(checker.wait() == 0, "round \(round): \(checker.errors)")
      let words = checker.lines.last?.split(separator: " ") ?? []
      #expect(words.count == 4, "round \(round)")
      leftovers += words.count == 4 && words[3] != "0" ? 1 : 0
    }
    // The next write sweeps.
    #expect(ChildProcess.driver("append", path, "1").wait() == 0)
    let report = try TrajectoryStore(opening: path).verify()
    #expect(report.problems.isEmpty && report.leftovers.isEmpty && report.examples > 0)
    #expect(TestFiles.names(in: path).filter { $0.contains("making") }.isEmpty)
  }

  @Test func `readers in other processes never fail and never see half a commit while one writes`() throws {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    #expect(ChildProcess.driver("append", path, "1").wait() == 0)
    let writer = ChildProcess.driver("write", path, "5")
    let readers = (0..<3).map { _ in ChildProcess.driver("read", path, "2") }
    for reader in readers {
      #expect(reader.wait() == 0, "\(reader.errors)")
      let snapshots = reader.lines.last?.split(separator: " ").last.flatMap { Int($0) } ?? 0
      #expect(snapshots > 3)
    }
    // Verification beside a writer that compacts finds no problem either.
    for _ in 0..<5 {
      let checker = ChildProcess.driver("check", path)
      #expect(checker.wait() == 0, "\(checker.errors)")
    }
    #expect(writer.errors.isEmpty)
    writer.kill()
    let checker = ChildProcess.driver("check", path)
    #expect(checker.wait() == 0, "\(checker.errors)")
  }

  @Test func `writers in several processes take turns and each finds its examples`() throws {
    let folder = TemporaryFolder()
    let store = try TrajectoryStore.create(at: folder["a.engram"])
    let children = (0..<3).map { _ in ChildProcess.driver("hold", store.path, "0") }
    for (number, child) in children.enumerated() {
      try Made.append(2, to: store, seed: UInt64(number))
      #expect(child.wait() == 0, "\(child.errors)")
    }
    #expect(try store.snapshot().exampleCount == 6)
  }

  @Test(arguments: 0..<5) func `processes that make the same store at the same time share it`(round: Int) throws {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    let children = (0..<6).map { _ in ChildProcess.driver("append", path, "1") }
    for child in children { #expect(child.wait() == 0, "\(child.errors)") }
    #expect(try TrajectoryStore(opening: path).verify().examples == 6)
    #expect(try TrajectoryStore(opening: path).verify().problems.isEmpty)
  }
}
