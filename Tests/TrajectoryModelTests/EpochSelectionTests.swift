// EpochSelectionTests.swift -- epochs in words, and which recorded epochs they mean.

import Base
import Testing
import TrajectoryModel

@Suite struct EpochSelectionTests {
  @Test(arguments: [
    ("all", EpochSelection.all), ("0:100:25", .stride(first: 0, last: 100, stride: 25)),
    ("0::5", .stride(first: 0, last: nil, stride: 5)), ("0:100", .range(first: 0, last: 100)),
    ("0,5,10", .list([0, 5, 10])), ("2.5", .list([2.5])), ("-1,0", .list([-1, 0])),
  ])
  func `are read from text, which reads back`(text: String, selection: EpochSelection) throws {
    #expect(try EpochSelection(parsing: text) == selection)
    #expect(selection.text == text)
  }

  @Test(arguments: [
    "", "x", "5,0", "5,5", "1:", ":", "10:0", "0:10:0", "0:10:-1", "0:1e9:1", "1:2:3:4", "nan", "0,inf", "0,,5", "0::",
    "::5", "0::-5", "1e300:2e300:1", "0:1:nan",
  ])
  func `text that names no epochs is bad usage`(text: String) {
    let error = #expect(throws: EngramError.self) { try EpochSelection(parsing: text) }
    #expect(error?.code == .usage && error?.found == "'\(text)'")
  }

  /// A recorded axis as people write it, and as programs add it up.
  static let axes: [(text: String, recorded: [Double])] = [
    ("0:1:0.1", (0...10).map { Double($0) / 10 }),
    ("0:1:0.1", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]),
    ("0:1:0.1", (0...10).reduce(into: [Double]()) { axis, _ in axis.append(axis.last.map { $0 + 0.1 } ?? 0) }),
    ("0:2:0.05", (0...40).map { Double($0) / 20 }), ("0:10:\(1.0 / 3)", (0...30).map { Double($0) / 3 }),
    ("-1:1:0.1", (-10...10).map { Double($0) / 10 }), ("1e9:1000000001:0.1", (0...10).map { 1e9 + Double($0) / 10 }),
    ("123456.7:123457.7:0.05", (0...20).map { (2_469_134 + Double($0)) / 20 }),
    ("1e-12:2e-12:1e-13", (10...20).map { Double($0) * 1e-13 }), ("0::0.1", (0...10).map { Double($0) / 10 }),
  ]

  @Test(arguments: axes)
  func `a stride means the recorded epochs, whatever the rounding of its steps`(
    text: String, recorded: [Double]
  ) throws {
    #expect(try EpochSelection(parsing: text).resolve(available: recorded) == recorded)
    // Also among others.
    let more = (recorded + recorded.map { $0 + 1e-3 * (recorded[1] - recorded[0]) }).sorted()
    #expect(try EpochSelection(parsing: text).named(among: more)?.count ?? 0 >= recorded.count)
    #expect(Set(try EpochSelection(parsing: text).resolve(available: more)).isSuperset(of: recorded))
  }

  @Test func `an epoch that is a thousandth of a stride away is another one`() throws {
    let error = #expect(throws: EngramError.self) {
      try EpochSelection(parsing: "0:1:0.5").resolve(available: [0, 0.5005, 1])
    }
    #expect(error?.code == .notFound && error?.found == "0.5")
    #expect(try EpochSelection(parsing: "0:1:0.5").named(among: [0, 1]) == [0, 0.5, 1])
  }

  @Test func `an axis is a list, or as many epochs as a stride has`() throws {
    #expect(try EpochSelection(parsing: "0:100:25").axis(count: 3) == [0, 25, 50, 75, 100])
    #expect(try EpochSelection(parsing: "5::25").axis(count: 3) == [5, 30, 55])
    #expect(try EpochSelection(parsing: "0:1:0.1").axis(count: 0) == (0...10).map { Double($0) * 0.1 })
    #expect(try EpochSelection(parsing: "1,7").axis(count: 3) == [1, 7])
    #expect(EpochSelection.all.axis(count: 3) == nil && EpochSelection.range(first: 0, last: 1).axis(count: 3) == nil)
    #expect(try EpochSelection(parsing: "0:6").axis(count: 7) == [0, 1, 2, 3, 4, 5, 6])
    #expect(try EpochSelection(parsing: "-1:1").axis(count: 3) == [-1, 0, 1])
  }
}
