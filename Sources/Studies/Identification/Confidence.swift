// Confidence.swift -- how far to believe what is said, from what was held out.

import Classifiers
import Splits

/// How far to believe what is said of examples and runs, from what was held out.
///
/// Held-out kinds on which the measures hardly agree are told by guessing, whatever their confidence. They say nothing of a kind on
/// which the measures agree, so that one is calibrated without them; and of a kind on which they hardly agree no confidence is left.
struct Confidence: Sendable {
  /// What probabilities of examples and runs to identify are raised to.
  let examples: TemperatureScaling, runs: TemperatureScaling
  /// How far that was true of what was held out.
  let exampleLevel: ConfidenceLevel, runLevel: ConfidenceLevel
  /// The sets of classes.
  let sets: PredictionSets
  /// How surely held-out runs were told apart.
  let sureness: Sureness

  /// Calibrates.
  ///
  /// - Parameters:
  ///   - votes: What was said of held-out examples.
  ///   - runVotes: What was said of their runs.
  ///   - agreement: How far the measures agree on what is to be identified and on each part that was held out.
  ///   - groups: What was held out.
  init(
    _ votes: HeldOutVotes, _ runVotes: HeldOutVotes,
    _ agreement: (unknown: MeasureAgreement, parts: [MeasureAgreement])?, _ groups: CalibrationGroups
  ) {
    let isDoubtful = agreement?.unknown.isDoubtful ?? false
    let parts = agreement?.parts ?? []
    let trusted = Set(parts.indices.filter { !parts[$0].isDoubtful })
    // One kind alone cannot say how far its own calibration holds for another.
    let isNarrowed = trusted.count > 1 && trusted.count < parts.count
    let (used, usedRuns) = isNarrowed ? (votes.only(trusted), runVotes.only(trusted)) : (votes, runVotes)
    let (exampleCalibration, runCalibration) = (used.calibration, usedRuns.calibration)
    (exampleLevel, runLevel) = (exampleCalibration.level, runCalibration.level)
    let none = TemperatureScaling(exponent: TemperatureScaling.exponents.lowerBound)
    examples = isDoubtful ? none : exampleCalibration.scaling
    runs = isDoubtful ? none : runCalibration.scaling
    sureness = Sureness(usedRuns, runCalibration.scaling)
    sets = PredictionSets(
      probabilities: runVotes.scaled(by: runCalibration.scaling, where: usedRuns, runCalibration.probabilities),
      labels: runVotes.labels, folds: runVotes.folds, names: groups.folds.map(\.name), agreements: parts,
      isUnknown: isDoubtful || agreement?.unknown.isUnlike ?? false, classCount: runVotes.logs.classCount)
  }
}

extension HeldOutVotes {
  /// The probabilities of all rows: those of some folds as they are given, of the others by a scaling that has not seen them.
  fileprivate func scaled(
    by scaling: TemperatureScaling, where used: HeldOutVotes, _ probabilities: [Double]
  ) -> [Double] {
    if used.folds.count == folds.count { return probabilities }
    var all = scaling.probabilities(of: logs)
    let inside = Set(used.folds)
    var place = 0
    for row in folds.indices where inside.contains(folds[row]) {
      for code in 0..<logs.classCount {
        all[row * logs.classCount + code] = probabilities[place * logs.classCount + code]
      }
      place += 1
    }
    return all
  }
}
