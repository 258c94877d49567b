// EpochChoice.swift -- `--epochs`: `all`, `0:100:25`, `0,5,10`, or an epoch of each run such as `last`.

import Base
package import TrajectoryModel
package import TrajectoryStore

/// Which epochs are read: the same of all examples, or one of each run.
package enum EpochWords: Sendable, Hashable {
  /// The same epochs of all examples.
  case selection(EpochSelection)
  /// One epoch of each run.
  case choice(EpochChoice)

  /// The text form.
  package var text: String {
    switch self {
    case .selection(let selection): selection.text
    case .choice(let choice): choice.text
    }
  }
}

extension ValueType where Value == EpochWords {
  /// The words of ``EpochSelection`` and of ``EpochChoice``.
  package static var epochs: ValueType<EpochWords> {
    Self("EPOCHS", completion: .words(["all", "first", "last"])) { (word: String) throws(ConversionFailure) in
      if let choice = EpochChoice(parsing: word) { return .choice(choice) }
      do throws(EngramError) {
        return .selection(try EpochSelection(parsing: word))
      } catch {
        throw ConversionFailure(
          expected:
            "all, a range such as 0:100:25 with a step above 0, a list such as 0,5,10 that increases, or first, last, "
            + "at-most:N, best:METRIC, best:METRIC:min for an epoch of each run",
          found: word)
      }
    }
  }
}
