// SharedProcessTests.swift -- a store beside another SQLite in its process, and in children of fork.

import TestSupport
import Testing

struct SharedProcessTests {
  @Test func `whoever else opens and closes the catalog in the process of a writer destroys nothing`() {
    let scratch = TemporaryFolder()
    let path = scratch["s.engram"]
    #expect(ChildProcess.driver("append", path, "1").wait() == 0)
    // SQLite as it is, in another process, empties and removes the log when the writer seems to have no lock.
    let stock = ChildProcess.driver("stock", path)
    stock.waitForLines(1)
    let writer = ChildProcess.driver("beside", path, "40", "1000")
    #expect(writer.wait() == 0, "\(writer.errors)")
    #expect(writer.lines.last == "done 41 80")
    stock.kill()
    #expect(stock.errors.isEmpty, "\(stock.errors)")
    let check = ChildProcess.driver("check", path, "41", "80")
    #expect(check.wait() == 0, "\(check.errors)")
  }

  @Test func `a writer has its turn beside a process that holds the lock nearly always`() {
    let scratch = TemporaryFolder()
    let path = scratch["s.engram"]
    #expect(ChildProcess.driver("append", path, "1").wait() == 0)
    let other = ChildProcess.driver("occupy", path)
    other.waitForLines(1)
    // Each append takes the lock twice. SQLite's own way of waiting fails in two of three.
    let writer = ChildProcess.driver("append", path, "6")
    #expect(writer.wait() == 0, "\(writer.errors)")
    other.kill()
  }

  @Test(arguments: [("sql", 30), ("read", 30), ("write", 15)])
  func `children of fork use the store that their parent has open and uses`(kind: String, count: Int) {
    let scratch = TemporaryFolder()
    let path = scratch["s.engram"]
    let forks = ChildProcess.driver("forks", path, kind, "\(count)")
    #expect(forks.wait() == 0, "\(forks.errors)")
    #expect(
      forks.lines.first?.hasPrefix("forks \(count) good \(count) hung 0 ") == true, "\(forks.output)\(forks.errors)")
  }
}
