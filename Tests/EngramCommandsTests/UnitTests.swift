// UnitTests.swift -- sizes, counts, times and progress as people read them.

import Base
import EngramCommands
import Testing

struct UnitTests {
  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"), (1_048_576, "1.0 MiB"),
    (164_626_432, "157.0 MiB"), (2_469_606_195, "2.3 GiB"), (Int.max, "8.0 EiB"),
  ])
  func `sizes are in binary units`(count: Int, text: String) { #expect(byteText(count) == text) }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (20_736, "20,736"), (-1_234_567, "-1,234,567")])
  func `counts have commas`(count: Int, text: String) { #expect(countText(count) == text) }

  @Test(arguments: [
    (0.0, "0 ms"), (0.8501, "850 ms"), (0.9996, "1.0 s"), (3.24, "3.2 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"),
    (65, "1 min 05 s"), (3600, "1 h 00 min"), (7830, "2 h 10 min"), (.infinity, "?"), (.nan, "?"),
  ])
  func `times are in the unit that fits`(seconds: Double, text: String) {
    #expect(durationText(seconds: seconds) == text)
  }

  @Test func `progress shows a bar, amounts, the rate and the time left`() {
    let line = ProgressLine(
      label: "ingesting", done: 65_850_574, total: 164_626_432, unit: .bytes, rate: 131_701_148, secondsLeft: 0.75)
    #expect(
      line.text(width: nil)
        == "ingesting  [########            ]  40 %  62.8 MiB of 157.0 MiB  125.6 MiB/s  750 ms left")
  }

  @Test func `progress leaves out what does not fit, from the right`() {
    let line = ProgressLine(label: "reading", done: 50, total: 100, unit: .things("runs"), rate: 25, secondsLeft: 2)
    #expect(line.text(width: 79) == "reading  [##########          ]  50 %  50 of 100  25 runs/s  2.0 s left")
    #expect(line.text(width: 60) == "reading  [##########          ]  50 %  50 of 100  25 runs/s")
    #expect(line.text(width: 50) == "reading  [##########          ]  50 %  50 of 100")
    #expect(line.text(width: 20) == "reading")
    #expect(line.text(width: 4) == "read")
  }

  @Test func `progress without a known end shows amount and rate`() {
    let line = ProgressLine(label: "merging", done: 1200, total: nil, unit: .things("runs"), rate: 300)
    #expect(line.text(width: nil) == "merging  1,200  300 runs/s")
  }

  @Test func `progress says no rate before it has settled`() {
    let line = ProgressLine(label: "merging", done: 5, total: 10, unit: .things("runs"))
    #expect(line.text(width: nil) == "merging  [##########          ]  50 %  5 of 10")
  }

  @Test func `colour needs a terminal that has it and a user who wants it`() {
    func style(_ isTerminal: Bool, _ variables: [String: String]) -> TextStyle {
      Terminal.style(isTerminal: isTerminal) { variables[$0] }
    }
    #expect(style(true, ["TERM": "xterm"]) == .coloured)
    #expect(style(false, ["TERM": "xterm"]) == .plain)
    #expect(style(true, ["TERM": "dumb"]) == .plain)
    #expect(style(true, ["TERM": "xterm", "NO_COLOR": "1"]) == .plain)
    #expect(style(true, ["TERM": "xterm", "NO_COLOR": ""]) == .coloured)
  }
}
