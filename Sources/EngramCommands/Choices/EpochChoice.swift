// EpochChoice.swift -- `--epochs`: `all`, `0:100:25` or `0,5,10`.

import Base
package import TrajectoryModel

extension ValueType where Value == EpochSelection {
  /// The words of ``EpochSelection``.
  package static var epochs: ValueType<EpochSelection> {
    Self("EPOCHS", completion: .words(["all"])) { (word: String) throws(ConversionFailure) in
      do throws(EngramError) {
        return try EpochSelection(parsing: word)
      } catch {
        throw ConversionFailure(
          expected: "all, a range such as 0:100:25 with a step above 0, or a list such as 0,5,10 that increases",
          found: word)
      }
    }
  }
}
