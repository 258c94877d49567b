// StatisticChoice.swift -- `--statistics`: a family, `admissible`, `all` or a list of names.

import Base
import TrajectoryModel
package import TrajectoryStore

extension ValueType where Value == StatisticSelection {
  /// `all`, `admissible`, a family, or a list of names; that a name is known only the store can say.
  package static var statistics: ValueType<StatisticSelection> {
    let words = StatisticFamily.allCases.map(\.rawValue) + ["admissible", "all"]
    return Self("STATISTICS", completion: .words(words)) { (text: String) throws(ConversionFailure) in
      do throws(EngramError) {
        return try StatisticSelection(parsing: text)
      } catch {
        throw ConversionFailure(
          expected: "all, admissible, weight, activation, layerwise, or names parted by commas, each once", found: text)
      }
    }
  }
}
