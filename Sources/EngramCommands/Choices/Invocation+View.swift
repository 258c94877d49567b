// Invocation+View.swift -- `--view`, with `--epochs` and the flags that are short for parts of it.

import Base
import TrajectoryModel
import TrajectoryStore
import Transfer

extension Invocation {
  /// What help says of views, on every verb that takes one.
  static let viewDiscussion = """
    A view says how trajectories are looked at; its parts are joined by '+' and apply in this order:
      epochs:0:100:25      these epochs, as --epochs
      random-start:15x4    4 samples, 15 epochs apart, from a start that each example draws for itself; :7 is a seed
      portion:2/3          the second of three consecutive portions
      last                 one epoch of each run, its own: also first, at-most:50, best:top1, best:loss:min
      mean                 the mean of the samples of each statistic
      zscore               each column less its train mean, over its train standard deviation, or 1e-5 where that is less
      positions            three columns first: position_early, position_middle, position_deep
    The sample counts of the paper are 2 4 6 9 11 13 16 18 21 at a period of 5, 2 4 6 at 15 and 2 4 at 25.
    """

  /// The view that was asked for.
  ///
  /// - Parameters:
  ///   - isStandardized: A flag that is short for `+zscore`, where the command declares it.
  ///   - hasPositions: A flag that is short for `+positions`.
  /// - Returns: The view, named by its text unless its file names it.
  /// - Throws: Code `usage` when `--view` and another option say the same thing differently.
  func view(
    isStandardized: Parameter<Bool>? = nil, hasPositions: Parameter<Bool>? = nil
  ) throws(EngramError) -> TrajectoryView {
    var view = TrajectoryView.whole
    let wasWhole = view.name
    if let text = self[SharedParameters.view] {
      if text.hasSuffix(".json") {
        /// A view is a few lines of text.
        let value = try JSONValue(reading: text, limit: 1 << 20)
        do throws(EngramError) {
          view = try TrajectoryView(json: value)
        } catch {
          throw error.inFile(text)
        }
      } else {
        view = try TrajectoryView(parsing: text)
      }
    }
    let wasNamedByItsText = view.name == view.text || view.name == wasWhole
    if isGiven(SharedParameters.epochs) { try choose(self[SharedParameters.epochs], in: &view) }
    if let isStandardized, self[isStandardized] { view.isStandardized = true }
    if let hasPositions, self[hasPositions] { view.hasPositions = true }
    if wasNamedByItsText { view.name = view.text }
    return view
  }

  /// Puts what `--epochs` says into a view that says nothing of it.
  private func choose(_ epochs: EpochWords, in view: inout TrajectoryView) throws(EngramError) {
    switch epochs {
    case .selection(let selection) where view.epochs == .all: view.epochs = selection
    case .choice(let choice) where view.samples == .all: view.samples = .choice(choice)
    default:
      throw usageError(
        "--epochs and the view both choose epochs", expected: "one of them",
        found: "--epochs \(epochs.text) and --view \(view.text)")
    }
  }
}
