// Conv1DNetwork.swift -- a network that looks at trajectories through short windows.

public import Base
public import TrajectoryModel

/// A network with one convolution over time: the paper's Conv1D classifier.
///
/// Statistics are channels and samples are time; one-hot positions are channels too, the same at every sample. One
/// layer of filters slides over the samples (no padding) and is rectified; what it says is kept at every place or
/// pooled over all of them; a dense softmax layer follows. Learning is Adam on the mean cross-entropy of minibatches
/// plus `weightDecay / 2` times the squares of all weights and biases. Weights start by Glorot's uniform rule, biases
/// at 0.
///
/// Every epoch goes through the rows in a new order, shuffled as NumPy's legacy `RandomState` of the seed shuffles;
/// what is left over behind the last whole minibatch is left out of that epoch, as in the published code.
///
/// ```swift
/// var network = Conv1DNetwork(kernelSize: 6, filterCount: 40)
/// network.pooling = .max
/// let model = try network.fitted(matrix, columns: columns, labels: labels, options: FitOptions(seed: 7))
/// let classes = try model.predict(others)
/// ```
///
/// Arithmetic is in single precision. The same seed gives the same bytes on any number of threads of a processor;
/// another kind of processor may round otherwise.
public struct Conv1DNetwork: Classifier, Hashable {
  /// The kind, as in model files.
  public static let kind = "conv1d"

  /// What becomes of a filter's answers at the places of a trajectory.
  public enum Pooling: String, Sendable, Hashable, CaseIterable {
    /// The next layer sees all of them.
    case none
    /// It sees the largest; of equals the first one learns.
    case max
    /// It sees their mean.
    case mean = "avg"
  }

  /// Samples that a filter looks at together, at least 1.
  public var kernelSize: Int
  /// Samples from one place of a filter to the next, at least 1.
  public var stride: Int
  /// The number of filters, at least 1.
  public var filterCount: Int
  /// What becomes of a filter's answers.
  public var pooling: Pooling
  /// How far Adam goes in a step.
  public var learningRate: Double
  /// Examples of a minibatch, at most as many as there are rows.
  public var batchSize: Int
  /// How strongly weights and biases are drawn to zero.
  public var weightDecay: Double
  /// How often all rows are gone through.
  public var epochCount: Int
  /// Whether every column but the positions is z-scored by the training rows first.
  ///
  /// Less their mean, over their standard deviation or 1e-5 if that is larger. The published code leaves it off unless
  /// asked, but statistics differ by many powers of ten, and without it the large ones alone are learned from.
  public var standardizes: Bool

  /// Adam's decay of the mean gradient.
  static let beta1 = 0.9
  /// Adam's decay of the mean squared gradient.
  static let beta2 = 0.999
  /// What Adam adds to the corrected root of the mean squared gradient.
  static let epsilon = 1e-8

  /// Makes a network; the defaults are members of the paper's grid, with z-scores.
  public init(
    kernelSize: Int = 6, stride: Int = 1, filterCount: Int = 40, pooling: Pooling = .none, learningRate: Double = 1e-3,
    batchSize: Int = 512, weightDecay: Double = 1e-4, epochCount: Int = 400, standardizes: Bool = true
  ) {
    self.kernelSize = kernelSize
    self.stride = stride
    self.filterCount = filterCount
    self.pooling = pooling
    self.learningRate = learningRate
    self.batchSize = batchSize
    self.weightDecay = weightDecay
    self.epochCount = epochCount
    self.standardizes = standardizes
  }

  /// Learns from rows of a matrix; as ``fitted(_:columns:labels:rows:options:)``.
  public func fit(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]?, options: FitOptions
  ) throws(EngramError) -> any ClassifierModel {
    try fitted(features, columns: columns, labels: labels, rows: rows, options: options)
  }

  /// Learns from rows of a matrix.
  ///
  /// - Parameters:
  ///   - features: One row an example; either type and layout.
  ///   - columns: What the columns are; they decide what is a channel and what is time.
  ///   - labels: The class of every row of `features`.
  ///   - rows: The rows to learn from, each at most once; nil for all.
  ///   - options: The seed, and how the work is done.
  /// - Returns: The network as it is after the last epoch.
  /// - Throws: As ``Classifier/fit(_:columns:labels:rows:options:)``; also `usage` when the kernel is longer than the
  ///   trajectory or the minibatch larger than the data, and `invalidData` when the loss grows beyond all bounds.
  /// - Complexity: O(epochs x rows x places x kernel size x channels x filters).
  public func fitted(
    _ features: borrowing Matrix, columns: FeatureLayout, labels: ClassLabels, rows: [Int32]? = nil,
    options: FitOptions = FitOptions()
  ) throws(EngramError) -> Conv1DModel {
    try checkParameters()
    try features.requireColumns(columns.columnCount)
    _ = try labels.requireClasses(among: rows, of: features.rows)
    let rows = rows ?? (0..<Int32(features.rows)).map { $0 }
    let shape = try shape(for: columns, classCount: labels.classCount)
    try checkBatch(of: rows.count)
    try features.requireFinite(rows: rows)
    let scaling =
      standardizes
      ? try Conv1DInput.scaling(of: features, columns: columns, rows: rows, work: options.work) : nil
    let input = try Conv1DInput(features, columns: columns, rows: rows, scaling: scaling, work: options.work)
    let training = try Conv1DTraining(
      self, shape: shape, input: input, labels: rows.map { labels.codes[Int($0)] }, seed: options.seed)
    do throws(EngramError) { try training.run(options) } catch { throw features.naming(error, rows: rows) }
    return Conv1DModel(
      network: self, columns: columns, shape: shape, parameters: training.parameters.copied(), scaling: scaling,
      loss: training.lossOfLastEpoch)
  }

  /// The sizes that the network has on some columns.
  ///
  /// - Throws: ``EngramError`` with code `usage` when no window fits into the trajectory.
  func shape(for columns: FeatureLayout, classCount: Int) throws(EngramError) -> Conv1DShape {
    guard columns.statisticCount > 0, columns.sampleCount > 0 else {
      throw EngramError(
        .invalidData, "there is no trajectory to learn from", expected: "at least one statistic and one epoch",
        found: "\(columns.statisticCount) statistics, \(columns.sampleCount) epochs")
    }
    guard kernelSize <= columns.sampleCount else {
      throw EngramError(
        .usage, "the kernel of the network is longer than the trajectories", place: "key \"ksize\"",
        expected: "at most \(columns.sampleCount)", found: "\(kernelSize)",
        mend: "use a shorter kernel, or select more epochs")
    }
    return Conv1DShape(
      channelCount: columns.positionCount + columns.statisticCount, sampleCount: columns.sampleCount,
      kernelSize: kernelSize, stride: stride, filterCount: filterCount, pooling: pooling, classCount: classCount)
  }

  /// Refuses fewer rows than one minibatch takes.
  func checkBatch(of rowCount: Int) throws(EngramError) {
    guard batchSize <= rowCount else {
      throw EngramError(
        .usage, "a minibatch is larger than the training data, so nothing would be learned",
        place: "key \"train_batch_size\"", expected: "at most \(rowCount)", found: "\(batchSize)",
        mend: "use a batch size of \(rowCount) or less, or train on more examples")
    }
  }
}
