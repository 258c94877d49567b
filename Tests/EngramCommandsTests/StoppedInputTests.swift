// StoppedInputTests.swift -- a command that waits for standard input is stopped by the first signal.

import Glibc
import TestSupport
import Testing

struct StoppedInputTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `the first signal ends a recording whose input is idle, and what was answered is kept`(number: Int32) throws {
    let folder = TemporaryFolder()
    let (pipe, store) = (folder["pipe"], folder["s.engram"])
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    // Open for reading too, so that it opens at once and never ends by itself.
    let input = unsafe open(pipe, O_RDWR | O_CLOEXEC)
    let recorder = ChildProcess(
      "bash", ["-c", "exec \"$0\" record \"$1\" < \"$2\"", Shell.engram, store, pipe])
    let begin = #"{"run": {"model_seed": 1}, "layers": ["fc"], "statistics": ["a"]}"# + "\n"
    let lines = begin + #"{"epoch": 0, "values": [1]}"# + "\n" + #"{"epoch": 1, "#
    let written = unsafe Array(lines.utf8).withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
    #expect(written == lines.utf8.count)
    recorder.waitForLines(2)
    recorder.send(number)
    for _ in 0..<500 where !recorder.errors.contains("stopped") { usleep(10_000) }
    // Without the stop the end of the input ends it.
    close(input)
    #expect(recorder.wait() == 128 + number)
    #expect(recorder.errors.contains("1 run is in progress; a line that begins a run again goes on with it"))
    #expect(recorder.errors.contains("error: the recording was stopped; what was answered is kept"))
    let again = Shell.run(Shell.engram, ["record", store], input: begin)
    #expect(again.output == #"{"ok": "resumed", "epochs": [0]}"# + "\n", "\(again.output)")
  }

  @Test func `a recording that is stopped before a run begins leaves no store`() {
    let folder = TemporaryFolder()
    #expect(unsafe mkfifo(folder["pipe"], 0o600) == 0)
    let input = unsafe open(folder["pipe"], O_RDWR | O_CLOEXEC)
    let recorder = ChildProcess(
      "bash", ["-c", "exec \"$0\" record \"$1\" < \"$2\"", Shell.engram, folder["s.engram"], folder["pipe"]])
    for _ in 0..<500 where !folder.names.contains("s.engram") { usleep(10_000) }
    recorder.send(SIGTERM)
    for _ in 0..<500 where !recorder.errors.contains("stopped") { usleep(10_000) }
    close(input)
    #expect(recorder.wait() == 143)
    #expect(folder.names == ["pipe"])
  }
}
