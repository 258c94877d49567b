// OutputFileTests.swift -- files that replace others.

import Base
import Glibc
import TestSupport
import Testing

struct OutputFileTests {
  private static func permissions(of path: String) -> mode_t {
    var status = stat()
    // SAFETY: `status` is a valid place for the answer, and the path a C string for the time of the call.
    guard unsafe stat(path, &status) == 0 else { return 0 }
    return status.st_mode & 0o777
  }

  @Test(arguments: [mode_t(0o600), 0o640, 0o666])
  func `a file that replaces another has its permissions`(mode: mode_t) throws {
    let folder = TemporaryFolder()
    let path = folder.write("before", to: "a.csv")
    // SAFETY: the path is a C string for the time of the call.
    #expect(unsafe chmod(path, mode) == 0)
    let file = try OutputFile(creating: path)
    try file.write(Array("after".utf8))
    try file.finish()
    #expect(TestFiles.text(path) == "after" && Self.permissions(of: path) == mode)
    #expect(TestFiles.names(in: folder.path) == ["a.csv"])
  }

  @Test(arguments: ["a", "ä", "e\u{301}"])
  func `a name may be as long as the system lets it`(letter: String) throws {
    let folder = TemporaryFolder()
    let name = String(repeating: letter, count: 255 / letter.utf8.count)
    let file = try OutputFile(creating: folder[name])
    try file.write(Array("x".utf8))
    try file.finish()
    #expect(TestFiles.text(folder[name]) == "x" && TestFiles.names(in: folder.path) == [name])
  }
}
