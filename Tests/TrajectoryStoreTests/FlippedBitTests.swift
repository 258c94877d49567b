// FlippedBitTests.swift -- bits flipped all over a store that has a little of everything.

import Base
import TestSupport
import Testing
import TrajectoryModel
import TrajectoryStore

@Suite(.seedReport) struct FlippedBitTests {
  @Test func `a bit flipped in any of many bytes of a whole store is found`() throws {
    let folder = TemporaryFolder()
    let path = folder["a.engram"]
    do {
      let store = try TrajectoryStore.create(at: path)
      try Made.append(1_030, to: store, special: true, metadata: ["task": .text("a")], seed: 1)
      try Made.append(5, to: store, special: true, metadata: ["task": .text("b")], seed: 2)
      try Made.append(3, to: store, metadata: ["task": .text("c")], seed: 3)
      _ = try store.edit(where: "task = 'b'", set: ["learning_rule": .text("adam")])
      _ = try store.hide(where: "task = 'c'")
      let recorder = try store.recorder(
        run: ["learning_rule": .text("adam")], layers: RecorderTests.layers, statistics: RecorderTests.statistics)
      try recorder.record(epoch: 0, values: .float32([1, 2, 3, 4, 5, 6]), metrics: ["loss": 0.5])
    }
    // The log of commits, by whose newest entry every snapshot is found: its page is the third.
    let catalog = path + "/catalog.sqlite"
    let whole = TestFiles.read(catalog)
    for place in Array(4_096..<4_136) + stride(from: 5_900, to: 6_144, by: 3) {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      for name in TestFiles.names(in: path) where name.hasPrefix("catalog") { TestFiles.remove("\(path)/\(name)") }
      TestFiles.write(damaged, to: catalog)
      do {
        #expect(try !TrajectoryStore(opening: path).verify().problems.isEmpty, "byte \(place)")
      } catch {
        #expect(error.code == .corrupt, "byte \(place): \(error)")
      }
    }
    for name in TestFiles.names(in: path) where name.hasPrefix("catalog") { TestFiles.remove("\(path)/\(name)") }
    TestFiles.write(whole, to: catalog)
    // A prime, so that places in pages differ; the whole count of a small store is in docs/DURABILITY.md.
    let driver = ChildProcess.driver("flips", path, "1999")
    #expect(driver.wait() == 0, "\(driver.errors) \(driver.lines)")
    let words = driver.lines.last?.split(separator: " ") ?? []
    #expect(words.count == 4 && (Int(words[1]) ?? 0) > 40 && words[3] == "0", "\(driver.lines)")
  }
}
