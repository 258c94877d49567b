// ProgressReporter.swift -- shows on standard error how far a long operation has come.

package import Base
import Glibc
import Synchronization

/// Shows on standard error how far a long operation has come; any thread may report.
///
/// On a terminal it redraws one line ten times a second; elsewhere it writes a line every ten seconds, so that a log
/// shows life. A failure to write is ignored: progress is not a result.
package final class ProgressReporter: Sendable {
  private struct State {
    var done = 0, found = 0
    var lastShown: Double
    var isLineOpen = false
    var isFinished = false
    var remaining: RemainingTime
  }

  private static let terminalPeriod = 0.1
  private static let logPeriod = 10.0

  private let label: String
  private let total: Int?
  private let unit: WorkContext.Progress.Unit
  private let terminal: Terminal
  private let descriptor: Int32?
  private let saysTime: Bool
  private let start: Double
  private let state: Mutex<State>

  /// Begins; without a descriptor nothing is shown.
  ///
  /// `saysTime` leaves a line at the end that says how long it took.
  package init(
    _ label: String, total: Int?, unit: WorkContext.Progress.Unit, terminal: Terminal, descriptor: Int32?,
    saysTime: Bool = false
  ) {
    self.label = label
    self.total = total
    self.unit = unit
    self.terminal = terminal
    self.descriptor = descriptor
    self.saysTime = saysTime
    start = MonotonicClock.seconds
    state = Mutex(State(lastShown: start, remaining: RemainingTime(start: start)))
  }

  /// Reports that `count` more are done.
  package func advance(by count: Int) { report { $0 + count } }

  /// Reports that `count` are done in all, of which `found` were done by an earlier call.
  package func advance(to count: Int, found: Int = 0) { report(found: found) { max($0, count) } }

  /// Removes the line from a terminal; call it before anything else is printed.
  package func finish() {
    state.withLock { state in
      if state.isLineOpen { show("\r\u{1B}[K") }
      state.isLineOpen = false
      state.lastShown = .infinity
      if saysTime, !state.isFinished {
        let text = "\(printable(label)): took \(durationText(seconds: MonotonicClock.seconds - start))"
        show(terminal.style.faint(text) + "\n")
      }
      state.isFinished = true
    }
  }

  private func report(found: Int = 0, _ change: (Int) -> Int) {
    state.withLock { state in
      state.found = max(state.found, found)
      state.done = change(state.done)
      guard descriptor != nil else { return }
      let now = MonotonicClock.seconds
      let period = terminal.isTerminal ? Self.terminalPeriod : Self.logPeriod
      guard now - state.lastShown >= period else { return }
      state.lastShown = now
      state.remaining.look(done: state.done, found: state.found, at: now)
      let line = ProgressLine(
        label: label, done: state.done, total: total, unit: unit, rate: state.remaining.rate,
        secondsLeft: total.flatMap { state.remaining.seconds(to: $0) })
      if terminal.isTerminal {
        show("\r" + line.text(width: (terminal.width ?? 80) - 1) + "\u{1B}[K")
        state.isLineOpen = true
      } else {
        show(line.text(width: nil) + "\n")
      }
    }
  }

  private func show(_ text: String) {
    guard let descriptor else { return }
    do throws(EngramError) {
      try writeAll(Array(text.utf8), to: descriptor, name: "standard error")
    } catch {
      // Progress that cannot be shown is no reason to stop the work.
    }
  }
}
