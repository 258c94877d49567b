// ErrorReportTests.swift -- how errors look, and what the shell learns.

import Base
import EngramCommands
import Testing

struct ErrorReportTests {
  static let error = EngramError(
    .truncated, "the segment file ends too early", file: "lr.engram/a.seg", place: "footer", offset: 4096,
    expected: "32 bytes", found: "7 bytes", mend: "copy the file again")

  @Test func `an error is several lines for a person`() {
    #expect(
      ErrorReport.lines(Self.error) == """
        error: the segment file ends too early
        where: lr.engram/a.seg, footer, byte 4096
        expected: 32 bytes
        found: 7 bytes
        to mend it: copy the file again

        """)
  }

  @Test func `an error of which little is known is one line`() {
    #expect(ErrorReport.lines(EngramError(.io, "it broke")) == "error: it broke\n")
  }

  @Test func `colour marks the labels and nothing else`() {
    let lines = ErrorReport.lines(EngramError(.io, "it \u{1B}[2J broke"), style: .coloured)
    #expect(lines == "\u{1B}[1;31merror:\u{1B}[0m it \\u{1b}[2J broke\n")
  }

  @Test func `an error is one JSON object for a program`() {
    #expect(
      ErrorReport.json(Self.error)
        == #"{"error": {"code": "truncated", "message": "the segment file ends too early", "#
        + #""file": "lr.engram/a.seg", "place": "footer", "offset": 4096, "expected": "32 bytes", "#
        + #""found": "7 bytes", "mend": "copy the file again"}}"# + "\n")
    #expect(ErrorReport.json(EngramError(.io, "x")).contains(#""file": null, "place": null, "offset": null"#))
  }

  @Test(
    arguments: [
      (EngramError.Code.usage, 2), (.notFound, 2), (.exists, 1), (.truncated, 3), (.corrupt, 3), (.unsupported, 3),
      (.invalidData, 3), (.limit, 1), (.busy, 1), (.io, 1), (.diskFull, 1), (.cancelled, 130), (.closedPipe, 141),
      (EngramError.Code(rawValue: "fromTheFuture"), 1),
    ] as [(EngramError.Code, Int32)])
  func `every code of error has its exit code`(code: EngramError.Code, exitCode: Int32) {
    #expect(ExitCode.of(code) == exitCode)
  }

  @Test func `a signal gives its own exit code`() {
    #expect(ExitCode.of(.cancelled, signal: 15) == 143)
    #expect(ExitCode.of(.io, signal: 2) == 1)
  }
}
