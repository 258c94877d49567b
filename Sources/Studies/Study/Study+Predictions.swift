// Study+Predictions.swift -- of which cells the predictions are kept.

import Classifiers
import Splits
import TrajectoryModel
import TrajectoryStore

extension Study {
  /// Whether some experiment asks for the predictions of what a cell learns, be that experiment done now or later.
  ///
  /// Results are not made twice, so who learns first keeps what the others need.
  func keepsPredictions(of cell: StudyCell) -> Bool {
    guard let own = experiment(cell.experiment) else { return false }
    return experiments.contains { other in
      other.keepsPredictions && other.hasSplits(of: own) && other.identifies == own.identifies
        && !Set(other.views).isDisjoint(with: own.views) && other.statistics.contains(cell.statistics)
        && other.classifiers.contains { $0.kind == cell.kind }
    }
  }
}

extension StudyExperiment {
  /// Whether it is done on the same splits as another.
  func hasSplits(of other: StudyExperiment) -> Bool {
    splits == other.splits && each == other.each && trainFractions == other.trainFractions
  }
}
