// Conv1DTraining.swift -- the steps of Adam that train a network.

package import Base
import CClassifierKernels
import Glibc
import Synchronization

/// A network while it learns.
///
/// A minibatch is cut into parts of fixed size. Threads find the gradients of parts; then they share out the
/// parameters, and each adds up the parts of its own in their order and takes the step. So threads decide nothing.
@safe package final class Conv1DTraining: @unchecked Sendable {
  // Unchecked: the leader alone writes what all read, between jobs; within a job each part writes its own place.

  private enum Job {
    static let gradient: UInt8 = 1
    static let update: UInt8 = 2
  }

  /// Parameters that are updated as one part of a job.
  private static let updateCount = 2048

  let parameters: LaneBuffer<Float>
  /// The mean cross-entropy of the last epoch's minibatches, before each step.
  private(set) var lossOfLastEpoch = Double.nan

  private let network: Conv1DNetwork
  private let shape: Conv1DShape
  private let input: Conv1DInput
  private let labels: LaneBuffer<Int32>
  private let mean: LaneBuffer<Float>
  private let square: LaneBuffer<Float>
  private let gradients: LaneBuffer<Float>
  private let losses: LaneBuffer<Double>
  /// The order of the examples in this epoch.
  private let order: LaneBuffer<Int32>
  private var random: RandomState
  private var stepCount = 0
  /// The first example of the minibatch, as a place in the order.
  private var batchStart = 0
  private var adam = engram_adam()

  /// Prepares training from parameters that the seed draws.
  package convenience init(
    _ network: Conv1DNetwork, shape: Conv1DShape, input: Conv1DInput, labels: [Int32], seed: UInt64
  ) throws(EngramError) {
    var random = RandomState(seed: UInt32(truncatingIfNeeded: seed ^ seed >> 32))
    let parameters = shape.initialParameters(&random)
    try self.init(network, shape: shape, input: input, labels: labels, parameters: parameters, random: random)
  }

  /// Prepares training from given parameters.
  ///
  /// The orders of the epochs are drawn from `random`; there is a class for each example of the input.
  ///
  /// - Throws: ``EngramError`` with code `limit` when memory lacks.
  /// - Precondition: A minibatch is not larger than the input.
  package init(
    _ network: Conv1DNetwork, shape: Conv1DShape, input: Conv1DInput, labels: [Int32], parameters: [Float],
    random: RandomState
  ) throws(EngramError) {
    precondition(labels.count == input.exampleCount && network.batchSize <= labels.count, "there is a minibatch")
    precondition(parameters.count == shape.parameterCount, "each parameter has a value")
    self.network = network
    self.shape = shape
    self.input = input
    self.random = random
    self.labels = try LaneBuffer(count: labels.count)
    self.labels.write(labels)
    self.parameters = try LaneBuffer(count: shape.parameterCount)
    self.parameters.write(parameters)
    mean = try LaneBuffer(count: shape.parameterCount)
    square = try LaneBuffer(count: shape.parameterCount)
    order = try LaneBuffer(count: labels.count)
    let partCount = (network.batchSize + Conv1DWorkspace.exampleLimit - 1) / Conv1DWorkspace.exampleLimit
    losses = try LaneBuffer(count: partCount)
    gradients = try LaneBuffer(count: partCount * Conv1DShape.rounded(shape.parameterCount))
  }

  /// Trains for all epochs.
  ///
  /// - Throws: ``EngramError`` with code `cancelled`, `limit` when memory lacks, or `invalidData` when the loss is no
  ///   longer a number.
  func run(_ options: FitOptions) throws(EngramError) {
    try withTeam(work: options.work) { (step) throws(EngramError) in
      var order = Array(0..<self.labels.count)
      for epoch in 0..<self.network.epochCount {
        self.random.shuffle(&order)
        self.order.write(order.map { Int32(truncatingIfNeeded: $0) })
        self.lossOfLastEpoch = try self.epoch(options, step: step)
        guard self.lossOfLastEpoch.isFinite else {
          throw EngramError(
            .invalidData, "the network's loss grew beyond all bounds", place: "epoch \(epoch)",
            found: "\(self.lossOfLastEpoch)",
            mend: "standardise the features (`zscore_data`), or lower the learning rate")
        }
        options.work.report("training", epoch + 1, of: self.network.epochCount, .things("epochs"))
      }
    }
  }

  /// Goes through all minibatches of an order; returns their mean loss.
  private func epoch(_ options: FitOptions, step: (Int) -> Double) throws(EngramError) -> Double {
    let batchCount = labels.count / network.batchSize
    var loss = 0.0
    for batch in 0..<batchCount {
      try options.work.checkCancelled("training was stopped")
      loss += step(batch * network.batchSize)
    }
    return loss / Double(batchCount)
  }

  /// Takes one step for each minibatch of given examples; returns the loss before each.
  ///
  /// - Precondition: Each has as many examples as the network's batch size.
  package func steps(_ batches: [[Int32]], work: WorkContext) throws(EngramError) -> [Double] {
    let losses = Mutex<[Double]>([])
    try withTeam(work: work) { (step) throws(EngramError) in
      for batch in batches {
        precondition(batch.count == self.network.batchSize, "the minibatch is as large as the network's")
        self.order.write(batch)
        let loss = step(0)
        losses.withLock { $0.append(loss) }
      }
    }
    return losses.withLock { $0 }
  }

  /// The parameters as they are.
  package var currentParameters: [Float] { parameters.copied() }

  /// The gradient of the mean cross-entropy of one minibatch, and the loss, where the parameters are now.
  package func gradient(of batch: [Int32]) throws(EngramError) -> (gradient: [Float], loss: Double) {
    let workspace = try Conv1DWorkspace(shape)
    order.write(batch)
    batchStart = 0
    for part in 0..<losses.count { findGradient(part, workspace) }
    var sum = [Float](repeating: 0, count: shape.parameterCount)
    for part in 0..<losses.count {
      // SAFETY: every part has room for a gradient, written above.
      for i in sum.indices { sum[i] += unsafe gradients.start[part * Conv1DShape.rounded(shape.parameterCount) + i] }
    }
    return (sum, losses.copied().reduce(0, +) / Double(network.batchSize))
  }

  /// Runs a leader, with helpers that take part in each of its steps.
  ///
  /// The leader gets a function that takes one step for the minibatch at a place in the order, and returns its loss.
  private func withTeam(
    work: WorkContext, lead: @Sendable (_ step: (Int) -> Double) throws(EngramError) -> Void
  ) throws(EngramError) {
    let threads = max(1, min(work.threads, losses.count))
    var workspaces: [Conv1DWorkspace] = []
    for _ in 0..<threads { workspaces.append(try Conv1DWorkspace(shape)) }
    let team = SpinTeam { [workspaces] job, part, worker in
      if job == Job.gradient { self.findGradient(part, workspaces[worker]) } else { self.update(part) }
    }
    // The leader asks whether to stop; a loop that did would leave the helpers waiting.
    try parallelFor(count: threads, work: WorkContext(threads: threads)) { (index, worker) throws(EngramError) in
      guard index == 0 else { return team.help(worker: worker) }
      defer { team.end() }
      try lead { self.step(from: $0, team, worker: worker) }
    }
  }

  /// Takes a step for the minibatch at a place in the order; returns its loss.
  private func step(from start: Int, _ team: SpinTeam, worker: Int) -> Double {
    batchStart = start
    stepCount += 1
    let step = Double(stepCount)
    adam = engram_adam(
      learning_rate: Float(network.learningRate), beta1: Float(Conv1DNetwork.beta1), beta2: Float(Conv1DNetwork.beta2),
      epsilon: Float(Conv1DNetwork.epsilon), l2: Float(network.weightDecay),
      correction1: Float(1 - pow(Conv1DNetwork.beta1, step)), correction2: Float(1 - pow(Conv1DNetwork.beta2, step)))
    team.run(Job.gradient, count: losses.count, worker: worker)
    team.run(
      Job.update, count: (shape.parameterCount + Self.updateCount - 1) / Self.updateCount, worker: worker)
    return losses.copied().reduce(0, +) / Double(network.batchSize)
  }

  /// Finds the gradient of one part of the minibatch.
  private func findGradient(_ part: Int, _ workspace: Conv1DWorkspace) {
    let start = part * Conv1DWorkspace.exampleLimit
    let count = min(Conv1DWorkspace.exampleLimit, network.batchSize - start)
    // SAFETY: the minibatch lies in the order, each part has room for a gradient, and no other thread has this part.
    unsafe losses.start[part] = workspace.gradient(
      UnsafeBufferPointer(start: order.start + batchStart + start, count: count), of: input, labels: labels,
      parameters: parameters.start, scale: 1 / Float(network.batchSize),
      into: gradients.start + part * Conv1DShape.rounded(shape.parameterCount))
  }

  /// Adds up the gradients of the parts for some parameters, and changes these.
  private func update(_ part: Int) {
    let start = part * Self.updateCount
    // SAFETY: all arrays have the parameters of the range, and no other thread has this part.
    unsafe engram_adam_step(
      adam, gradients.start, losses.count, Conv1DShape.rounded(shape.parameterCount), start,
      min(start + Self.updateCount, shape.parameterCount), parameters.start, mean.start, square.start)
  }
}
