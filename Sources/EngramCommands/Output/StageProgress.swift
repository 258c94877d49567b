// StageProgress.swift -- the progress of work that has several stages, one line after the other.

package import Base
import Synchronization

/// The progress of work that has several stages, such as ingesting and verifying, on standard error.
package final class StageProgress: Sendable {
  private struct State: Sendable {
    var stage = ""
    var reporter: ProgressReporter?
  }

  private let terminal: Terminal
  private let descriptor: Int32?
  private let saysTimes: Bool
  private let state = Mutex(State())

  /// Makes one; without a descriptor nothing is shown.
  ///
  /// `saysTimes` leaves a line for each stage that says how long it took.
  package init(terminal: Terminal, descriptor: Int32?, saysTimes: Bool = false) {
    self.terminal = terminal
    self.descriptor = descriptor
    self.saysTimes = saysTimes
  }

  /// Shows how far the work has come; any thread may report.
  package func report(_ progress: WorkContext.Progress) {
    let reporter = state.withLock { state -> ProgressReporter in
      if let known = state.reporter, state.stage == progress.stage { return known }
      state.reporter?.finish()
      let fresh = ProgressReporter(
        progress.stage, total: progress.total, unit: progress.unit, terminal: terminal, descriptor: descriptor,
        saysTime: saysTimes)
      state = State(stage: progress.stage, reporter: fresh)
      return fresh
    }
    reporter.advance(to: progress.done, found: progress.found)
  }

  /// Removes the line from a terminal, before anything else is printed.
  package func finish() { state.withLock { $0.reporter?.finish() } }
}
