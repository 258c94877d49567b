// Conv1DModel.swift -- a trained network.

public import Base
import Synchronization
public import TrajectoryModel

/// A trained ``Conv1DNetwork``.
public struct Conv1DModel: ClassifierModel, Hashable {
  /// What it was trained by.
  public let network: Conv1DNetwork
  /// What the columns of a matrix are.
  public let columns: FeatureLayout
  /// The mean cross-entropy of the last epoch's minibatches, in nats, each before its step; without the weight decay.
  public let loss: Double

  let shape: Conv1DShape
  let parameters: [Float]
  let scaling: Standardization?

  init(
    network: Conv1DNetwork, columns: FeatureLayout, shape: Conv1DShape, parameters: [Float], scaling: Standardization?,
    loss: Double
  ) {
    self.network = network
    self.columns = columns
    self.shape = shape
    self.parameters = parameters
    self.scaling = scaling
    self.loss = loss
  }

  /// The number of classes.
  public var classCount: Int { shape.classCount }
  /// The columns that a matrix must have.
  public var columnCount: Int { columns.columnCount }

  /// Parameters, sizes, the loss of the last epoch, and the constants of the optimizer.
  public var summary: JSONObject {
    var optimizer = JSONObject()
    optimizer["name"] = "adam"
    optimizer["beta1"] = .real(Conv1DNetwork.beta1)
    optimizer["beta2"] = .real(Conv1DNetwork.beta2)
    optimizer["epsilon"] = .real(Conv1DNetwork.epsilon)
    var object = JSONObject()
    object["parameters"] = .object(network.parameters)
    object["channel_count"] = .integer(Int64(shape.channelCount))
    object["place_count"] = .integer(Int64(shape.placeCount))
    object["weight_count"] = .integer(Int64(shape.parameterCount))
    object["training_loss"] = .real(loss)
    object["optimizer"] = .object(optimizer)
    return object
  }

  /// The probability of each class, by the softmax layer.
  ///
  /// - Complexity: O(rows x places x kernel size x channels x filters).
  public func probabilities(
    of features: borrowing Matrix, rows: [Int32]?, work: WorkContext
  ) throws(EngramError) -> [Float] {
    try features.requireColumns(columnCount)
    try features.requireFinite(rows: rows)
    let rows = rows ?? (0..<Int32(features.rows)).map { $0 }
    return try probabilities(
      of: Conv1DInput(features, columns: columns, rows: rows, scaling: scaling, work: work), work: work)
  }

  /// The probability of each class for every row of an input.
  func probabilities(of input: Conv1DInput, work: WorkContext) throws(EngramError) -> [Float] {
    let weights = try LaneBuffer<Float>(count: shape.parameterCount)
    weights.write(parameters)
    let result = try LaneBuffer<Float>(count: input.exampleCount * classCount)
    let examples = try LaneBuffer<Int32>(count: input.exampleCount)
    examples.write((0..<Int32(input.exampleCount)).map { $0 })
    let idle = Mutex<[Conv1DWorkspace]>([])
    let limit = Conv1DWorkspace.exampleLimit
    try parallelFor(count: (input.exampleCount + limit - 1) / limit, work: work) {
      (part, _) throws(EngramError) in
      let workspace: Conv1DWorkspace
      if let known = idle.withLock({ $0.popLast() }) {
        workspace = known
      } else {
        workspace = try Conv1DWorkspace(shape)
      }
      let start = part * limit
      let count = min(limit, input.exampleCount - start)
      // SAFETY: the part lies in both buffers, and no other thread has it.
      unsafe workspace.predict(
        UnsafeBufferPointer(start: examples.start + start, count: count), of: input, parameters: weights.start,
        into: result.start + start * classCount)
      idle.withLock { $0.append(workspace) }
    }
    return result.copied()
  }
}
