// TrainingSettings.swift -- everything that says how one network is trained.

package import TrajectoryModel

/// Everything that says how one network is trained; what is nil is as published.
package struct TrainingSettings: Sendable, Hashable {
  /// What is learned: `digits`, `cifar10`, ….
  package var task = "digits"
  /// The network.
  package var architecture = Architecture.knet
  /// How it learns: the name of a rule.
  package var rule = "sgdm"
  /// Stimuli of a step.
  package var batchSize = 256
  /// The seed of the weights; nil for the published `None`.
  package var modelSeed: Int64?
  /// The seed of the order of stimuli and of what is drawn for them; nil for the published `None`.
  package var datasetSeed: Int64?
  /// What sets the run apart from others of the same six; `published` where nothing does.
  package var recipe: String?

  /// Epochs, and how many lie between two checkpoints.
  package var epochs = 100
  package var checkpointEvery = 5
  /// Stimuli that are called an epoch; nil for the training set.
  package var epochImages: Int?
  /// Rows and columns of an image, of tasks that can be made at any size.
  package var imageSize: Int?
  /// The width, first kernel and starting weights of the network.
  package var size = NetworkSize()
  /// The rate at a batch of 256, which is scaled with the batch.
  package var rate: Double?
  /// Whether the rate is constant; else it warms up and is divided by ten three times.
  package var hasConstantRate: Bool?
  /// lambda of the decay of kernels and biases.
  package var decay: Double?
  /// The largest norm of the whole gradient; 0 for any.
  package var clip = 0.0
  /// The temperature of the contrastive loss.
  package var temperature = 0.1
  /// Options of the rule.
  package var ruleOptions: [String: Double] = [:]
  /// Whether the activity change goes through the feedback kernels, of rules that have them.
  package var changesByFeedback = false

  /// As published, of KNet4 on digits.
  package init() {}

  /// The metadata of the run.
  package var metadata: [String: MetadataValue] {
    [
      "task": .text(task), "architecture": .text(architecture.rawValue), "learning_rule": .text(rule),
      "batch_size": .integer(Int64(batchSize)), "model_seed": modelSeed.map { .integer($0) } ?? .null,
      "dataset_seed": datasetSeed.map { .integer($0) } ?? .null, "recipe": .text(recipe ?? recipeText),
    ]
  }

  /// The epochs of checkpoints: 0, every so many, and the last.
  package var checkpoints: [Int] {
    let regular = Array(stride(from: 0, through: epochs, by: max(1, checkpointEvery)))
    return regular.last == epochs ? regular : regular + [epochs]
  }

  /// The settings, by their names in a plan, that are set and change nothing of the run.
  func unused(head: NetworkHead, rule: LearningRule) -> [String] {
    var names: [String] = []
    if size.normDecay != nil, architecture.family != .resnet { names.append("norm_decay") }
    if size.dropout != nil, architecture.family != .alexnet { names.append("dropout") }
    if case .classes = head, temperature != TrainingSettings().temperature { names.append("temperature") }
    if changesByFeedback, !rule.hasFeedback || rule.isDirect { names.append("feedback_change") }
    return names
  }

  /// A line that names the run for a person.
  package var title: String {
    func seed(_ seed: Int64?) -> String { seed.map(String.init) ?? "None" }
    return "\(task) \(architecture.rawValue) \(rule) batch \(batchSize) seeds \(seed(modelSeed)) \(seed(datasetSeed))"
  }
}
