// RemainingTimeTests.swift -- the time left, on a clock of the test's own.

import EngramCommands
import TestSupport
import Testing

@Suite(.seedReport) struct `Remaining time` {
  /// What is shown every tenth of a second, and the time at which it is.
  static func shown(total: Int, done: (_ time: Double) -> Int) -> [(time: Double, seconds: Double)] {
    var remaining = RemainingTime(start: 100)
    var shown: [(time: Double, seconds: Double)] = []
    for tick in 1...10_000 {
      let time = Double(tick) / 10
      let count = min(total, done(time))
      if count >= total { break }
      remaining.look(done: count, at: 100 + time)
      if let seconds = remaining.seconds(to: total) { shown.append((time, seconds)) }
    }
    return shown
  }

  static func rises(_ shown: [(time: Double, seconds: Double)]) -> Int {
    zip(shown, shown.dropFirst()).count { $1.seconds > $0.seconds }
  }

  @Test(arguments: [0.4, 1, 7.3, 250, 31_000])
  func `falls on steady work and is right`(rate: Double) throws {
    let total = Int(rate * 60)
    let shown = Self.shown(total: total) { Int($0 * rate) }
    #expect(Self.rises(shown) == 0)
    let middle = try #require(shown.first { $0.time >= 30 })
    #expect(abs(middle.seconds - 30) < 4, "\(middle)")
  }

  @Test(arguments: [UInt64](1...20))
  func `does not rise where several threads report in bursts`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    // Four threads end blocks of 768 examples every 0.8 seconds, each at a time of its own within half of that.
    let ends = (0..<200).map { Double($0 / 4) * 0.8 + Double.random(in: 0...0.4, using: &random) }
    let shown = Self.shown(total: 200 * 768) { time in ends.count { $0 <= time } * 768 }
    #expect(Self.rises(shown) == 0, "seed \(seed)")
    let middle = try #require(shown.first { $0.time >= 20 })
    #expect(abs(middle.seconds - 20) < 2, "seed \(seed): \(middle)")
  }

  @Test func `follows work that becomes four times slower, and work that becomes faster`() throws {
    // 600 at 5 a second take 120 seconds from second 20 on.
    let slower = Self.shown(total: 1_000) { $0 < 20 ? Int($0 * 20) : 400 + Int(($0 - 20) * 5) }
    let later = try #require(slower.first { $0.time >= 100 })
    #expect(abs(later.seconds - 40) < 8, "\(later)")
    // 900 at 20 a second take 45 seconds from second 20 on.
    let faster = Self.shown(total: 1_000) { $0 < 20 ? Int($0 * 5) : 100 + Int(($0 - 20) * 20) }
    let sooner = try #require(faster.first { $0.time >= 55 })
    #expect(abs(sooner.seconds - 10) < 10, "\(sooner)")
  }

  @Test func `what an earlier call had done says nothing of the pace`() throws {
    var remaining = RemainingTime(start: 0)
    remaining.look(done: 560, found: 550, at: 10)
    #expect(remaining.rate == 1 && remaining.seconds(to: 1_000) == 440)
    remaining.look(done: 550, found: 550, at: 20)
    #expect(remaining.rate == nil && remaining.seconds(to: 1_000) == nil)
  }

  @Test func `says nothing before it has settled, or without work done`() {
    var remaining = RemainingTime(start: 0)
    remaining.look(done: 0, at: 100)
    #expect(remaining.rate == nil && remaining.seconds(to: 10) == nil)
    var young = RemainingTime(start: 0)
    young.look(done: 5, at: 0.9)
    #expect(young.rate == nil && young.seconds(to: 10) == nil)
    young.look(done: 6, at: 1.5)
    #expect(young.rate == 4 && young.seconds(to: 12) == 1.5)
  }
}
