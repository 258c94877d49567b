// TensorNetwork.swift -- a network that learns, held by the tensor library.

package import Base
import CTorch

/// A network that learns, held by the tensor library; one thread uses it at a time.
@safe package final class TensorNetwork {
  /// A tensor of an operation.
  package enum Tensor: Sendable, Hashable, CaseIterable {
    case kernel, bias, gamma, beta, movingMean, movingVariance, feedback, kernelGradient, feedbackGradient

    var code: Int32 {
      switch self {
      case .kernel: Int32(ENGRAM_KERNEL)
      case .bias: Int32(ENGRAM_BIAS)
      case .gamma: Int32(ENGRAM_GAMMA)
      case .beta: Int32(ENGRAM_BETA)
      case .movingMean: Int32(ENGRAM_MOVING_MEAN)
      case .movingVariance: Int32(ENGRAM_MOVING_VARIANCE)
      case .feedback: Int32(ENGRAM_FEEDBACK)
      case .kernelGradient: Int32(ENGRAM_KERNEL_GRADIENT)
      case .feedbackGradient: Int32(ENGRAM_FEEDBACK_GRADIENT)
      }
    }
  }

  /// What is the same for a whole network.
  package struct Settings: Sendable, Hashable {
    /// lambda of (lambda / 2) sum w^2 over kernels and biases.
    package var decay = 0.0
    /// The largest norm of the whole gradient; 0 for any.
    package var clip = 0.0
    /// The temperature of a contrastive loss.
    package var temperature = 0.1
    /// Whether it computes in Float64.
    package var isDouble = false
    /// Whether it lives on a GPU.
    package var onGPU = false

    /// The usual ones.
    package init() {}
  }

  /// What a step or an evaluation came to.
  package struct Outcome: Sendable, Hashable {
    /// The mean loss of a stimulus, without decay.
    package var loss: Double
    /// What a rule adds for its feedback.
    package var regularizer: Double
    /// Stimuli that were answered rightly, of so many.
    package var correct: Int, count: Int
  }

  /// What it is.
  package let description: NetworkDescription
  /// How it learns.
  package let rule: String
  private let settings: Settings
  private let handle: OpaquePointer

  /// Builds a network, whose kernels are zeros until they are set.
  ///
  /// - Throws: ``EngramError`` with code `usage` for a rule or option that is not known, `limit` without memory.
  package init(
    _ description: NetworkDescription, rule: String, options: [String: Double] = [:], settings: Settings = Settings()
  ) throws(EngramError) {
    try TensorLibrary.load()
    self.description = description
    self.rule = rule
    self.settings = settings
    let operations = description.operations.map(Self.plain)
    var shared = engram_settings()
    shared.height = Int32(description.image.height)
    shared.width = Int32(description.image.width)
    shared.channels = Int32(description.image.channels)
    if case .contrastive = description.head { shared.loss = Int32(ENGRAM_CONTRASTIVE) }
    shared.temperature = settings.temperature
    shared.decay = settings.decay
    shared.clip = settings.clip
    shared.is_double = settings.isDouble ? 1 : 0
    shared.on_gpu = settings.onGPU ? 1 : 0
    // Names lie in one block of bytes, each ended by a zero, for as long as the call lasts.
    let given = options.sorted { $0.key < $1.key }
    var made: OpaquePointer?
    // SAFETY: all that is lent to the call lives until it returns, and the library keeps nothing of it.
    let code = unsafe Self.withCStrings(given.map(\.key)) { names in
      let pairs = unsafe zip(names, given).map { unsafe engram_option(name: $0, value: $1.value) }
      return unsafe engram_torch_make(
        operations, Int32(operations.count), &shared, rule, pairs, Int32(pairs.count), &made)
    }
    try TensorLibrary.check(code, "the network")
    guard let made = unsafe made else { throw EngramError(.io, "the tensor library made no network") }
    unsafe handle = made
  }

  deinit { unsafe engram_torch_free(handle) }

  /// The temperature of its contrastive loss.
  var temperature: Double { settings.temperature }

  /// How many numbers a tensor has; 0 where there is none.
  package func count(_ tensor: Tensor, of operation: Int) -> Int {
    Int(unsafe engram_torch_count(handle, Int32(operation), tensor.code))
  }

  /// Sets a tensor, in the published layout.
  package func set(_ tensor: Tensor, of operation: Int, to values: [Double]) throws(EngramError) {
    try TensorLibrary.check(
      unsafe engram_torch_set(handle, Int32(operation), tensor.code, values, Int64(values.count)), "a tensor")
  }

  /// A tensor in the published layout; empty where there is none.
  package func get(_ tensor: Tensor, of operation: Int) throws(EngramError) -> [Double] {
    var values = [Double](repeating: 0, count: count(tensor, of: operation))
    if values.isEmpty { return values }
    let count = Int64(values.count)
    try TensorLibrary.check(
      unsafe engram_torch_get(handle, Int32(operation), tensor.code, &values, count), "a tensor")
    return values
  }

  /// Everything that learning goes on from.
  package func state() throws(EngramError) -> [UInt8] {
    let size = unsafe engram_torch_state_size(handle)
    var bytes = [UInt8](repeating: 0, count: Int(size))
    try TensorLibrary.check(unsafe engram_torch_get_state(handle, &bytes, size), "the state of a network")
    return bytes
  }

  /// Goes back to a state.
  ///
  /// - Throws: ``EngramError`` with code `usage` when it is that of another network.
  package func restore(_ bytes: [UInt8]) throws(EngramError) {
    try TensorLibrary.check(
      unsafe engram_torch_set_state(handle, bytes, Int64(bytes.count)), "the state of a network")
  }

  /// Takes a step of learning.
  ///
  /// - Parameters:
  ///   - batch: The images and their labels.
  ///   - rate: The rate of the forward weights.
  ///   - seed: What the step draws from.
  /// - Returns: What the step came to, before it.
  /// - Throws: ``EngramError`` with code `usage` for a label that is no class, `limit` without memory.
  package func step(_ batch: ImageBatch, rate: Double, seed: UInt64) throws(EngramError) -> Outcome {
    var outcome = engram_outcome()
    // SAFETY: the arrays are lent for the call and hold what the batch counts.
    try TensorLibrary.check(
      unsafe engram_torch_step(handle, batch.images, batch.labels, Int32(batch.count), rate, seed, &outcome), "a step")
    return Outcome(outcome)
  }

  /// Computes a batch in evaluation mode with its loss.
  package func evaluate(_ batch: ImageBatch) throws(EngramError) -> Outcome {
    var outcome = engram_outcome()
    // SAFETY: as above.
    try TensorLibrary.check(
      unsafe engram_torch_evaluate(handle, batch.images, batch.labels, Int32(batch.count), &outcome), "an evaluation")
    return Outcome(outcome)
  }

  /// Computes images in evaluation mode, without a loss, and keeps what the layers did.
  package func look(at images: [Float]) throws(EngramError) {
    let count = images.count / max(1, description.image.count)
    // SAFETY: as above.
    try TensorLibrary.check(
      unsafe engram_torch_evaluate(handle, images, nil, Int32(clamping: count), nil), "an evaluation")
  }

  /// What an operation gave in the last evaluation, stimuli x units.
  ///
  /// - Precondition: The network computes in Float32.
  package func activations(of operation: Int, stimuli: Int) throws(EngramError) -> [Float] {
    precondition(!settings.isDouble, "a network of Float64 gives Float64")
    var values = [Float](repeating: 0, count: stimuli * description.operations[operation].shape.count)
    let count = Int64(values.count)
    // SAFETY: the array has room for so many floats.
    try TensorLibrary.check(
      unsafe engram_torch_activations(handle, Int32(operation), &values, count), "activations")
    return values
  }

  /// The same of a network that computes in Float64.
  package func doubleActivations(of operation: Int, stimuli: Int) throws(EngramError) -> [Double] {
    precondition(settings.isDouble, "a network of Float32 gives Float32")
    var values = [Double](repeating: 0, count: stimuli * description.operations[operation].shape.count)
    let count = Int64(values.count)
    // SAFETY: the array has room for so many doubles.
    try TensorLibrary.check(
      unsafe engram_torch_activations(handle, Int32(operation), &values, count), "activations")
    return values
  }

  /// For each stimulus of the last evaluation, the mean change of the outputs of a layer with its input.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - stimuli: How many there were.
  ///   - byFeedback: Whether through the feedback kernel.
  /// - Returns: A number for each stimulus.
  /// - Throws: ``EngramError`` with code `usage` when other stimuli were evaluated, or for feedback that is not there.
  package func activityChange(
    of layer: NetworkDescription.MeasuredLayer, stimuli: Int, byFeedback: Bool = false
  ) throws(EngramError) -> [Double] {
    var values = [Double](repeating: 0, count: stimuli)
    let relu = layer.output == layer.operation ? -1 : Int32(layer.output)
    // SAFETY: the array has room for so many doubles.
    try TensorLibrary.check(
      unsafe engram_torch_activity_change(
        handle, Int32(layer.operation), relu, byFeedback ? 1 : 0, &values, Int64(stimuli)), "an activity change")
    return values
  }
}

extension TensorNetwork.Outcome {
  init(_ outcome: engram_outcome) {
    self.init(
      loss: outcome.loss, regularizer: outcome.regularizer, correct: Int(outcome.correct), count: Int(outcome.count))
  }
}

/// Images, stimulus by stimulus, and their labels; of a contrastive loss all first views and then all second ones.
package struct ImageBatch: Sendable {
  /// stimuli x height x width x channels.
  package var images: [Float]
  /// A class for each stimulus.
  package var labels: [Int32]
  /// How many stimuli; pairs of views count once.
  package var count: Int

  /// Makes a batch.
  package init(images: [Float], labels: [Int32], count: Int) {
    self.images = images
    self.labels = labels
    self.count = count
  }
}
