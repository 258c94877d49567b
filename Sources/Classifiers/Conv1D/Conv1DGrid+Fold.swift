// Conv1DGrid+Fold.swift -- what all networks of a grid share while they are scored.

import Base
import TrajectoryModel

extension Conv1DGrid {
  /// The data of one fold, prepared once for all networks.
  struct Fold: Sendable {
    /// Both sides as networks see them.
    struct Inputs: Sendable {
      let train: Conv1DInput
      let validation: Conv1DInput
      let scaling: Standardization?
    }

    let columns: FeatureLayout
    let classCount: Int
    let trainLabels: [Int32]
    let validationLabels: [Int32]
    /// By whether they are z-scored.
    var inputs: [Bool: Inputs] = [:]

    /// Trains a network and counts what it gets right; skips it when it cannot be trained.
    func score(_ network: Conv1DNetwork, options: FitOptions) throws(EngramError) -> CandidateScore {
      guard let inputs = inputs[network.standardizes], !validationLabels.isEmpty else {
        return .skipped("there is nothing to validate on")
      }
      do throws(EngramError) {
        try network.checkParameters()
        let shape = try network.shape(for: columns, classCount: classCount)
        try network.checkBatch(of: trainLabels.count)
        let training = try Conv1DTraining(
          network, shape: shape, input: inputs.train, labels: trainLabels, seed: options.seed)
        try training.run(options)
        let model = Conv1DModel(
          network: network, columns: columns, shape: shape, parameters: training.currentParameters,
          scaling: inputs.scaling, loss: training.lossOfLastEpoch)
        let predicted = try model.classes(of: inputs.validation, work: options.work)
        let right = zip(predicted, validationLabels).count { $0 == $1 }
        return .accuracy(Double(right) / Double(validationLabels.count), note: nil)
      } catch {
        guard error.code == .usage || error.code == .invalidData else { throw error }
        return .skipped(error.description)
      }
    }
  }
}

extension Conv1DModel {
  /// The most likely class of every row of an input.
  func classes(of input: Conv1DInput, work: WorkContext) throws(EngramError) -> [Int32] {
    try mostLikelyClasses(probabilities(of: input, work: work), classCount: classCount)
  }
}
