// RemainingTime.swift -- how fast work that is underway goes, and how long it will still take.

/// How fast work that is underway goes, and how long it will still take.
///
/// The rate is that of the last half of the time, so that it follows work that gets slower or faster. What is shown moves
/// slowly towards what the rate says, and does not rise: where it was too low it stands still, and only work that has been
/// clearly slower for a while makes it longer. So bursts, in which several threads report, do not show. What an earlier call had done
/// says nothing of the rate.
package struct RemainingTime: Sendable {
  /// The part of the elapsed time over which the rate is taken.
  private static let window = 0.5
  /// The part of the elapsed time over which what is shown moves to what the rate says.
  private static let smoothing = 0.125
  /// Looks that are kept of the elapsed time.
  private static let looks = 64.0
  /// The seconds before which a rate says little.
  private static let settled = 1.0
  /// How much longer than what is shown an estimate is where the work has clearly become slower: a factor, and seconds.
  private static let slower = (factor: 1.5, seconds: 1.0)
  /// How long it must be so, as a part of the elapsed time and in seconds.
  private static let patience = (part: 0.1, seconds: 2.0)

  private let start: Double
  /// What was done since the start, at some times.
  private var points: [(time: Double, done: Int)]
  private var latest: (time: Double, done: Int)
  private var found = 0
  private var shown: (time: Double, seconds: Double)?
  private var slowerSince: Double?

  /// Begins at a time of a clock that never goes back, in seconds.
  package init(start: Double) {
    self.start = start
    latest = (start, 0)
    points = [latest]
  }

  /// Takes in how much is done at a time, and how much of that was found done.
  package mutating func look(done: Int, found: Int = 0, at now: Double) {
    self.found = min(done, found)
    latest = (now, done - self.found)
    if let last = points.last, now - last.time >= (now - start) / Self.looks { points.append(latest) }
    let oldest = now - (now - start) * Self.window
    // The time until the first report belongs to it.
    while points.count > 1, points[1].time <= oldest, points[1].done > 0 { points.removeFirst() }
  }

  /// How much is done in a second, or nil while that is not clear.
  package var rate: Double? {
    guard latest.time - start >= Self.settled, let first = points.first, latest.done > first.done else { return nil }
    return Double(latest.done - first.done) / (latest.time - first.time)
  }

  /// The seconds that `total` still takes, or nil while that is not clear; look first.
  package mutating func seconds(to total: Int) -> Double? {
    let left = total - latest.done - found
    guard let rate, left > 0 else { return nil }
    let (now, estimate) = (latest.time, Double(left) / rate)
    guard let before = shown else {
      shown = (now, estimate)
      return estimate
    }
    let elapsed = now - start
    let isSlower = estimate > before.seconds * Self.slower.factor + Self.slower.seconds
    slowerSince = isSlower ? slowerSince ?? now : nil
    let mayRise = slowerSince.map { now - $0 >= max(Self.patience.seconds, Self.patience.part * elapsed) } ?? false
    let step = now - before.time
    let countdown = max(0, before.seconds - step)
    let moved = countdown + (estimate - countdown) * step / (step + elapsed * Self.smoothing)
    let seconds = mayRise ? moved : min(moved, before.seconds)
    shown = (now, seconds)
    return seconds
  }
}
