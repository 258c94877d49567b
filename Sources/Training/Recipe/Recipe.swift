// Recipe.swift -- the published rates, decays and schedules (paper Appendix A), worked out for one run.

import Base

/// What a run's settings come to: its rate at every step, and its decay.
package struct Recipe: Sendable, Hashable {
  /// The rate of the forward weights when it is highest.
  package let rate: Double
  /// lambda of the decay of kernels and biases.
  package let decay: Double
  /// Steps of an epoch.
  package let stepsPerEpoch: Int
  /// Epochs.
  package let epochs: Int
  /// Whether the rate stays.
  package let isConstant: Bool

  /// Published rates are those of a batch of 256.
  private static let rateBatch = 256.0
  /// The end of the warm-up, and where the rate is divided by ten, as shares of all epochs: 6, 30, 60 and 80 of 100.
  private static let warmUp = 0.06
  private static let drops = [0.3, 0.6, 0.8]

  /// Works out the recipe of a run.
  package init(_ settings: TrainingSettings, rule: LearningRule, task: any TrainingTask) {
    let family = settings.architecture.family
    let base: Double =
      switch (rule.optimizer, family) {
      case (.adam, _): 0.001
      case (.sgdm, .resnet): 0.125
      case (.sgdm, .alexnet): 0.0125
      case (.sgdm, .knet): 0.01
      }
    rate = (settings.rate ?? base) * Double(settings.batchSize) / Self.rateBatch
    var isContrastive = false
    if case .contrastive = task.head { isContrastive = true }
    let published: Double =
      switch family {
      case _ where isContrastive: 1e-6
      case .resnet: 1e-4
      case .alexnet: 5e-4
      case .knet: rule.name == "information" ? 1e-12 : 1e-5
      }
    decay = settings.decay ?? published
    let images = settings.epochImages ?? task.trainingCount
    stepsPerEpoch = max(1, images / settings.batchSize)
    epochs = settings.epochs
    isConstant = settings.hasConstantRate ?? (family == .knet)
  }

  /// Steps in all.
  package var steps: Int { stepsPerEpoch * epochs }

  /// The rate of a step: up from 0 in a line, then times 1, .1, .01 and .001.
  package func rate(atStep step: Int) -> Double {
    if isConstant { return rate }
    let done = Double(step) / Double(steps)
    if done < Self.warmUp { return rate * done / Self.warmUp }
    return Self.drops.reduce(rate) { done >= $1 ? $0 * 0.1 : $0 }
  }
}
