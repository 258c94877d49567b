// StageProgress.swift -- the progress of work that has several stages, one line after the other.

import Synchronization

/// The progress of work that has several stages, such as ingesting and verifying.
package final class StageProgress: Sendable {
  private struct State: Sendable {
    var stage = ""
    var reporter: ProgressReporter?
  }

  private let begin: @Sendable (_ stage: String, _ total: Int) -> ProgressReporter
  private let state = Mutex(State())

  /// Shows each stage with a reporter that the closure makes.
  package init(begin: @escaping @Sendable (_ stage: String, _ total: Int) -> ProgressReporter) { self.begin = begin }

  /// Reports that `done` of `total` are done in a stage.
  package func report(_ stage: String, _ done: Int, _ total: Int) {
    let reporter = state.withLock { state -> ProgressReporter in
      if let known = state.reporter, state.stage == stage { return known }
      state.reporter?.finish()
      let fresh = begin(stage, total)
      state = State(stage: stage, reporter: fresh)
      return fresh
    }
    reporter.advance(to: done)
  }

  /// Removes the line from a terminal; call it before anything else is printed.
  package func finish() { state.withLock { $0.reporter?.finish() } }
}

extension Invocation {
  /// The progress of a long operation over examples, stage by stage; nothing is shown under `--quiet`.
  package func stages() -> StageProgress {
    let (terminal, descriptor) = (errors.terminal, values[CommonParameters.quiet] ? nil : errors.descriptor)
    return StageProgress { stage, total in
      ProgressReporter(stage, total: total, unit: .things("examples"), terminal: terminal, descriptor: descriptor)
    }
  }

  /// The progress of work whose parts are not alike, such as training; nothing is shown under `--quiet`.
  package func shares() -> StageProgress {
    let (terminal, descriptor) = (errors.terminal, values[CommonParameters.quiet] ? nil : errors.descriptor)
    return StageProgress { stage, total in
      ProgressReporter(stage, total: total, unit: .share, terminal: terminal, descriptor: descriptor)
    }
  }
}
